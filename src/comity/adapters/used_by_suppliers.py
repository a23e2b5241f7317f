"""What the log says that each deployment was asked and answered: the other side of a supplier's invoice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct

from comity.adapters.ledger import entries, shards
from comity.adapters.ledger.remote import RemoteLog
from comity.evidence.reconcile.sums import Key, Side, Sums

UNCHARGED = ("refused", "cancelled")
"""Results of attempts that no supplier can charge for: there was no connection, or another answered first."""

_NANO = Decimal(10) ** -9


class _Attempt(Struct):
    deployment: str
    result: str


class _Decision(Struct):
    deployment: str = ""
    attempts: tuple[_Attempt, ...] = ()
    cached: int | None = None
    tiers: tuple[tuple[str, ...], ...] = ()


class _Usage(Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Cost(Struct):
    amount: int
    currency: str


class _Times(Struct):
    finished: int


class _Content(Struct):
    finish: str
    times: _Times
    usage: _Usage = msgspec.field(default_factory=_Usage)
    cost: _Cost | None = None


_decision = msgspec.json.Decoder(_Decision)
_content = msgspec.json.Decoder(_Content)


class Exchanged(Struct):
    """The end of one request: its receipt's id, its outcome's blocks, and the decision of its intent if it is lost."""

    receipt: str
    decision: bytes
    content: bytes
    placed: bytes | None = None


def from_folder(state: Path) -> Iterator[Exchanged]:
    """Every request of a state folder that has ended.

    Raises:
        LedgerCorrupt: a segment is damaged.
    """
    for shard in shards(state):
        open_intents: dict[int, bytes] = {}
        for entry in entries(state, shard):
            if entry.kind == "intent":
                open_intents[entry.index] = entry.decision
            elif entry.kind == "outcome" and entry.intent is not None:
                placed = open_intents.pop(entry.intent, None)
                yield Exchanged(f"{shard}.{entry.intent}", entry.decision, entry.content, placed)


def from_url(url: str, key: str) -> Iterator[Exchanged]:
    """The same, over the control port with an auditor's key.

    Raises:
        NotThere, ValueError: it does not give its entries.
    """
    log = RemoteLog(url)
    for prefix in log.prefixes():
        shard, first = prefix.rpartition("/")[2], 0
        open_intents: dict[int, bytes] = {}
        while True:
            _, page = log.entries(prefix, first, key)
            if not page:
                break
            for each in page:
                if "party" not in each:
                    continue
                if each["kind"] == "intent":
                    open_intents[each["index"]] = str(each["decision"]).encode()
                elif each["kind"] == "outcome":
                    placed = open_intents.pop(each["intent"], None)
                    decision, content = str(each["decision"]).encode(), str(each["content"]).encode()
                    yield Exchanged(f"{shard}.{each['intent']}", decision, content, placed)
            first = page[-1]["index"] + 1


def summed(
    exchanged: Iterator[Exchanged],
    name_of: Callable[[str], str | None],
    first: str,
    last: str,
    *,
    by_request: bool,
) -> Side:
    """The sums of the days from `first` to `last`, of the deployments that `name_of` has a name for."""
    side: Side = {}
    for each in exchanged:
        content, decision = _content.decode(each.content), _decision.decode(each.decision)
        day = datetime.fromtimestamp(content.times.finished / 1000, UTC).date().isoformat()
        if not first <= day <= last or decision.cached is not None:
            continue

        def key(name: str) -> Key:
            return Key("", "", each.receipt) if by_request else Key(day, name)  # noqa: B023 - called in this turn

        name = name_of(decision.deployment) if decision.deployment else None
        if name is not None:
            side.setdefault(key(name), Sums()).add(*_counted(content))
            if content.usage.prompt_tokens is None or content.usage.completion_tokens is None:
                side[key(name)].unsure += 1
        for other in _maybe(content, decision, each.placed, name_of):
            side.setdefault(key(other), Sums()).unsure += 1
    return side


def _counted(content: _Content) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    counts = {"requests": Decimal(1)}
    for measure in ("prompt_tokens", "completion_tokens"):
        count = getattr(content.usage, measure)
        counts[measure] = Decimal(count or 0)
    return counts, {} if content.cost is None else {content.cost.currency: content.cost.amount * _NANO}


def _maybe(
    content: _Content, decision: _Decision, placed: bytes | None, name_of: Callable[[str], str | None]
) -> Iterator[str]:
    """Names under which the request may have been charged, though no answer is counted there."""
    for attempt in decision.attempts:
        if attempt.result not in ("ok", *UNCHARGED) and (name := name_of(attempt.deployment)) is not None:
            yield name
    if content.finish == "lost" and placed is not None:
        tiers = _decision.decode(placed).tiers
        yield from {name for tier in tiers[:1] for each in tier if (name := name_of(each)) is not None}
