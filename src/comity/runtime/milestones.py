"""Entries that a worker makes when a realm begins to serve in it (docs/spec/entry.md, kinds realm and conditions)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from comity.adapters.database.notes import Note
from comity.adapters.ledger import Ledger
from comity.runtime.in_force import InForce
from comity.terms.canon import encode
from comity.terms.instants import FAR_FUTURE, Instant

SAMPLES = "sample."
"""How the actions of an auditor's sample begin: what they say is of the log, not of a key."""

ERASE, PRUNE = "erasure.erase", "erasure.prune"
"""Actions of notes that become an entry of kind erasure."""

_NOBODY = encode({})


def began(ledger: Ledger, force: InForce, now: Instant) -> None:
    """Enter that `force` serves from `now` on; every intent under it comes after these two entries.

    Raises:
        LedgerBroken, Overloaded: the entries cannot be made.
    """
    realm = force.realm
    durability = realm.stack.durability
    ends = {} if realm.valid_until >= FAR_FUTURE else {"valid_until": realm.valid_until}
    times = encode({"times": {"started": now}})
    ruled = encode({"durability": durability, "realm": realm.digest, **ends})
    ledger.append("realm", _NOBODY, ruled, times, _entered)
    ranked = encode({"conditions": force.conditions.digest, "durability": durability})
    ledger.append("conditions", _NOBODY, ranked, times, _entered)


def audited(ledger: Ledger, note: Note, durability: str, done: Callable[[BaseException | None], None]) -> int:
    """Enter what somebody did to the gateway, or found in it; the index of the entry.

    Raises:
        LedgerBroken, Overloaded: the entry cannot be made.
    """
    if note.action in (ERASE, PRUNE):
        return _erasure(ledger, note, durability, done)
    sampled = note.action.startswith(SAMPLES)
    party = encode({"actor": note.actor, **({"key": note.document} if note.document and not sampled else {})})
    decision = encode({"action": note.action, "durability": durability})
    told = {"sample": note.document} if sampled else {}
    content = encode({**told, "target": note.target, "times": {"finished": note.at}})
    return ledger.append("audit", party, decision, content, done)


def _erasure(ledger: Ledger, note: Note, durability: str, done: Callable[[BaseException | None], None]) -> int:
    """What was destroyed, in numbers; of whom it was is in no entry."""
    told: dict[str, Any] = {key: note.document[key] for key in ("salts", "entries", "pruned") if key in note.document}
    decision = encode({"action": note.action.removeprefix("erasure."), "durability": durability})
    content = encode({**told, "times": {"finished": note.at}})
    return ledger.append("erasure", encode({"actor": note.actor}), decision, content, done)


def _entered(fault: BaseException | None) -> None:
    """Nobody waits: a failed write has broken the ledger, and `Ledger.healthy` says so."""
