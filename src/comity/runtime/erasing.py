"""Erasure by order: salts at once, then entries that nothing obliges to keep, and an entry that says so.

Order of writes: the order is kept, which names entries by their numbers only, for without its salt nobody can tell
what belongs to a ref; then the salts are destroyed, whatever failed before; what was entered while the log was read is
kept as an order too, by who still has the salt in memory; then orders are carried out, as far as segments are sealed,
and again whenever a gateway looks, until nothing of them is left. An intent that is under way goes with its outcome.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from comity.adapters import vault
from comity.adapters.disk import DISK
from comity.adapters.ledger import ApplicationSalts, shards
from comity.adapters.ledger.erasing import erase, sealed
from comity.adapters.ledger.in_turn import in_turn
from comity.adapters.ledger.places import read_place
from comity.adapters.ledger.segment import Entry
from comity.adapters.ledger.segment_files import ledger_folder, segment_starts
from comity.adapters.ledger.shard import is_held
from comity.adapters.state import write_durably
from comity.proof.commitment import marked
from comity.runtime.pruning import Keep, entries_of
from comity.stack.sworn import LegalHold
from comity.stack.types import Stack
from comity.terms import canon
from comity.terms.errors import Fault

FOLDER = "erasures"
"""Orders that are not carried out yet, under the state folder: shards and numbers of entries, and nothing else."""


class Held(Fault):
    """A legal hold lies on what is to be erased."""


class Erased(NamedTuple):
    """What an order came to.

    Attributes:
        salts: erasure salts that were destroyed.
        contents: keys of kept contents that were destroyed.
        entries: entries that are destroyed, or will be once their segment is sealed; outcomes that are to come too.
        kept: entries that stay, by the reason.
    """

    salts: int
    contents: int
    entries: int
    kept: dict[str, int]


class Waiting(NamedTuple):
    """What is left of orders.

    Attributes:
        entries: how many are not destroyed yet. Those that wait for nothing below are kept by law or a hold since.
        unsealed: some could go if the segment that is written now ended.
        under_way: some wait for a request to end.
    """

    entries: int = 0
    unsealed: bool = False
    under_way: bool = False


def held(stack: Stack, application: str, today: date) -> None:
    """Refuses where a legal hold lies on an application.

    Raises:
        Held: names the hold, its last day, and the way out.
    """
    for number, hold in enumerate(stack.legal_holds, 1):
        if (hold.applications is None or application in hold.applications) and today <= hold.until:
            raise Held(
                f"nothing of {application} may be erased: legal hold {number} lies on it until {hold.until}: {hold.why}"
                " (it ends on that day, or when it is taken out of legal_holds in the stack file)"
            )


def order(
    state: Path,
    stack: Stack,
    application: str,
    ref: str,
    today: date,
    note: Callable[[Erased], None],
    *,
    settle: Callable[[], None] = lambda: None,
    dry: bool = False,
) -> Erased:
    """Erase what an application asked, or what it asked under one ref; `note` has it entered, before entries go.

    `settle` returns when workers that run have heard of it, and begun new segments; what they entered until then is
    looked for once more, and is not among the numbers.

    Raises:
        Held: a legal hold lies on it; nothing was done.
        ValueError: there is no such application id, or what gives the salt of a ref is damaged.
        LedgerCorrupt: a segment cannot be read; the salts are destroyed all the same.
        OSError: the disk refused it; the salts may be destroyed already.
    """
    held(stack, application, today)
    salts = ApplicationSalts(state)
    if dry:
        found = _found(state, salts, application, ref, today)
        found.look()
        return Erased(int(salts.has(application)), 0, found.count, dict(found.kept))
    DISK.make_folders(state / FOLDER)
    with in_turn(state / FOLDER):  # else another order destroys a salt whose entries nobody has looked for
        found = _found(state, salts, application, ref, today)
        try:
            _keep(state, found.look())
        finally:
            destroyed = salts.destroy(application, ref or None)
            contents = vault.destroy(state, application, ref)
    _keep(state, found.look())
    done = Erased(destroyed, contents, found.count, dict(found.kept))
    note(done)
    settle()
    _keep(state, found.look(to_the_end=bool(ref)))
    vault.sever(state, application)  # what a worker was writing then
    return done


def _found(state: Path, salts: ApplicationSalts, application: str, ref: str, today: date) -> _Found:
    # of a whole application not even what is damaged stays: its salt is not read
    there = salts.has(application)
    salt = salts.get(application, ref) if ref and there else None
    return _Found(state, today, partial(_meant, application, salt, bool(ref)))


class _Found:
    """What belongs to an order.

    Attributes:
        count: entries that are to go, and outcomes that will be.
        kept: entries that stay, by the reason.
    """

    def __init__(self, state: Path, today: date, mine: Callable[[Entry], bool]) -> None:
        self.count = 0
        self.kept: Counter[str] = Counter()
        self._state = state
        self._today = today
        self._mine = mine
        self._read: dict[str, int] = {}
        self._starts: dict[str, set[int]] = {}

    def look(self, *, to_the_end: bool = True) -> dict[str, list[int]]:
        """Entries that are to go, by shard, among those that came since the last look; unless `to_the_end`, up to the
        segment that was begun since then: what is in it came after workers heard of the order, and is a new matter.
        """
        wanted = {shard: self._of(shard, to_the_end=to_the_end) for shard in shards(self._state)}
        return {shard: indices for shard, indices in wanted.items() if indices}

    def _of(self, shard: str, *, to_the_end: bool) -> list[int]:
        starts = set(segment_starts(ledger_folder(self._state, shard)))
        begun = starts - self._starts.get(shard, set())
        self._starts[shard] = starts
        end = sys.maxsize if to_the_end else min(begun, default=0)
        wanted: list[int] = []
        open_intents: set[int] = set()
        since = self._read.get(shard, 0)
        keep = Keep(self._state, None, (), self._today)
        for entry, because in entries_of(self._state, shard, keep, partial(self._is_mine, shard), since):
            if entry.index >= end:
                break
            if because:
                self.kept.update(because)
                continue
            wanted.append(entry.index)
            if entry.kind == "intent":
                open_intents.add(entry.index)
            elif entry.intent is not None:
                open_intents.discard(entry.intent)
        self.count += len(wanted) + len(open_intents)
        return wanted

    def _is_mine(self, shard: str, entry: Entry) -> bool:
        self._read[shard] = entry.index + 1
        return self._mine(entry)


def _meant(application: str, salt: bytes | None, by_ref: bool, entry: Entry) -> bool:
    if canon.parse(entry.party).get("application") != application:
        return False
    if not by_ref:
        return True
    content = canon.parse(entry.content)
    return salt is not None and content.get("ref") == marked(salt, bytes.fromhex(content["nonce"]))


def orders(state: Path) -> tuple[str, ...]:
    """Names of the orders of which something is left."""
    return tuple(sorted(path.name for path in (state / FOLDER).glob("*.json")))


def carry_out(state: Path, stack: Stack, today: date) -> Waiting:
    """Destroy the entries of every order, as far as their segments are sealed; what waits still.

    Raises:
        LedgerCorrupt: a segment cannot be read.
        OSError: the disk refused it.
    """
    folder = state / FOLDER
    if not folder.is_dir():
        return Waiting()
    holds = [hold for hold in stack.legal_holds if today <= hold.until]
    with in_turn(folder):
        waiting = [_carried_out(state, path, holds, today) for path in map(folder.joinpath, orders(state))]
    return Waiting(
        sum(each.entries for each in waiting),
        any(each.unsealed for each in waiting),
        any(each.under_way for each in waiting),
    )


def _carried_out(state: Path, path: Path, holds: list[LegalHold], today: date) -> Waiting:
    """What is left of an order."""
    wanted = {shard: set(indices) for shard, indices in json.loads(path.read_bytes()).items()}
    going = {shard: _Going(state, shard, indices, Keep(state, None, holds, today)) for shard, indices in wanted.items()}
    left = {shard: rest for shard, each in going.items() if (rest := each.destroy())}
    if not left:
        DISK.unlink(path)
        DISK.sync_folder(path.parent)
    elif left != wanted:
        write_durably(path, _written(left))
    return Waiting(
        sum(map(len, left.values())),
        any(each.unsealed for each in going.values()),
        any(each.under_way for each in going.values()),
    )


class _Going:
    """Entries of a shard that are to go; an intent that was under way goes with its outcome, when that is there.

    Attributes:
        unsealed, under_way: as in `Waiting`.
    """

    def __init__(self, state: Path, shard: str, indices: set[int], keep: Keep) -> None:
        self.unsealed = self.under_way = False
        self._state = state
        self._shard = shard
        self._folder = ledger_folder(state, shard)
        self._keep = keep
        self._wanted = set(indices)
        self._stay: set[int] = set()
        # a shard that is closed, and held by nobody, gets no outcome any more, nor a segment after its last
        self._over = (self._folder.parent / "closed").exists() and not is_held(state, shard)
        self._end = 0

    def destroy(self) -> set[int]:
        """Destroy those that can be; gives those that cannot yet."""
        segments = sealed(self._state, self._shard)
        if self._over:
            segments += [(first, sys.maxsize) for first in segment_starts(self._folder)[-1:]]
        self._end = segments[-1][1] if segments else 0
        for first, end in segments:
            if any(first <= index < end for index in self._wanted):
                erase(self._state, self._shard, first, self._may)
        later = {index for index in self._wanted if index >= self._end}
        self.unsealed = self.unsealed or bool(later)
        # what was pruned meanwhile is gone
        return self._stay | later

    def _may(self, group: list[Entry]) -> set[int]:
        """Those of a group that may go; an outcome comes after its intent."""
        return {entry.index for entry in group if entry.index in self._wanted and self._goes(entry)}

    def _goes(self, entry: Entry) -> bool:
        outcome = self._outcome(entry) if entry.kind == "intent" else None
        waits = entry.kind == "intent" and (outcome is None or outcome >= self._end)
        if waits:
            self.unsealed = self.unsealed or outcome is not None
            self.under_way = self.under_way or outcome is None
        if waits or (not entry.erased and self._keep.because(entry)):
            self._stay.add(entry.index)
            return False
        if outcome is not None:
            self._wanted.add(outcome)
        return not entry.erased

    def _outcome(self, intent: Entry) -> int | None:
        """The outcome of an intent; None if it is still to come, the intent itself if nobody will know of one."""
        place = read_place(self._folder, intent.index)
        if place is None or (place.outcome is None and self._over):
            return intent.index
        return place.outcome


def _keep(state: Path, wanted: dict[str, list[int]]) -> None:
    """Keep an order, unless it names nothing."""
    if wanted:
        write_durably(state / FOLDER / f"{secrets.token_hex(8)}.json", _written(wanted))


def _written(wanted: Mapping[str, Iterable[int]]) -> bytes:
    return json.dumps({shard: sorted(indices) for shard, indices in wanted.items()}).encode()
