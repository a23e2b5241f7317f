"""An export read whole: its rows counted by what a first look tells apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from comity.adapters.usage_imports.forms import FIELDS, FORMS
from comity.adapters.usage_imports.rows import rows
from comity.adapters.usage_imports.used import Unusable, Used
from comity.posture.replay.groups import NO_LATENCY, Sums, latency_of
from comity.terms.errors import UsageFault
from comity.terms.problems import Problem, Problems

EVERY = 10_000
"""Rows between two reports of how far it is."""

MAX_KINDS = 200_000
"""Distinct rows: months times models, hosts and applications. An export with more has a column that is none."""

Counted = dict[Used, Sums]
"""Sums by what was used; the figures in the keys are nothing."""


class Usage(Struct):
    """What an export holds. `left_out` are rows that say nothing of a request, with the first reason."""

    counted: Counted
    rows: int
    left_out: int
    reason: str


def read_usage(
    path: Path, form: str, columns: Mapping[str, str], step: Callable[[int], None] = lambda done: None
) -> Usage:
    """The usage in the file.

    Raises:
        Problems: it cannot be read, or holds no usable row.
        UsageFault: a column is mapped to a field that there is not.
    """
    for field in columns:
        if field not in FIELDS:
            raise UsageFault(f"--map {field}: there is no such field; there are {', '.join(FIELDS)}")
    read = FORMS[form](columns)
    usage = Usage({}, 0, 0, "")
    for row in rows(path):
        usage.rows += 1
        if usage.rows % EVERY == 0:
            step(usage.rows)
        try:
            _count(usage.counted, read(row))
        except Unusable as error:
            usage.left_out += 1
            usage.reason = usage.reason or str(error)
        if len(usage.counted) > MAX_KINDS:
            found = f"has more than {MAX_KINDS:,} kinds of rows"
            raise Problems([Problem(str(path), 0, 0, "", found, "", "map `application` to a column with fewer names")])
    if not usage.counted:
        why = f"{usage.rows:,} rows, of which none can be used: {usage.reason}" if usage.rows else "no rows"
        hint = "say which column is which with --map FIELD=COLUMN" if form == "csv" else "is it an export of another?"
        raise Problems([Problem(str(path), 0, 0, "", f"has {why}", "", hint)])
    return usage


def _count(counted: Counted, used: Used) -> None:
    key = used._replace(requests=0, prompt_tokens=0, completion_tokens=0, cost=0, first_byte_ms=-1)
    unknown = used.requests if not used.prompt_tokens and not used.completion_tokens else 0
    latency = latency_of(used.first_byte_ms) if used.first_byte_ms >= 0 and used.requests == 1 else NO_LATENCY
    sums = Sums(used.requests, used.prompt_tokens, used.completion_tokens, used.cost, unknown, latency)
    counted[key] = counted[key] + sums if key in counted else sums
