"""How long a request waits while a worker takes a new realm: the longest of many round trips beside it.

A peer in a process of its own echoes; each round trip is one write and one read on the worker's loop, as a request has
several. Forty deployments, all packs that ship. Run: `python bench/swap.py`.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from bench.decide import stack
from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.adapters.realms import keep, load_realm
from comity.law.realm import Realm
from comity.runtime import turns
from comity.runtime.in_force import InForce

ROUNDS = 5


def echo(server: socket.socket) -> None:
    """Sends back what comes, until the other side closes."""
    peer, _ = server.accept()
    while said := peer.recv(64):
        peer.sendall(said)


async def measure(state: Path, digest: str, what: str, within: AbstractContextManager[None]) -> None:
    """Prints the longest round trips while realms are taken one after another, and how long one takes."""
    server = socket.create_server(("127.0.0.1", 0))
    peer = multiprocessing.get_context("fork").Process(target=echo, args=(server,), daemon=True)
    peer.start()
    reader, writer = await asyncio.open_connection(*server.getsockname())
    trips: list[float] = []

    async def go_round() -> None:
        while True:
            started = time.perf_counter()
            writer.write(b"x")
            await reader.readexactly(1)
            trips.append((time.perf_counter() - started) * 1e3)

    going = asyncio.create_task(go_round())
    started = time.perf_counter()
    with within:
        for _ in range(ROUNDS):
            await asyncio.to_thread(lambda: InForce(load_realm(state, digest)).prepare())
    taken = (time.perf_counter() - started) / ROUNDS * 1e3
    going.cancel()
    peer.kill()
    trips.sort()
    shown = (
        f"p50 {trips[len(trips) // 2]:5.2f}   p99 {trips[int(len(trips) * 0.99)]:5.2f}   longest {trips[-1]:5.1f} ms"
    )
    print(f"{what:<22} {shown}   a realm takes {taken:.0f} ms")


def main() -> None:
    """Prints a line for the interpreter's own turns, and one for short ones."""
    made = stack()
    now = datetime.now(UTC)
    packs = load_packs(made.law)
    realm = Realm(made, packs, vocabulary(), schema_text(), int(now.timestamp() * 1000), zone, now.date())
    with tempfile.TemporaryDirectory() as folder:
        keep(Path(folder), realm)
        for what, within in (("turns of 5 ms", nullcontext()), ("turns of half a ms", turns.short())):
            uvloop.run(measure(Path(folder), realm.digest, what, within))


if __name__ == "__main__":
    main()
