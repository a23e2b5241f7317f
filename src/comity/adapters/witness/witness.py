"""A witness: cosigns checkpoints that grow, for the logs that it knows (C2SP tlog-witness v1, `add-checkpoint`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import NamedTuple

from comity.adapters.witness.logs import KnownLog, Logs
from comity.adapters.witness.memory import Seen, WitnessMemory
from comity.adapters.witness.rates import Rates
from comity.proof.add_checkpoint import AddCheckpoint, NotAsked
from comity.proof.cosignature import Cosigner, log_signed
from comity.proof.note import Signature
from comity.proof.tree import EMPTY_ROOT, verify_consistency

MAX_WAITING = 8
"""Requests for one origin that wait for the one before them: a log asks one at a time."""

MAX_RATED = 10_000
"""Origins whose rate is kept."""

TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


class Answer(NamedTuple):
    """An HTTP answer; `wait` is for Retry-After, in seconds, where it is not 0."""

    status: int
    body: str
    content_type: str = TEXT
    wait: float = 0.0


class Witness:
    """Duties: it cosigns for an origin only what is consistent with the last that it cosigned for it, compares and
    keeps that in one step for each origin, and gives no cosignature before it is kept durably.
    """

    def __init__(
        self,
        cosigners: tuple[Cosigner, ...],
        logs: Logs,
        memory: WitnessMemory,
        *,
        clock: Callable[[], int],
        ticks: Callable[[], float],
    ) -> None:
        """`clock` gives Unix milliseconds, `ticks` seconds that never go back."""
        self._cosigners = cosigners
        self._logs = logs
        self._memory = memory
        self._clock = clock
        self._rates = Rates(kept=MAX_RATED, clock=ticks)
        self._rating = Lock()
        self._turns: dict[str, tuple[Lock, int]] = {}
        self._taking = Lock()

    def checkpoint(self, origin_hash: str) -> str | None:
        """The last checkpoint cosigned for the origin of that hex SHA-256, as its note."""
        return self._memory.note(origin_hash)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a request. Blocking: it syncs the disk. May be called on several threads at once."""
        # step 1: the request can be read, and does not name an old size above the new one
        try:
            asked = AddCheckpoint.parse(body)
        except NotAsked as error:
            return Answer(400, f"{error}\n")
        # step 2: the origin is known
        origin = asked.checkpoint.origin
        log = self._logs.of(origin)
        if log is None:
            return Answer(404, "this witness does not know the log\n")
        # step 3: a key that is trusted for it has signed, and no line that claims to be by one is false
        lines = _signed(asked, log)
        if not lines:
            return Answer(403, "no signature of a key that this witness trusts for the log\n")
        with self._turn(origin) as mine:
            if not mine:
                return Answer(429, "requests for this log wait already\n", wait=1.0)
            return self._judge(asked, log, lines)

    def _judge(self, asked: AddCheckpoint, log: KnownLog, lines: list[Signature]) -> Answer:
        new, latest = asked.checkpoint, self._memory.latest(asked.checkpoint.origin)
        # step 4: the log knows what this witness saw last
        size = latest.checkpoint.size if latest else 0
        if asked.old != size:
            return Answer(409, f"{size}\n", SIZE)
        # step 5: an empty tree has the root of one
        if new.size == 0 and new.root != EMPTY_ROOT:
            return Answer(422, "the root of an empty tree is another\n")
        # step 6: the tree has grown from the one that was seen
        root = latest.checkpoint.root if latest else EMPTY_ROOT
        if not verify_consistency(size, new.size, root, new.root, asked.proof):
            return Answer(422, "the checkpoint is not shown to have grown from the last one that was cosigned\n")
        time = max(self._clock() // 1000, latest.time if latest else 1)
        cosigned = [cosigner.cosign(asked.note.text, time) for cosigner in self._cosigners]
        if latest is None or new != latest.checkpoint:
            refused = self._room(asked, log, latest) or self._keep(asked, time, [*lines, *cosigned])
            if refused is not None:
                return refused
        # of a size that was cosigned before, the first cosignature stays the one that is kept and shown
        return Answer(200, "".join(line.line for line in cosigned))

    def _room(self, asked: AddCheckpoint, log: KnownLog, latest: Seen | None) -> Answer | None:
        origin = asked.checkpoint.origin
        if latest is None and origin != log.origin and self._memory.below(log.origin) >= log.shards:
            return Answer(403, f"this witness remembers {log.shards} shards of {log.origin}, and not this one\n")
        if latest is None and self._memory.full:
            return Answer(503, "this witness can remember no further log\n", wait=3600.0)
        with self._rating:
            wait = self._rates.wait(origin, log.per_minute)
        return Answer(429, "too many checkpoints of this log\n", wait=wait) if wait else None

    def _keep(self, asked: AddCheckpoint, time: int, lines: list[Signature]) -> Answer | None:
        note = f"{asked.note.text}\n{''.join(line.line for line in lines)}"
        try:
            self._memory.keep(Seen(asked.checkpoint, time, note))
        except OSError:
            return Answer(503, "this witness could not make the checkpoint durable\n", wait=5.0)
        return None

    @contextmanager
    def _turn(self, origin: str) -> Iterator[bool]:
        """Whether it is this request's turn for its origin; others of the same origin wait meanwhile."""
        with self._taking:
            lock, waiting = self._turns.get(origin, (Lock(), 0))
            mine = waiting < MAX_WAITING
            if mine:
                self._turns[origin] = lock, waiting + 1
        if not mine:
            yield False
            return
        try:
            with lock:
                yield True
        finally:
            with self._taking:
                lock, waiting = self._turns.pop(origin)
                if waiting > 1:
                    self._turns[origin] = lock, waiting - 1


def _signed(asked: AddCheckpoint, log: KnownLog) -> list[Signature]:
    """The signatures of trusted keys, or none if one of them is missing its truth."""
    found: list[Signature] = []
    for key in log.keys:
        named = key.named(asked.checkpoint.origin) if asked.checkpoint.origin != log.origin else key
        for line in asked.note.by(named):
            if not log_signed(named, asked.note.text, line):
                return []
            found.append(line)
    return found
