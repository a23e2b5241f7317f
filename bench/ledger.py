"""How many entries a second one shard makes durable, and how long each waits: `python bench/ledger.py [SECONDS]`.

Prints one line for each number of requests in flight, and what one append costs on the event loop.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from comity.adapters.ledger import Ledger
from comity.terms import canon

SIZES = (1, 16, 64, 256)
PARTY = canon.encode({"application": "bench", "case": {"data": ["health", "personal"], "purpose": "healthcare"}})
DECISION = canon.encode({"placement": "0" * 64, "realm": "0" * 64, "ruling": "0" * 64, "tiers": [["a", "b"]]})
CONTENT = canon.encode({"bytes": 1024, "nonce": "0" * 32, "request": "0" * 64, "times": {"received": 1}})


async def in_flight(ledger: Ledger, clients: int, seconds: float) -> tuple[int, list[float]]:
    """Entries made durable by `clients` that each wait for one before the next, and their latencies in seconds."""
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    end = loop.time() + seconds
    finished = loop.create_future()
    alive = clients

    def client() -> None:
        began = time.perf_counter()

        def done(error: BaseException | None) -> None:
            nonlocal alive
            if error is not None:
                raise error
            latencies.append(time.perf_counter() - began)
            if loop.time() < end:
                client()
            else:
                alive -= 1
                if not alive:
                    finished.set_result(None)

        ledger.append("denial", PARTY, DECISION, CONTENT, done)

    for _ in range(clients):
        client()
    await finished
    return len(latencies), latencies


async def append_cost(ledger: Ledger, count: int = 4096) -> float:
    """Microseconds of the event loop for one append."""
    began = time.perf_counter()
    for _ in range(count):
        ledger.append("denial", PARTY, DECISION, CONTENT, lambda _: None)
    return (time.perf_counter() - began) / count * 1e6


def sync_cost(folder: Path, count: int = 500) -> float:
    """Milliseconds of one small write with fdatasync (median): what the disk allows at best."""
    handle = os.open(folder / "sync", os.O_WRONLY | os.O_CREAT)
    times = []
    for _ in range(count):
        began = time.perf_counter()
        os.write(handle, CONTENT)
        os.fdatasync(handle)
        times.append(time.perf_counter() - began)
    os.close(handle)
    return sorted(times)[count // 2] * 1e3


async def main(folder: Path, seconds: float) -> None:
    """Print the table."""
    ledger = Ledger.open(folder, "example.org/bench", clock=lambda: int(time.time() * 1000))
    print(f"entry of {len(PARTY) + len(DECISION) + len(CONTENT)} bytes; fdatasync {sync_cost(folder):.2f} ms")
    for clients in SIZES:
        count, latencies = await in_flight(ledger, clients, seconds)
        latencies.sort()
        p50, p99 = (latencies[int(count * share)] * 1e3 for share in (0.5, 0.99))
        print(f"{clients:4} in flight  {count / seconds:8.0f} durable entries/s  p50 {p50:6.2f} ms  p99 {p99:6.2f} ms")
    costs = []
    for _ in range(9):
        costs.append(await append_cost(ledger))
        await ledger.publish()
        await asyncio.sleep(0.05)
    print(f"append costs the event loop {sorted(costs)[4]:.2f} us")
    await asyncio.to_thread(ledger.close)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        seconds_each = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
        try:
            import uvloop

            uvloop.run(main(Path(name) / ".comity", seconds_each))
        except ImportError:
            asyncio.run(main(Path(name) / ".comity", seconds_each))
