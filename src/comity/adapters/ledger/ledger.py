"""`Ledger`: one shard as the relay and the runtime see it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from comity.adapters.disk import DISK, PUBLIC, Disk
from comity.adapters.ledger.committer import Committer
from comity.adapters.ledger.cosigning import WITNESSED, Cosigning, read_witnessed
from comity.adapters.ledger.durable import Durable
from comity.adapters.ledger.failures import LedgerBroken, NotYetCovered, Overloaded
from comity.adapters.ledger.group import Done, Group
from comity.adapters.ledger.log_key import signing_of
from comity.adapters.ledger.places import Places, places_path
from comity.adapters.ledger.publisher import Publisher, Wish
from comity.adapters.ledger.receipts import build_receipt, last_index, parse_receipt_id
from comity.adapters.ledger.recovery import Recovered, recover
from comity.adapters.ledger.segment import SALT_SIZE
from comity.adapters.ledger.segment_files import AHEAD_BYTES, SegmentWriter, ledger_folder
from comity.adapters.ledger.shard import Held, leave_shard, take_free, take_shard
from comity.adapters.ledger.tile_files import read_checkpoint
from comity.adapters.signer import Signing
from comity.proof.checkpoint import shard_origin
from comity.proof.entry import KINDS, MAX_BLOCK_BYTES, lost_outcome, outcome_party
from comity.proof.note import Note, NoteError, VerifierKey

MAX_PENDING = 32_768
"""Entries that may wait to be durable: half a second of the fastest disk; more waiting helps nobody. An outcome always
has a place: what was begun must be concluded, and there are no more outcomes than intents."""

FOREIGN_WAIT_S = 5.0
"""How long a receipt of another worker's shard waits for its checkpoint: 25 publishing intervals."""

FOREIGN_POLL_S = 0.05

SWITCH_INTERVAL_S = 0.001
"""How long one thread may keep the interpreter from another: at Python's 5 ms a committer that comes back from the
disk would wait longer for the interpreter than for the disk."""

_KINDS = frozenset(KINDS)


class Options(NamedTuple):
    """How a ledger is opened; see `Ledger.open`."""

    clock: Callable[[], int]
    rng: Callable[[int], bytes] = os.urandom
    durability: Literal["strict", "relaxed"] = "strict"
    signer: str | None = None
    disk: Disk = DISK
    cosigning: Cosigning | None = None


