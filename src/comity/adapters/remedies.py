"""A remedy tried out: its lines merged into the stack file, the whole read anew, and a real realm built of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from msgspec.structs import replace

from comity.adapters.realms import build_realm
from comity.adapters.stack_files import StackFile, reread
from comity.law.plain_yaml import load
from comity.placement.asked import Question, answer
from comity.placement.remedy.search import Way, WhyNot
from comity.placement.remedy.world import merged
from comity.terms.instants import Instant
from comity.terms.problems import Problems


def confirmed(found: WhyNot, question: Question, file: StackFile, now: Instant) -> WhyNot:
    """`found` with the ways alone that a real realm of the changed stack file confirms.

    Raises:
        OSError: the stack file can no longer be read.
    """
    if not found.ways:
        return found
    try:
        held = load(file.path.read_text("utf-8"))
    except ValueError:  # written in a way that only the reader of stack files takes: then nothing is confirmed
        return replace(found, ways=(), complete=False)
    if not isinstance(held, Mapping):
        return replace(found, ways=(), complete=False)
    kept = tuple(way for way in found.ways if _holds(way, dict(held), question, file, now))
    return replace(found, ways=kept, complete=found.complete and bool(kept))


def _holds(way: Way, held: dict[str, Any], question: Question, file: StackFile, now: Instant) -> bool:
    lines = {section: value for section, value in way.lines.items() if section != "case"}
    # Under `attest: required` what is proposed will have been signed; here it is taken at its word.
    text = yaml.safe_dump({**merged(held, lines), "attest": "declared"}, sort_keys=False, allow_unicode=True)
    case = question.case
    if case is not None and isinstance(stated := way.lines.get("case"), Mapping):
        case = merged({**case, "grounds": list(case.get("grounds", ()))}, stated)
    try:
        realm = build_realm(reread(file, text), now)
        found = answer(replace(question, case=case, why_not=None), realm, now)
    except (Problems, ValueError):
        return False
    return any(
        each.tier for one in found.explanations for each in one.deployments if each.deployment == question.why_not
    )
