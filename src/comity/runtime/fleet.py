"""The workers: child processes that relay, each started again when it dies."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from msgspec.structs import asdict

from comity.runtime.backoff import Backoff
from comity.runtime.channel import Channel
from comity.runtime.failures import CannotServe
from comity.runtime.messages import (
    Complaint,
    Drain,
    Draw,
    Entered,
    Failed,
    Ready,
    Report,
    Start,
    Told,
    ToSupervisor,
    ToWorker,
    Unknown,
    to_supervisor,
)
from comity.runtime.observed import Tallies, summed
from comity.runtime.own_faults import VERBOSE

READY_S = 60.0
"""From a worker's birth until it listens; recovery of a long shard on a slow disk is the longest part of it."""

SILENCES = 3
"""A worker reports twice a second. One that says nothing for three times as long as `silence_s` hangs, and is replaced.
Counted in pieces, so that a machine that was asleep as a whole kills nobody when it wakes."""

TAKE_S = 30.0
"""In which a worker has taken what was put in force, or is replaced by one that starts with it."""

GRACE_S = 2.0
"""From the end of the drain until a worker that is still there is killed: the time to sync and sign."""

STEP_S = 0.05

INHERITED = (
    *("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF", VERBOSE),
)
"""Of our environment a worker sees only what it needs: the rest holds upstreams' keys, and those it is told."""

COMMAND = (sys.executable, "-P", "-m", "comity.runtime.worker")
"""-P: a folder named like a module of ours, where the gateway was started, must not be imported."""


