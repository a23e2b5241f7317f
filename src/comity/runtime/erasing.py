"""Erasure by order: salts at once, then entries that nothing obliges to keep, and an entry that says so.

Order of writes: the order is kept, which names entries by their numbers only, for without its salt nobody can tell
what belongs to a ref; then the salts are destroyed, whatever failed before; then it is carried out, as far as segments
are sealed, and again whenever a gateway looks, until nothing of it is left.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from comity.adapters import vault
from comity.adapters.disk import DISK
from comity.adapters.ledger import ApplicationSalts, shards
from comity.adapters.ledger.erasing import erase, sealed
from comity.adapters.ledger.in_turn import in_turn
from comity.adapters.ledger.segment import Entry
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
        entries: entries that are destroyed, or will be once their segment is sealed.
        kept: entries that stay, by the reason.
    """

    salts: int
    contents: int
    entries: int
    kept: dict[str, int]


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
    dry: bool = False,
) -> Erased:
    """Erase what an application asked, or what it asked under one ref; `note` has it entered, before entries go.

    Raises:
        Held: a legal hold lies on it; nothing was done.
        ValueError: there is no such application id.
        LedgerCorrupt: a segment cannot be read; the salts are destroyed all the same.
        OSError: the disk refused it; the salts may be destroyed already.
    """
    held(stack, application, today)
    salts = ApplicationSalts(state)
    salt = salts.get(application, ref or None)
    destroyed, contents = int(salt is not None), 0
    try:
        wanted, kept = _wanted(state, today, partial(_meant, application, salt if ref else None, bool(ref)))
        if wanted and not dry:
            _keep(state / FOLDER / f"{secrets.token_hex(8)}.json", wanted)
    finally:
        if not dry:
            destroyed = salts.destroy(application, ref or None)
            contents = vault.destroy(state, application, ref)
    done = Erased(destroyed, contents, sum(map(len, wanted.values())), kept)
    if not dry:
        note(done)
    return done


def _wanted(state: Path, today: date, mine: Callable[[Entry], bool]) -> tuple[dict[str, list[int]], dict[str, int]]:
    wanted: dict[str, list[int]] = {}
    kept: Counter[str] = Counter()
    for shard in shards(state):
        for entry, because in entries_of(state, shard, Keep(state, None, (), today), mine):
            if because:
                kept.update(because)
            else:
                wanted.setdefault(shard, []).append(entry.index)
    return wanted, dict(kept)


def _meant(application: str, salt: bytes | None, by_ref: bool, entry: Entry) -> bool:
    if canon.parse(entry.party).get("application") != application:
        return False
    if not by_ref:
        return True
    content = canon.parse(entry.content)
    return salt is not None and content.get("ref") == marked(salt, bytes.fromhex(content["nonce"]))


def carry_out(state: Path, stack: Stack, today: date) -> int:
    """Destroy the entries of every order, as far as their segments are sealed; how many entries wait still, for that or
    because law or a legal hold has come to keep them since.

    Raises:
        LedgerCorrupt: a segment cannot be read.
        OSError: the disk refused it.
    """
    folder = state / FOLDER
    if not folder.is_dir():
        return 0
    holds = [hold for hold in stack.legal_holds if today <= hold.until]
    with in_turn(folder):
        return sum(_carried_out(state, path, holds, today) for path in sorted(folder.glob("*.json")))


def _carried_out(state: Path, path: Path, holds: list[LegalHold], today: date) -> int:
    """How many entries of an order are left."""
    wanted = {shard: set(indices) for shard, indices in json.loads(path.read_bytes()).items()}
    left = {shard: _sealed_away(state, shard, indices, holds, today) for shard, indices in wanted.items()}
    left = {shard: rest for shard, rest in left.items() if rest}
    if not left:
        DISK.unlink(path)
        DISK.sync_folder(path.parent)
    elif left != wanted:
        _keep(path, {shard: sorted(indices) for shard, indices in left.items()})
    return sum(map(len, left.values()))


def _sealed_away(state: Path, shard: str, indices: set[int], holds: list[LegalHold], today: date) -> set[int]:
    """Destroy those of these entries that can be; gives those that cannot yet."""
    left, stay = set(indices), set[int]()
    keep = Keep(state, None, holds, today)
    last = 0
    for first, end in sealed(state, shard):
        if here := {index for index in left if first <= index < end}:
            erase(state, shard, first, partial(_may, here, keep, stay))
        left -= here
        last = end
    # what was pruned meanwhile is gone
    return stay | {index for index in left if index >= last}


def _may(indices: set[int], keep: Keep, stay: set[int], group: list[Entry]) -> set[int]:
    """Those of a group that may go; the others are added to `stay`."""
    asked = [entry for entry in group if entry.index in indices and not entry.erased]
    stays = {entry.index for entry in asked if keep.because(entry)}
    stay |= stays
    return {entry.index for entry in asked} - stays


def _keep(path: Path, wanted: dict[str, list[int]]) -> None:
    DISK.make_folders(path.parent)
    write_durably(path, json.dumps(wanted).encode())
