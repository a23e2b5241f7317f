"""What the log costs: `python bench/ledger.py [SECONDS]`, everything on one core.

One line for each number of requests in flight. Each request enters its intent, waits until that is durable, and enters
its outcome; the next begins when that is durable. Told are durable entries a second, how long each waited, and the
processor's time for a request, with what of it is the measuring itself (the same with a log that forgets) and what is
hashing. The first line tells what bounds it: hashing, and the disk's own sync.
"""

from __future__ import annotations

import asyncio
import math
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple, Protocol

from comity.adapters.ledger import Ledger
from comity.proof.entry import outcome_party
from comity.proof.growth import Growth
from comity.proof.leaf import leaf_values
from comity.terms import canon

SIZES = (1, 16, 64, 256)

ROUNDS = 7
"""By turns, because a machine that others share changes its speed from second to second."""

PARTY = canon.encode({"application": "bench", "case": {"data": ["health", "personal"], "purpose": "healthcare"}})
DECISION = canon.encode({"placement": "0" * 64, "realm": "0" * 64, "ruling": "0" * 64, "tiers": [["a", "b"]]})
CONTENT = canon.encode({"bytes": 1024, "nonce": "0" * 32, "request": "0" * 64, "times": {"received": 1}})

Done = Callable[[BaseException | None], None]


class Log(Protocol):
    """What a request needs of a log."""

    def append(
        self, kind: str, party: bytes, decision: bytes, content: bytes, done: Done, *, intent: int | None = None
    ) -> int:
        """See `comity.adapters.ledger`."""


class Forgetting:
    """Says that everything is durable at the next turn of the loop: what the measuring itself costs."""

    def __init__(self) -> None:
        self._next = 0
        self._waiting: list[Done] = []

    def append(
        self, kind: str, party: bytes, decision: bytes, content: bytes, done: Done, *, intent: int | None = None
    ) -> int:
        """Forget it."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._tell)
        self._waiting.append(done)
        self._next += 1
        return self._next - 1

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done(None)


class Client:
    """Asks again and again; `waits` are the seconds that its entries took to be durable."""

    def __init__(self, log: Log, end: float, over: Callable[[], None]) -> None:
        self._log = log
        self._end = end
        self._over = over
        self._intent = -1
        self._began = 0.0
        self.waits: list[float] = []

    def ask(self) -> None:
        """Enter an intent."""
        self._began = time.perf_counter()
        self._intent = self._log.append("intent", PARTY, DECISION, CONTENT, self._placed)

    def _placed(self, error: BaseException | None) -> None:
        assert error is None
        now = time.perf_counter()
        self.waits.append(now - self._began)
        self._began = now
        party = outcome_party(self._intent)
        self._log.append("outcome", party, DECISION, CONTENT, self._ended, intent=self._intent)

    def _ended(self, error: BaseException | None) -> None:
        assert error is None
        now = time.perf_counter()
        self.waits.append(now - self._began)
        if now < self._end:
            self.ask()
        else:
            self._over()


async def in_flight(log: Log, clients: int, seconds: float) -> tuple[list[float], float, float]:
    """The waits of all entries, the seconds that they took together, and the processor's seconds for them."""
    alive = clients
    over = asyncio.get_running_loop().create_future()

    def one_over() -> None:
        nonlocal alive
        alive -= 1
        if not alive:
            over.set_result(None)

    began, used = time.perf_counter(), _processor()
    asking = [Client(log, began + seconds, one_over) for _ in range(clients)]
    for client in asking:
        client.ask()
    await over
    took, spent = time.perf_counter() - began, _processor() - used
    return sorted(wait for client in asking for wait in client.waits), took, spent


def hash_cost(count: int = 2048) -> float:
    """Microseconds of hashing for an entry: its leaf, and its share of the tree; the best of five."""
    salts = [os.urandom(32) for _ in range(count)]
    best = math.inf
    for _ in range(5):
        began = time.process_time()
        values = leaf_values(["denial"] * count, salts, [PARTY] * count, [DECISION] * count, [CONTENT] * count)
        Growth().extend(values)
        best = min(best, time.process_time() - began)
    return best / count * 1e6


def sync_cost(folder: Path, count: int = 500) -> float:
    """Milliseconds of one small write at a file's end with fdatasync (median): what the disk allows at best."""
    handle = os.open(folder / "sync", os.O_WRONLY | os.O_CREAT)
    times = []
    for _ in range(count):
        began = time.perf_counter()
        os.write(handle, CONTENT)
        os.fdatasync(handle)
        times.append(time.perf_counter() - began)
    os.close(handle)
    return sorted(times)[count // 2] * 1e3


class Round(NamedTuple):
    """What one measurement of a number of requests in flight gave; microseconds are those of one request."""

    rate: float
    p50_ms: float
    p99_ms: float
    processor: float
    measuring: float
    hashing: float


async def one_round(ledger: Ledger, clients: int, seconds: float) -> Round:
    """Measure once; the core's speed is taken before and after: one that others share is at times half as fast."""
    before = hash_cost()
    nothing, _, bare = await in_flight(Forgetting(), clients, min(seconds, 0.5))
    waits, took, used = await in_flight(ledger, clients, seconds)
    p50, p99 = (waits[int(len(waits) * share)] * 1e3 for share in (0.5, 0.99))
    hashing = before + hash_cost()
    return Round(len(waits) / took, p50, p99, used / len(waits) * 2e6, bare / len(nothing) * 2e6, hashing)


async def main(folder: Path, seconds: float) -> None:
    """Print the table."""
    ledger = Ledger.open(folder, "example.org/bench", clock=lambda: int(time.time() * 1000))
    length = len(PARTY) + len(DECISION) + len(CONTENT)
    print(f"entry of {length} bytes; hashing {hash_cost():.1f} us an entry; fdatasync {sync_cost(folder):.2f} ms")
    print(f"medians of {ROUNDS} rounds of {seconds:g} s, and the lowest and highest")
    rounds: dict[int, list[Round]] = {clients: [] for clients in SIZES}
    for _ in range(ROUNDS):
        for clients, of in rounds.items():
            of.append(await one_round(ledger, clients, seconds))
    for clients, of in rounds.items():
        rate, p50, p99, processor, measuring, hashing = zip(*of, strict=True)
        print(
            f"{clients:4} in flight  {median(rate):7.0f} ({min(rate):.0f} to {max(rate):.0f}) durable entries/s  "
            f"p50 {median(p50):.2f} ms  p99 {median(p99):.2f} ms ({min(p99):.2f} to {max(p99):.2f})  "
            f"processor {median(processor):.1f} us a request "
            f"(of that measuring {median(measuring):.1f}, hashing {median(hashing):.1f})"
        )
    await asyncio.to_thread(ledger.close)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as name:
        seconds_each = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
        try:
            import uvloop

            uvloop.run(main(Path(name) / ".comity", seconds_each))
        except ImportError:
            asyncio.run(main(Path(name) / ".comity", seconds_each))