@dataclass(slots=True)
class Slot:
    """One worker's place, whoever holds it now."""

    number: int
    ready: asyncio.Future[None]
    channel: Channel[ToSupervisor] | None = None
    process: Process | None = None
    shard: str = ""
    report: Report | None = None
    restarts: int = 0
    last_words: str = ""
    before: dict[str, int] = field(default_factory=dict)
    tallies_before: Tallies = field(default_factory=dict)

    def status(self) -> dict[str, object]:
        """The worker for the operator."""
        report = self.report
        return {
            "worker": self.number,
            "pid": self.process.pid if self.process is not None and self.shard else None,
            "shard": self.shard or None,
            "restarts": self.restarts,
            "realm": report.realm if report else None,
            "generation": report.generation if report else None,
            "fault": report.fault if report else "not reported yet",
            "underway": report.underway if report else 0,
            "waiting": report.waiting if report else 0,
            "entries": {
                "durable": report.durable if report else 0,
                "published": report.published if report else 0,
                "pending": report.pending if report else 0,
                "open_intents": report.open_intents if report else 0,
            },
            "witnesses": [asdict(each) for each in report.witnesses] if report else [],
            "timestamps": {"last": report.stamped // 1000, "trouble": report.stamp_trouble or None}
            if report and report.stamped is not None
            else None,
        }


class Fleet:
    """All workers of a gateway.

    Attributes:
        slots: their places, by number.
        bereaved: whether a worker ever ended without closing its shard. Its successor may have taken another.
    """

    def __init__(
        self,
        count: int,
        start: Callable[[], Awaitable[Start]],
        say: Callable[[str], None],
        silence_s: float,
        *,
        tenancy: Callable[[int, Draw | Unknown | Entered], None] = lambda number, message: None,
        gone: Callable[[int], None] = lambda number: None,
        told: Callable[[Told], None] = lambda told: None,
    ) -> None:
        """`start` gives the first words to a worker that is born now, once it can; `say` speaks to the operator.

        `tenancy` hears what a worker, by number, says of limits and issuers; `gone` hears that it has died,
        and `told` of requests that are over.
        """
        loop = asyncio.get_running_loop()
        self.slots = [Slot(number, loop.create_future()) for number in range(1, count + 1)]
        self._start = start
        self._say = say
        self._tasks: list[asyncio.Task[None]] = []
        self._draining = False
        self._silence_s = silence_s
        self._tenancy = tenancy
        self._gone = gone
        self._told = told
        self.bereaved = False

    async def start(self) -> None:
        """Start all workers; returns when every one listens.

        Raises:
            CannotServe: one of them could not, with its reason.
        """
        self._tasks = [asyncio.create_task(self._keep(slot), name=f"worker {slot.number}") for slot in self.slots]
        try:
            async with asyncio.timeout(READY_S):
                await asyncio.gather(*(slot.ready for slot in self.slots))
        except TimeoutError:
            raise CannotServe(f"a worker did not listen within {READY_S:.0f} s of its start") from None

    def tell(self, message: ToWorker) -> None:
        """Tell every worker that lives; one that is born later hears it in its first words."""
        for slot in self.slots:
            if slot.channel is not None:
                slot.channel.say(message)

    def tell_one(self, number: int, message: ToWorker) -> None:
        """Tell one worker, if it lives."""
        channel = self.slots[number - 1].channel
        if channel is not None:
            channel.say(message)

    def tell_first(self, message: ToWorker) -> None:
        """Tell one worker that serves, whichever it is."""
        for slot in self.slots:
            if slot.channel is not None and slot.shard:
                slot.channel.say(message)
                return

    async def taken(self, generation: int, seconds: float) -> bool:
        """Whether every worker that lives has taken what was put in force, within so many seconds."""
        end = asyncio.get_running_loop().time() + seconds
        while behind := self._behind(generation):
            if asyncio.get_running_loop().time() >= end:
                return not behind
            await asyncio.sleep(STEP_S)
        return True

    async def see_to_it(self, generation: int) -> None:
        """Replace every worker that has not taken what was put in force by the time that it should have."""
        if await self.taken(generation, TAKE_S):
            return
        for slot in self._behind(generation):
            self._say(f"worker {slot.number} has not taken the new realm within {TAKE_S:.0f} s; it is replaced")
            if slot.process is not None and slot.process.returncode is None:
                slot.process.terminate()

    def _behind(self, generation: int) -> list[Slot]:
        """Workers that serve under something older."""
        return [
            slot for slot in self.slots if slot.shard and (slot.report is None or slot.report.generation < generation)
        ]

    async def drain(self, seconds: float, delay: float = 0.0) -> None:
        """Be unready for `delay` seconds, let answers under way finish, then end every worker."""
        self._draining = True
        self.tell(Drain(seconds, delay))
        for slot, task in zip(self.slots, self._tasks, strict=False):
            if slot.channel is None:
                task.cancel()  # not born yet: there is nothing to finish
        if not self._tasks:
            return
        _, left = await asyncio.wait(self._tasks, timeout=delay + seconds + GRACE_S)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)

    async def _keep(self, slot: Slot) -> None:
        clock = asyncio.get_running_loop().time
        backoff = Backoff()
        while not self._draining:
            began = clock()
            status = await self._live(slot)
            if self._draining:
                return
            why = slot.last_words or f"it ended with status {status}"
            if not slot.ready.done():
                slot.ready.set_exception(CannotServe(f"worker {slot.number} cannot start: {why}"))
                return
            wait = backoff.after(clock() - began)
            self._say(f"worker {slot.number}: {why}; starting another in {wait:.1f} s")
            await asyncio.sleep(wait)
            slot.restarts += 1

    async def _live(self, slot: Slot) -> int:
        """One worker's life, from birth to exit status."""
        ours, theirs = socket.socketpair()
        slot.last_words = ""
        try:
            # A process group of its own: Ctrl-C in the terminal is the supervisor's to answer.
            process = await asyncio.create_subprocess_exec(
                *COMMAND,
                stdin=theirs.fileno(),
                stdout=DEVNULL,
                process_group=0,
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
            )
        except OSError as error:
            ours.close()
            slot.last_words = f"the system starts no process ({error.strerror})"
            return os.EX_OSERR
        finally:
            theirs.close()
        slot.process = process
        channel = None
        try:
            channel = await Channel.over(ours, to_supervisor)
            channel.say(await self._start())
            slot.channel = channel  # from here on it hears what all workers are told
            if not await self._listen(slot, channel):
                slot.last_words = f"it said nothing for {self._silence_s * SILENCES:.0f} s"
                return -signal.SIGKILL
            return await asyncio.wait_for(process.wait(), GRACE_S)
        except TimeoutError:
            return -signal.SIGKILL
        finally:
            if channel is not None:
                channel.close()
            slot.channel, slot.shard = None, ""
            self._gone(slot.number)
            self._retire(slot)
            if process.returncode is None:
                process.kill()
                await process.wait()
            self.bereaved = self.bereaved or process.returncode != os.EX_OK

    async def _listen(self, slot: Slot, channel: Channel[ToSupervisor]) -> bool:
        """Hear a worker until it is gone; False if it lives and says nothing."""
        silences = 0
        while silences < SILENCES:
            try:
                message = await asyncio.wait_for(channel.hear(), self._silence_s)
            except TimeoutError:
                silences += bool(slot.shard)  # before it is ready it recovers its shard, and READY_S is the bound
                continue
            if message is None:
                return True
            silences = 0
            self._hear(slot, message)
        return False

    def _hear(self, slot: Slot, message: ToSupervisor) -> None:
        match message:
            case Ready():
                slot.shard = message.shard
                if not slot.ready.done():
                    slot.ready.set_result(None)
            case Failed():
                slot.last_words = message.message
            case Complaint():
                self._say(f"worker {slot.number}: {message.message}")
            case Draw() | Unknown() | Entered():
                self._tenancy(slot.number, message)
            case Told():
                self._told(message)
            case Report():
                slot.report = message

    def _retire(self, slot: Slot) -> None:
        """Keep the counts of a worker that is gone, so that sums never fall."""
        if slot.report is not None:
            slot.before = added(slot.before, slot.report.counts)
            slot.tallies_before = summed(slot.tallies_before, slot.report.tallies)
            slot.report = None

    def counts(self) -> dict[str, int]:
        """What happened at the data port since the gateway's start, with workers that are gone."""
        total: dict[str, int] = {}
        for slot in self.slots:
            total = added(total, slot.before)
            if slot.report is not None:
                total = added(total, slot.report.counts)
        return total

    def tallies(self) -> Tallies:
        """Counters by family and label since the gateway's start, with workers that are gone."""
        total: Tallies = {}
        for slot in self.slots:
            total = summed(total, slot.tallies_before)
            if slot.report is not None:
                total = summed(total, slot.report.tallies)
        return total


def added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    """The sum of two sets of counters."""
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}
