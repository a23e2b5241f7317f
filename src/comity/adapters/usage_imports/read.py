"""An export read whole: its rows counted by what a first look tells apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

MAX_NAMED = 20
"""Columns of an export that are named where it could not be read."""

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
    columns_there: tuple[str, ...] = ()
    for row in rows(path):
        usage.rows += 1
        if usage.rows % EVERY == 0:
            step(usage.rows)
        try:
            _count(usage.counted, read(row))
        except Unusable as error:
            usage.left_out += 1
            usage.reason = usage.reason or f"row {usage.rows:,}: {error}"
            columns_there = columns_there or tuple(map(str, row))
        if len(usage.counted) > MAX_KINDS:
            found = f"has more than {MAX_KINDS:,} kinds of rows"
            raise Problems([Problem(str(path), 0, 0, "", found, "", "map `application` to a column with fewer names")])
    if not usage.counted:
        of = "1 row, which cannot" if usage.rows == 1 else f"{usage.rows:,} rows, of which none can"
        why = f"{of} be used ({usage.reason})" if usage.rows else "no rows"
        hint = _hint(form, columns_there) if usage.rows else "an export is CSV with a head line, or JSON"
        raise Problems([Problem(str(path), 0, 0, "", f"has {why}", "", hint)])
    return usage


def _hint(form: str, there: Sequence[str]) -> str:
    """What may be done about an export of which no row could be used."""
    others = ", ".join(name for name in FORMS if name != form)
    if form != "csv":
        return f"is it no export of {form}? --from reads {others} too"
    named = f" it has {', '.join(there[:MAX_NAMED])}{', …' if len(there) > MAX_NAMED else ''};" if there else ""
    return f"say which column is which:{named} --map FIELD=COLUMN, of the fields {', '.join(FIELDS)}"


def _count(counted: Counted, used: Used) -> None:
    key = used._replace(requests=0, prompt_tokens=0, completion_tokens=0, cost=0, first_byte_ms=-1)
    unknown = used.requests if not used.prompt_tokens and not used.completion_tokens else 0
    latency = latency_of(used.first_byte_ms) if used.first_byte_ms >= 0 and used.requests == 1 else NO_LATENCY
    sums = Sums(used.requests, used.prompt_tokens, used.completion_tokens, used.cost, unknown, latency)
    counted[key] = counted[key] + sums if key in counted else sums
