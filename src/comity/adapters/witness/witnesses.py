"""A log's side: every checkpoint goes to the witnesses of a policy, and what they sign comes back."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Condition, Thread

from comity.adapters.ledger.cosigning import Behind, Cosigned
from comity.adapters.ledger.durable import Durable
from comity.adapters.signer import Prove
from comity.adapters.witness.asking import Asking
from comity.adapters.witness.candidate import Candidate, witnessed_at
from comity.adapters.witness.client import Given, NotCosigned, WitnessClient
from comity.adapters.witness.standing import Stand, Standing
from comity.proof.checkpoint import Checkpoint, CheckpointError
from comity.proof.cosignature import cosigned_at, log_signed
from comity.proof.note import Note, VerifierKey
from comity.proof.policy import Policy
from comity.proof.tree import verify_consistency

PATIENCE_S = 1.0
"""How long a checkpoint waits for its cosignatures before it is published without: receipts wait with it."""

START_S = 2.0
"""How long a start waits for what witnesses have seen; one that is away must not keep a gateway from serving."""

CLOSE_S = 1.0
ROUNDS = 3
"""Questions about one checkpoint: one to hear the size that a witness saw, one with the proof from there, one more if
an answer of before was lost on the way."""


class Witnesses:
    """Asks each witness on a thread of its own. Implements `adapters.ledger.cosigning.Cosigning` for one shard.

    A witness is asked about the newest checkpoint alone, at most once in `every` seconds; one that fails is asked
    again after a while that doubles. An idle log's checkpoint is asked for again every `refresh` seconds: its
    cosignatures say until when there was nothing newer.
    """

    def __init__(
        self,
        policy: Policy,
        clients: Sequence[WitnessClient],
        *,
        every: float,
        refresh: float,
        clock: Callable[[], int],
        ticks: Callable[[], float],
        patience: float = PATIENCE_S,
    ) -> None:
        """`clock` gives Unix milliseconds, `ticks` seconds that never go back."""
        self.policy = policy
        self.witnessed = 0
        """Time, in Unix milliseconds, of the last state that enough witnesses have cosigned; 0 if there is none."""
        self.covered = 0
        """Size of the largest checkpoint that enough witnesses have cosigned, as far as this process knows."""
        self._clients = {client.name: client for client in clients}
        self._standings = {client.name: Standing() for client in clients}
        self._every = every
        self._refresh = max(refresh, every)
        self._clock = clock
        self._ticks = ticks
        self._patience = patience
        self._changed = Condition()
        self._candidate: Candidate | None = None
        self._key: VerifierKey | None = None
        self._behind = ""
        self._closed = False
        self._threads: list[Thread] = []

    @property
    def stands(self) -> list[Stand]:
        """Each witness for an operator, in the order of the policy."""
        return [standing.stand(name) for name, standing in self._standings.items()]

    def doubts(self, note: str | None, key: VerifierKey, durable: Durable) -> str:
        """See Cosigning."""
        self._key = key
        read = None if note is None else Note.parse(note)
        if read is not None:
            self._recall(read)
        if not durable.size:
            return ""
        asking = Asking(read, key, durable)
        pool = ThreadPoolExecutor(len(self._clients) or 1)
        claims: dict[str, str] = {}
        try:
            asked = {name: pool.submit(asking.ask, client) for name, client in self._clients.items()}
            end = self._ticks() + START_S
            for name, each in asked.items():
                try:
                    said = each.result(max(0.0, end - self._ticks()))
                except TimeoutError:
                    continue
                if said.proof:
                    return f"the witness {name} shows that {said.proof}"
                self._standings[name].known = said.size
                self._standings[name].trouble = said.trouble
                if said.claim:
                    claims[name] = said.claim
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        if claims and self.policy.quorum != "none" and self.policy.satisfied_by(claims):
            return (
                f"as many witnesses as the log's policy trusts contradict it ({'; '.join(sorted({*claims.values()}))})"
            )
        return ""

    def take(self, checkpoint: Checkpoint, note: str, prove: Prove) -> Cosigned:
        """See Cosigning."""
        with self._changed:
            number = self._candidate.number + 1 if self._candidate else 1
            candidate = self._candidate = Candidate(number, checkpoint, note, prove)
            self._begin()
            self._changed.notify_all()
            end = self._ticks() + self._patience
            while not candidate.cosigned(self.policy).enough and self._hoped(end):
                self._changed.wait(max(0.0, end - self._ticks()))
            return self._shown(candidate)

    def late(self) -> Cosigned | None:
        """See Cosigning."""
        with self._changed:
            candidate = self._candidate
            if self._behind:
                raise Behind(self._behind)
            return self._shown(candidate) if candidate is not None and candidate.fresh else None

    def hurry(self) -> None:
        """Somebody waits: a witness that failed is asked again as soon as it may be, and not after its whole wait."""
        with self._changed:
            sooner = [standing.hurry() for standing in self._standings.values()]
            if any(sooner):
                self._changed.notify_all()

    def close(self) -> None:
        """See Cosigning."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        end = self._ticks() + CLOSE_S
        for thread in self._threads:
            thread.join(max(0.0, end - self._ticks()))
        if not self._threads:  # else each has closed its own
            for client in self._clients.values():
                client.close()

    def _shown(self, candidate: Candidate) -> Cosigned:
        if self._behind:
            raise Behind(self._behind)
        candidate.fresh = False
        return candidate.cosigned(self.policy)

    def _hoped(self, end: float) -> bool:
        """Whether a witness may still cosign the present candidate before `end`."""
        assert self._candidate is not None
        late = self._ticks() >= end or self._closed or self._behind
        return not late and any(
            standing.done < self._candidate.number and standing.ready < end for standing in self._standings.values()
        )

    def _recall(self, note: Note) -> None:
        times = {
            name: time
            for name, key in self.policy.witnesses.items()
            for line in note.by(key)
            if (time := cosigned_at(key, note.text, line)) is not None
        }
        if (time := witnessed_at(self.policy, times)) > 0:
            self.witnessed = max(self.witnessed, min(time * 1000, self._clock()))
            self.covered = max(self.covered, Checkpoint.parse(note.text).size)

    # the threads

    def _begin(self) -> None:
        if not self._threads and not self._closed:
            self._threads = [
                Thread(target=self._ask_on, args=(name,), name=f"witness {name}", daemon=True) for name in self._clients
            ]
            for thread in self._threads:
                thread.start()

    def _ask_on(self, name: str) -> None:
        client, standing = self._clients[name], self._standings[name]
        while (candidate := self._next(standing)) is not None:
            try:
                given = self._ask(client, standing, candidate)
            except Exception as error:  # noqa: BLE001 - whatever it was, the witness is asked again, and it is shown
                failure = error if isinstance(error, NotCosigned) else NotCosigned(f"it cannot be asked: {error}")
                with self._changed:
                    standing.failed(failure, ticks=self._ticks(), every=self._every, jitter=random.random())  # noqa: S311
                    self._changed.notify_all()
            else:
                with self._changed:
                    self._cosigned(client, standing, candidate, given)
                    self._changed.notify_all()
        client.close()

    def _next(self, standing: Standing) -> Candidate | None:
        """Wait until the witness has something to cosign and may be asked; None ends the thread."""
        with self._changed:
            while not self._closed:
                candidate, now = self._candidate, self._ticks()
                assert candidate is not None
                due = standing.ready
                if standing.done >= candidate.number:
                    due += self._refresh - self._every
                if now >= due:
                    return candidate
                self._changed.wait(due - now)
        return None

    def _ask(self, client: WitnessClient, standing: Standing, candidate: Candidate) -> Given:
        size = candidate.checkpoint.size
        for _ in range(ROUNDS):
            old = standing.known
            if old > size:
                self._ahead(client, candidate, old)
            try:
                answer = client.add(old, candidate.prove(old) if 0 < old < size else (), candidate.note)
            except NotCosigned as error:
                if error.refused and self._contradicted(client, candidate.checkpoint, candidate.prove):
                    self._fall_behind(f"the witness {client.name} has cosigned another history of this shard")
                raise
            if not isinstance(answer, int):
                return answer
            standing.known = answer
        raise NotCosigned("it names another size each time")

    def _ahead(self, client: WitnessClient, candidate: Candidate, seen: int) -> None:
        standing = self._standings[client.name]
        standing.known = 0  # asked again, and not believed for good
        if self._contradicted(client, candidate.checkpoint, candidate.prove):
            self._fall_behind(f"the witness {client.name} has cosigned {seen} entries of this shard, and it has fewer")
        raise NotCosigned(f"it says that it has seen {seen} entries, and shows no checkpoint of ours of that size")

    def _contradicted(self, client: WitnessClient, ours: Checkpoint, prove: Prove | None) -> bool:
        """Whether a witness shows a checkpoint with our own signature that ours did not grow from. Without `prove`
        nothing can be said of a smaller one, and it does not count as one.
        """
        shown = client.shown(ours.origin)
        if shown is None or self._key is None:
            return False
        key = self._key
        try:
            theirs = Checkpoint.parse(shown.text)
        except CheckpointError:
            return False
        if theirs.origin != ours.origin or not any(log_signed(key, shown.text, line) for line in shown.by(key)):
            return False
        if theirs.size > ours.size:
            return True
        path: Sequence[bytes] = ()
        if 0 < theirs.size < ours.size:
            if prove is None:
                return False
            path = prove(theirs.size)
        return not verify_consistency(theirs.size, ours.size, theirs.root, ours.root, path)

    def _fall_behind(self, why: str) -> None:
        with self._changed:
            self._behind = f"{why}: what is here is a backup; a start makes a new shard of the log"
            self._changed.notify_all()

    def _cosigned(self, client: WitnessClient, standing: Standing, candidate: Candidate, given: Given) -> None:
        now = self._clock()
        standing.succeeded(
            candidate.number,
            candidate.checkpoint.size,
            given,
            unix_s=now // 1000,
            ticks=self._ticks(),
            every=self._every,
        )
        candidate.given[client.name] = given
        candidate.fresh = True
        times = {name: min(each.time, now // 1000) for name, each in candidate.given.items()}
        if (time := witnessed_at(self.policy, times)) > 0:
            # the last one, not the latest: a clock that was ahead is put right by it
            self.witnessed = time * 1000
            self.covered = max(self.covered, candidate.checkpoint.size)