class Ledger:
    """The durable log of one shard; see the package's docstring for the duties of each side.

    Attributes:
        shard: id of the shard, 9 characters of [a-z0-9].
        origin: origin line of its checkpoints, `<origin>/<shard>`.
    """

    def __init__(
        self,
        state: Path,
        held: Held,
        origin: str,
        signing: Signing,
        recovered: Recovered,
        places: Places,
        options: Options,
    ) -> None:
        """Used by `open`, which recovers what it is given."""
        clock, rng, durability, _, disk, cosigning = options
        self.shard = held.shard
        self.origin = origin
        self._state = state
        self._held = held
        self._signing = signing
        self._cosigning = cosigning
        self._fault: str | None = None
        self._closed = False
        folder = ledger_folder(state, held.shard)
        strict = durability == "strict"
        writer = SegmentWriter(folder, origin, ahead=AHEAD_BYTES if strict else 0, disk=disk)
        with ExitStack() as undone:
            undone.callback(writer.close)
            # what a segment's slots say is read from them only while it is the last one
            places.sync()
            writer.begin(recovered.size, recovered.open, "start", clock())
            size = _close_open(recovered, writer, places, durability, clock(), rng)
            self._publisher = Publisher(
                folder.parent,
                origin,
                signing,
                recovered.growth,
                recovered.signed,
                make_durable=(lambda: None) if strict else writer.sync,
                broken=self._break,
                disk=disk,
                cosigning=cosigning,
            )
            self._publisher.publish()
            if self._fault is not None:
                raise LedgerBroken(self._fault)
            undone.pop_all()
        self._committer = Committer(
            writer,
            places,
            size,
            strict=strict,
            clock=clock,
            rng=rng,
            committed=self._publisher.committed,
            told=self._publisher.grow,
            broken=self._break,
        )
        self._committer.thread.start()
        self._publisher.thread.start()

    @classmethod
    def open(
        cls,
        state: Path,
        origin: str,
        *,
        clock: Callable[[], int],
        rng: Callable[[int], bytes] = os.urandom,
        durability: Literal["strict", "relaxed"] = "strict",
        signer: str | None = None,
        disk: Disk = DISK,
        cosigning: Cosigning | None = None,
    ) -> Ledger:
        """Take a free shard under `state/log/`, or make one, recover it, and close its open intents.

        Blocking; call before serving. `clock` gives Unix milliseconds, `rng` random bytes; `signer` is as in the stack
        file; `cosigning` asks witnesses, and is closed with the ledger. A shard of which a witness has seen more than
        is here is a backup: it is left as it is, for good, and another taken. When it returns, each intent that had no
        outcome has an `outcome {finish: lost}` that is durable.

        Raises:
            LedgerCorrupt: the shard contradicts its last signed checkpoint, or the key belongs to another origin.
            LedgerBroken: the disk refused a write, or the signer the first checkpoint.
            Fault: the signer cannot be used, or does not answer.
            ValueError: `origin` cannot name a log.
        """
        options = Options(clock, rng, durability, signer, disk, cosigning)
        ledger = cls._opened(state, origin, partial(take_shard, state, rng, disk), options)
        assert ledger is not None  # one is made
        return ledger

    @classmethod
    def reopen(cls, state: Path, origin: str, options: Options) -> Ledger | None:
        """As `open`, of a shard that is there; None if none of them is free. Then nobody uses `cosigning`."""
        return cls._opened(state, origin, partial(take_free, state), options)

    @classmethod
    def _opened(cls, state: Path, origin: str, take: Callable[[], Held | None], options: Options) -> Ledger | None:
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_INTERVAL_S))
        with ExitStack() as undone:
            try:
                signing = signing_of(state, origin, options.signer, options.rng, options.disk)
                undone.callback(signing.close)
                while (held := take()) is not None:
                    ledger = cls._over(state, origin, signing, held, options)
                    if ledger is not None:
                        undone.pop_all()
                        return ledger
            except OSError as error:  # of the folder: a shard is named by whoever opens it
                raise LedgerBroken(f"the state folder {state} cannot be used: {error}") from error
        return None

    @classmethod
    def _over(cls, state: Path, origin: str, signing: Signing, held: Held, options: Options) -> Ledger | None:
        """A ledger over the shard that was taken; None if that is a backup, and was left."""
        disk = options.disk
        with ExitStack() as undone:
            undone.callback(os.close, held.lock)
            try:
                name = shard_origin(origin, held.shard)
                key = signing.key.named(name)
                folder = ledger_folder(state, held.shard)
                disk.make_folders(folder)
                disk.create_durably(folder.parent / "vkey", (key.text + "\n").encode(), PUBLIC)
                places = Places(places_path(folder), disk)
                undone.callback(places.close)
                recovered = recover(state, held.shard, key, places, disk)
                if doubts := _doubts(Durable(state, held.shard, recovered), folder.parent, key, options.cosigning):
                    leave_shard(state, held.shard, f"{doubts}: this is a backup", disk)
                    return None
                ledger = cls(state, held, name, signing, recovered, places, options)
            except OSError as error:
                raise LedgerBroken(f"the shard {held.shard} cannot be opened: {error}") from error
            undone.pop_all()
            return ledger

    @property
    def healthy(self) -> bool:
        """False once a write or sync failed, or after close."""
        return self._fault is None

    @property
    def fault(self) -> str | None:
        """Why the ledger is not healthy, in words for an operator."""
        return self._fault

    @property
    def trouble(self) -> str:
        """Why no new requests should be sent here, in words for anyone, or empty: a fault, or a signer that has been
        silent for `UNSIGNED_S`. With the latter, what comes is entered durably all the same, and receipts wait.
        """
        return "the log cannot make entries durable" if self._fault is not None else self._publisher.trouble

    @property
    def pending(self) -> int:
        """Entries that wait to be durable."""
        return self._committer.next - self._committer.durable

    @property
    def next(self) -> int:
        """Index of the next entry."""
        return self._committer.next

    @property
    def durable(self) -> int:
        """Number of entries that are durable; indices below it are safe."""
        return self._committer.durable

    @property
    def published(self) -> int:
        """Tree size of the last signed checkpoint on disk."""
        return max(self._publisher.published, 0)

    @property
    def open_intents(self) -> int:
        """Intents of this shard that have no outcome yet."""
        return len(self._committer.open)

    def receipt_id(self, index: int) -> str:
        """`<shard>.<index>`, the value of the Comity-Receipt header."""
        return f"{self.shard}.{index}"

    def append(
        self, kind: str, party: bytes, decision: bytes, content: bytes, done: Done, *, intent: int | None = None
    ) -> int:
        """Enter three canonical blocks into the log; see the package's docstring."""
        if self._fault is not None:
            raise LedgerBroken(self._fault)
        if len(party) > MAX_BLOCK_BYTES or len(decision) > MAX_BLOCK_BYTES or len(content) > MAX_BLOCK_BYTES:
            raise ValueError(f"a block of the {kind} is larger than {MAX_BLOCK_BYTES} bytes")
        committer = self._committer
        index = committer.next
        if kind == "outcome":
            if intent not in committer.open or party != outcome_party(intent):
                raise ValueError(f"no open intent {intent} for this outcome, or its party block is another's")
            committer.add(kind, intent, party, decision, content, done)
            committer.open.remove(intent)
            return index
        if kind not in _KINDS or intent is not None:
            raise ValueError(f"{kind!r} is no kind of entry, or has no intent")
        if index - committer.durable >= MAX_PENDING:
            raise Overloaded(f"{MAX_PENDING} entries wait to be written")
        committer.add(kind, None, party, decision, content, done)
        if kind == "intent":
            committer.open.add(index)
        return index

    def rotate(self) -> None:
        """Begin a segment, so that entries before it can be erased. On the loop."""
        if self._fault is None:
            self._committer.rotate()

    async def publish(self) -> int:
        """Wait for a checkpoint that covers every entry that is durable now; returns its tree size.

        Raises:
            LedgerBroken: it could not be published.
            NotYetCovered: the log's signer does not answer now.
        """
        loop = asyncio.get_running_loop()
        published: asyncio.Future[int] = loop.create_future()

        def resolve(result: int | Exception) -> None:
            if published.done():
                return
            if isinstance(result, int):
                published.set_result(result)
            else:
                published.set_exception(result)

        def ready(result: int | Exception) -> None:
            loop.call_soon_threadsafe(resolve, result)

        if self._closed:
            raise LedgerBroken("the ledger is closed")
        self._publisher.queue.put(Wish(self.durable, ready))
        return await published

    async def receipt(self, receipt_id: str, *, openings: bool = True, ref: str = "") -> dict[str, Any]:
        """Build the receipt of an intent or denial of any shard under this state folder.

        Waits for the next checkpoint where needed (own shard: asks for it; another's: a few seconds at most).
        `receipt["intent"]["blocks"]["party"]["application"]` (or under "denial") is whose receipt it is: the caller
        checks that the key may read it.

        Raises:
            UnknownReceipt: no such intent or denial, or the id is malformed.
            NotYetCovered: the next checkpoint did not come in time, or the log's signer does not answer.
            LedgerBroken: the checkpoint that it needs could not be published.
        """
        shard, index = parse_receipt_id(receipt_id)
        loop = asyncio.get_running_loop()
        if shard == self.shard:
            needed = await loop.run_in_executor(None, last_index, self._state, shard, index)
            if self.published <= needed:
                await self.publish()
            return await loop.run_in_executor(
                None, lambda: build_receipt(self._state, shard, index, openings=openings, ref=ref)
            )
        deadline = loop.time() + FOREIGN_WAIT_S
        while True:
            try:
                return await loop.run_in_executor(
                    None, lambda: build_receipt(self._state, shard, index, openings=openings, ref=ref)
                )
            except NotYetCovered:
                if loop.time() >= deadline:
                    raise
                await asyncio.sleep(FOREIGN_POLL_S)

    def close(self) -> None:
        """Flush, publish, release the shard. Blocking; `done`s are still delivered if the loop runs on.

        From the loop's thread, call it in an executor, or after the loop has ended.
        """
        if self._closed:
            return
        self._closed = True
        if self._fault is None:
            self._fault = "the ledger is closed"
        self._committer.close()
        self._publisher.queue.put(None)
        self._publisher.thread.join()
        if self._cosigning is not None:
            self._cosigning.close()
        self._signing.close()
        os.close(self._held.lock)

    def _break(self, fault: str) -> None:
        # called on the other threads; the first fault is the one that explains
        if self._fault is None:
            self._fault = fault


def _doubts(durable: Durable, folder: Path, key: VerifierKey, cosigning: Cosigning | None) -> str:
    """Why a shard must not be gone on with; see `Cosigning.doubts`."""
    last = read_witnessed(folder)
    try:
        doubts = "" if last is None else durable.contradicted_by(Note.parse(last), key)
    except NoteError:  # it is not durable
        doubts = ""
    if doubts:
        return f"{WITNESSED} says that {doubts}"
    return "" if cosigning is None else cosigning.doubts(read_checkpoint(folder), key, durable)


def _close_open(
    recovered: Recovered,
    writer: SegmentWriter,
    places: Places,
    durability: str,
    now_ms: int,
    rng: Callable[[int], bytes],
) -> int:
    """Enter the lost outcomes, durably; returns the index of the next entry."""
    group = Group(recovered.size)
    for intent in sorted(recovered.open):
        group.add("outcome", intent, rng(SALT_SIZE), *lost_outcome(intent, durability, now_ms), lambda _: None)
    if group:
        at = writer.write(group.encode())
        writer.sync()
        places.put(group.first, group.places(at))
        for intent, outcome in group.links:
            places.link(intent, outcome)
        recovered.growth.extend(group.leaf_values())
    return group.first + len(group)
