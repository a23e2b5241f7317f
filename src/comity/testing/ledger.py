"""A ledger in memory, with the interface of `comity.adapters.ledger.Ledger` and faults that tests switch.

It is stricter than the real one: blocks must be canonical and have exactly the keys of docs/spec/entry.md, so that a
test fails where the real log would accept an entry that no verifier accepts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from comity.adapters.ledger.failures import LedgerBroken, Overloaded, UnknownReceipt
from comity.proof.entry import KINDS, MAX_BLOCK_BYTES, outcome_party
from comity.proof.leaf import BLOCKS
from comity.proof.shape import check_block
from comity.terms import canon

Done = Callable[[BaseException | None], None]


class Kept(NamedTuple):
    """An entry as it was appended, with its blocks parsed."""

    kind: str
    party: dict[str, Any]
    decision: dict[str, Any]
    content: dict[str, Any]
    intent: int | None


class MemoryLedger:
    """Keeps entries in a list, and is durable at the next turn of the loop, unless told otherwise.

    Attributes:
        kept: all entries, by index.
        held: set it to True to make nothing durable until `release()` (a slow disk).
        full: set it to True to make `append` raise Overloaded, for anything but an outcome.
        check: set it to False to accept blocks of any keys.
        silent: set it to True to have no signer that answers.
    """

    def __init__(self, shard: str = "memory001", origin: str = "example.org/test") -> None:
        self.shard = shard
        self.origin = f"{origin}/{shard}"
        self.kept: list[Kept] = []
        self.held = False
        self.full = False
        self.check = True
        self.silent = False
        self._waiting: list[Done] = []
        self._durable = 0
        self._intents: set[int] = set()
        self._fault: str | None = None

    @property
    def healthy(self) -> bool:
        """False after `fail` or `close`."""
        return self._fault is None

    @property
    def trouble(self) -> str:
        """The fault, or that the signer is silent."""
        return "the log cannot make entries durable" if self._fault else "silent" if self.silent else ""

    @property
    def fault(self) -> str | None:
        """What `fail` was told."""
        return self._fault

    @property
    def pending(self) -> int:
        """Entries that are not durable yet."""
        return len(self.kept) - self._durable

    @property
    def durable(self) -> int:
        """Entries that are durable."""
        return self._durable

    @property
    def published(self) -> int:
        """As `durable`: there is no checkpoint here."""
        return self._durable

    @property
    def open_intents(self) -> int:
        """Intents without an outcome."""
        return len(self._intents)

    def receipt_id(self, index: int) -> str:
        """`<shard>.<index>`."""
        return f"{self.shard}.{index}"

    def append(
        self, kind: str, party: bytes, decision: bytes, content: bytes, done: Done, *, intent: int | None = None
    ) -> int:
        """As the real one; raises ValueError for blocks that docs/spec/entry.md does not allow."""
        if self._fault is not None:
            raise LedgerBroken(self._fault)
        if self.full and kind != "outcome":  # what was begun has to be concluded
            raise Overloaded("told to be full")
        blocks = {"party": party, "decision": decision, "content": content}
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of entry")
        parsed = {name: self._parsed(kind, name, blocks[name]) for name in BLOCKS}
        index = len(self.kept)
        if kind == "outcome":
            if intent not in self._intents or party != outcome_party(intent):
                raise ValueError(f"no open intent {intent} for this outcome, or its party block is another's")
            self._intents.remove(intent)
        elif intent is not None:
            raise ValueError("only an outcome has an intent")
        elif kind == "intent":
            self._intents.add(index)
        self.kept.append(Kept(kind, parsed["party"], parsed["decision"], parsed["content"], intent))
        self._waiting.append(done)
        if not self.held:
            asyncio.get_running_loop().call_soon(self.release)
        return index

    def release(self) -> None:
        """Make everything appended so far durable, and say so in order."""
        waiting, self._waiting = self._waiting, []
        self._durable += len(waiting)
        for done in waiting:
            done(None)

    def fail(self, fault: str = "the disk is gone") -> None:
        """Break: what waits is told so, and nothing is accepted any more."""
        self._fault = fault
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done(LedgerBroken(fault))

    async def publish(self) -> int:
        """The number of durable entries."""
        return self._durable

    async def receipt(self, receipt_id: str, *, openings: bool = True) -> dict[str, Any]:
        """The entries of a request as a receipt shows them, without salts and proofs."""
        shard, _, number = receipt_id.partition(".")
        if shard != self.shard or not number.isdecimal() or int(number) >= self._durable:
            raise UnknownReceipt(receipt_id)
        index = int(number)
        first = self.kept[index]
        if first.kind not in ("intent", "denial"):
            raise UnknownReceipt(receipt_id)
        shown: dict[str, Any] = {"comity": 1, first.kind: _shown(first)}
        for entry in self.kept[: self._durable]:
            if entry.intent == index:
                shown["outcome"] = _shown(entry)
        return shown

    def close(self) -> None:
        """Release what waits; nothing is accepted any more."""
        self.release()
        self._fault = self._fault or "the ledger is closed"

    def _parsed(self, kind: str, name: str, block: bytes) -> dict[str, Any]:
        if len(block) > MAX_BLOCK_BYTES:
            raise ValueError(f"{kind}.{name} is larger than {MAX_BLOCK_BYTES} bytes")
        value = canon.parse_canonical(block)
        if self.check:
            check_block(kind, name, value, exact=True)
        assert isinstance(value, dict)
        return value


def _shown(entry: Kept) -> dict[str, Any]:
    return {"blocks": {"party": entry.party, "decision": entry.decision, "content": entry.content}}
