"""What in a valid receipt does not fit together: signed all the same, and for a reader to ask about.

None of it refuses a receipt. A clock that was put right makes an honest gateway say such things of its times.
"""

from __future__ import annotations

from collections.abc import Iterator

from comity.cli.receipt_prose import clean, moment
from comity.proof.shape import MAX_ITEMS
from comity.proof.verify import ProvenEntry, Verification

SKEW_MS = 60_000
"""By how much two clocks may differ and nobody wonders: witnesses and gateways keep time by themselves."""


def doubts(result: Verification) -> list[str]:
    """Each a sentence for a person."""
    intent, outcome = result.entries.get("intent"), result.entries.get("outcome")
    first = intent or result.entries["denial"]
    found = [*_seen_before(first)]
    if intent is not None and outcome is not None:
        found += [*_times(intent, outcome), *_asked(outcome)]
    if result.entries.get("denial") is first and (content := first.shown.block("content")) is not None:
        if content["times"]["finished"] < content["times"]["received"]:
            found.append("It was denied before it was received, by its own times.")
        if content["status"] < 400:
            found.append(f"It was denied with status {content['status']}, which says that all went well.")
    return found


def _seen_before(first: ProvenEntry) -> Iterator[str]:
    """A witness cannot have seen an entry before what it tells of happened."""
    content = first.shown.block("content")
    if content is None or not first.witnesses:
        return
    name, time = min(first.witnesses.items(), key=lambda each: each[1])
    if content["times"]["received"] > time * 1000 + SKEW_MS:
        yield (
            f"Witness {clean(name)} saw it at {moment(time * 1000)}, before it was asked by its own times: one of"
            " the two clocks was wrong, or one of them does not tell the truth."
        )


def _times(intent: ProvenEntry, outcome: ProvenEntry) -> Iterator[str]:
    asked, ended = intent.shown.block("content"), outcome.shown.block("content")
    if asked is not None and ended is not None and ended["times"]["finished"] < asked["times"]["received"]:
        yield "It ended before it was asked, by its own times."


def _asked(outcome: ProvenEntry) -> Iterator[str]:
    decision = outcome.shown.block("decision")
    if decision is None or "deployment" not in decision or "cached" in decision:
        return
    tried = {attempt["deployment"] for attempt in decision["attempts"]}
    name = decision["deployment"]
    if name not in tried and len(decision["attempts"]) < MAX_ITEMS:
        yield f"It says that {clean(name)} answered, and names no attempt there."
