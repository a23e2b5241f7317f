"""How long entries are kept: each by the law under which it was ruled, the stack's `keep_log`, and its legal holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from comity.adapters.ledger.erasing import erase, prune, sealed
from comity.adapters.ledger.minimum import minimum_of
from comity.adapters.ledger.open_segment import OpenSegment
from comity.adapters.ledger.reading import Entry, record_groups
from comity.adapters.ledger.segment_files import ledger_folder
from comity.adapters.ledger.shard import shards
from comity.adapters.realms import load_realm
from comity.law.retention import Retention, after, erasure, retention
from comity.proof.shape import MAX_ITEMS
from comity.stack.sworn import LegalHold
from comity.stack.types import Stack
from comity.terms import canon
from comity.terms.problems import Problems

Mine = Callable[[Entry], bool]

UNKNOWN = "the realm that ruled it cannot be read, so what it obliges to is not known"


class _Asked(NamedTuple):
    """What the keeping of an intent rests on, which its outcome shares."""

    application: str
    kept: Retention | None


class Pruned(NamedTuple):
    """What was pruned of a shard, or would be.

    Attributes:
        minimum: the minimum index before and after.
        pruned: entries below the new one.
        erased: entries above it that are due and went by themselves, because others about them are kept.
        kept: entries that are past `keep_log` and stay, by the reason.
    """

    shard: str
    minimum: tuple[int, int]
    pruned: int
    erased: int
    kept: dict[str, int]


class Keep:
    """Decides for the entries of one shard, which have to come in order: an outcome is kept as its intent is."""

    def __init__(self, state: Path, keep_log: str | None, holds: Iterable[LegalHold], today: date) -> None:
        self._state = state
        self._keep_log = keep_log
        self._holds = tuple(holds)
        self._today = today
        self._retentions: dict[tuple[str, tuple[str, ...]], Retention | None] = {}
        self._intents: dict[int, _Asked] = {}

    def past(self, entered: date) -> bool:
        """Whether the stack's own time has passed for what was entered on that day; never where it names none."""
        return self._keep_log is not None and self._today > after(entered, self._keep_log)

    def because(self, entry: Entry) -> tuple[str, ...]:
        """Why an entry must stay, by law or by a hold; nothing where it may go."""
        party, decision = canon.parse(entry.party), canon.parse(entry.decision)
        asked = self._asked(entry, party, decision)
        if asked is None:
            return ()
        if asked.kept is None:
            return (UNKNOWN,)
        found = erasure(entered_on(entry), self._today, asked.application, asked.kept, self._holds)
        return () if found.may else found.because

    def _asked(self, entry: Entry, party: Mapping[str, Any], decision: Mapping[str, Any]) -> _Asked | None:
        if entry.kind == "outcome":
            return self._intents.pop(-1 if entry.intent is None else entry.intent, None)
        if entry.kind not in ("intent", "denial"):
            return None
        rules = tuple(sorted(decision.get("obligations", ())))
        asked = _Asked(party["application"], self._retention(decision["realm"], rules))
        if entry.kind == "intent":
            self._intents[entry.index] = asked
        return asked

    def _retention(self, digest: str, rules: tuple[str, ...]) -> Retention | None:
        if (digest, rules) not in self._retentions:
            self._retentions[digest, rules] = self._read(digest, rules) if rules else Retention()
        return self._retentions[digest, rules]

    def _read(self, digest: str, rules: tuple[str, ...]) -> Retention | None:
        try:
            realm = load_realm(self._state, digest)
            return retention((rule, realm.rules[rule].obligation) for rule in rules)
        except (Problems, KeyError, OSError):
            # what cannot be known to be allowed is not done
            return None


def entered_on(entry: Entry) -> date:
    """The day in UTC on which an entry was made, by the last of its times."""
    times = canon.parse(entry.content)["times"]
    return datetime.fromtimestamp(max(times.values()) / 1000, UTC).date()


def pruned(state: Path, shard: str, keep: Keep, *, dry: bool) -> Pruned:
    """Prune a shard as far as its entries may go; with `dry`, only tell.

    From the beginning on, segments go of which every entry may. Of a later one that is past `keep_log` as a whole,
    those entries go that nothing keeps.

    Raises:
        LedgerCorrupt: a segment cannot be read.
        OSError: the disk refused it.
    """
    folder = ledger_folder(state, shard)
    old = new = minimum_of(folder.parent)
    gone = erased = 0
    reasons: Counter[str] = Counter()
    whole = True
    for first, end in sealed(state, shard):
        stays, left, past = _stays(folder, first, keep)
        reasons.update(why for because in stays.values() for why in because)
        whole = whole and past and not stays
        if whole:
            new, gone = end, gone + end - first
        elif past and left > len(stays):
            erased += left - len(stays)
            if not dry:
                erase(state, shard, first, partial(_others, set(stays)))
        if not past:
            break
    if new > old and not dry:
        asked, new = new, prune(state, shard, new)
        gone -= asked - new
    return Pruned(shard, (old, new), gone, erased, dict(reasons))


def prune_all(state: Path, stack: Stack, today: date, *, dry: bool) -> list[Pruned]:
    """Prune every shard as far as the stack and the law let it; with `dry`, only tell. Without `keep_log` nothing goes.

    Raises:
        LedgerCorrupt, OSError: as `pruned`.
    """
    if stack.keep_log is None:
        return []
    held = [hold for hold in stack.legal_holds if today <= hold.until]
    return [pruned(state, shard, Keep(state, stack.keep_log, held, today), dry=dry) for shard in shards(state)]


def document(done: Iterable[Pruned]) -> dict[str, Any]:
    """What an erasure entry tells of it (docs/spec/erasure.md); empty if nothing went.

    The minimum index of every shard that has one is told, not only of those where it rose: an entry that told an older
    one may be what went.
    """
    done = list(done)
    entries = sum(each.pruned + each.erased for each in done)
    if not entries:
        return {}
    begun = sorted((each for each in done if each.minimum[1]), key=lambda each: each.minimum[0] == each.minimum[1])
    minima = [{"shard": each.shard, "minimum": each.minimum[1]} for each in begun[:MAX_ITEMS]]
    return {"salts": 0, "entries": entries, **({"pruned": minima} if minima else {})}


def _others(stays: set[int], entries: list[Entry]) -> set[int]:
    return {entry.index for entry in entries} - stays


def _stays(folder: Path, first: int, keep: Keep) -> tuple[dict[int, tuple[str, ...]], int, bool]:
    """Of a segment: what must stay and why, how many entries are left in it, and whether all are past their time."""
    stays: dict[int, tuple[str, ...]] = {}
    left, past = 0, True
    with OpenSegment(folder, first) as segment:
        for group in segment.groups():
            for _, entry in group.entries:
                if entry.erased:
                    continue
                left += 1
                past = past and keep.past(entered_on(entry))
                if because := keep.because(entry):
                    stays[entry.index] = because
    return stays, left, past


def entries_of(
    state: Path, shard: str, keep: Keep, mine: Mine, since: int = 0
) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    """Entries from `since` on that `mine` says are meant, outcomes with their intents, each with why it must stay."""
    intents: set[int] = set()
    for group in record_groups(state, shard, since):
        for entry in group:
            if entry.erased or entry.index < since:
                continue
            because = keep.because(entry)
            if entry.kind == "outcome" and entry.intent in intents:
                yield entry, because
            elif entry.kind in ("intent", "denial") and mine(entry):
                intents.add(entry.index)
                yield entry, because
