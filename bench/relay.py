"""What the gateway adds to a request: `python bench/relay.py [--seconds 5] [--connections 64] [--json]`.

Three processes on loopback: a bare upstream that answers at once, the gateway (its data port with the real ledger,
strict durability, and a gate that places everything on that upstream), and a load generator with a fixed number of
connections, each of which asks again as soon as it has its answer. The gateway runs on one core; load and upstream
share another. First the load goes to the upstream directly, then through the gateway.

The figure that other processes on the machine disturb least is the gateway's own CPU time for each request.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import platform
import resource
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop

from comity.adapters.http.port import Port, wall_clock
from comity.adapters.http.serve import listen, run
from comity.adapters.ledger import Ledger
from comity.relay.target import Target
from comity.testing.gate import KEY, OpenGate
from comity.testing.upstream import completion, events

EVENTS = 32
PROMPT = "In which office do I register a birth, and what do I bring? " * 15


def main() -> None:
    arguments = _arguments()
    figures: dict[str, Any] = {
        "machine": _machine(),
        "connections": arguments.connections,
        "seconds": arguments.seconds,
    }
    for name, stream in (("whole", False), ("stream", True)):
        figures[name] = _measure(arguments, stream)
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    print(figures["machine"])
    for name in ("whole", "stream"):
        direct, through = figures[name]["direct"], figures[name]["gateway"]
        print(f"\n{name} answers, {arguments.connections} connections, {arguments.seconds:g} s each")
        for label, row in (("upstream alone", direct), ("through the gateway", through)):
            print(
                f"  {label:20}{row['requests_per_second']:>9,.0f} requests/s   p50 {row['p50_ms']:.2f} ms   "
                f"p99 {row['p99_ms']:.2f} ms"
            )
        print(f"  gateway CPU         {through['cpu_us_per_request']:>9.1f} µs a request")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"


def _measure(arguments: argparse.Namespace, stream: bool) -> dict[str, Any]:
    upstream, upstream_port = _start(_upstream, 1, stream)
    gateway, gateway_port = _start(_gateway, 0, upstream_port)
    try:
        direct = _load(upstream_port, arguments, stream)
        _load(gateway_port, argparse.Namespace(seconds=0.5, connections=arguments.connections), stream)
        gateway.send("mark")
        before = gateway.recv()
        through = _load(gateway_port, arguments, stream)
        gateway.send("mark")
        after = gateway.recv()
        through["cpu_us_per_request"] = (after["cpu"] - before["cpu"]) * 1e6 / (after["answered"] - before["answered"])
        through["broken"] = after["broken"]
        return {"direct": direct, "gateway": through}
    finally:
        for end in (upstream, gateway):
            end.send("stop")
            end.recv()


def _start(target: Any, core: int, argument: Any) -> tuple[Connection, int]:
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.Process(target=_pinned, args=(target, core, theirs, argument), daemon=True).start()
    return ours, ours.recv()


def _pinned(target: Any, core: int, end: Connection, argument: Any) -> None:
    os.sched_setaffinity(0, {core % (os.cpu_count() or 1)})
    target(end, argument)


def _gateway(end: Connection, upstream: int) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        with tempfile.TemporaryDirectory() as state:
            ledger = Ledger.open(Path(state), "example.org/bench", clock=wall_clock)
            gate = OpenGate(("upstream",))
            gate.wishes = _Forgetful()
            gate.reached["upstream"] = Target("upstream", "double", host="127.0.0.1", port=upstream)
            port = Port(gate, ledger, receipts=_no_receipts)
            listener = await listen(port, "127.0.0.1", 0)
            end.send(listener.address[1])
            while await loop.run_in_executor(None, end.recv) == "mark":
                usage = resource.getrusage(resource.RUSAGE_SELF)
                cpu = usage.ru_utime + usage.ru_stime
                end.send({"cpu": cpu, "answered": port.counts.answered, "broken": port.counts.broken})
            await listener.drain(1)
            await asyncio.to_thread(ledger.close)
        end.send("stopped")

    run(serve())


class _Forgetful(list[Any]):
    def append(self, item: Any) -> None:
        pass


async def _no_receipts(receipt: str, tenant: object) -> None:
    return None


def _upstream(end: Connection, stream: bool) -> None:
    answer = _answer(stream)

    class Answerer(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport, self.data = transport, b""

        def data_received(self, data: bytes) -> None:
            self.data += data
            while (taken := _complete(self.data)) > 0:
                self.data = self.data[taken:]
                self.transport.write(answer)

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Answerer, "127.0.0.1", 0)
        end.send(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().run_in_executor(None, end.recv)
        end.send("stopped")

    uvloop.run(serve())


def _answer(stream: bool) -> bytes:
    if not stream:
        body = completion("At the town hall; bring your identity card and the midwife's note. " * 8)
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    pieces = events(["word "] * EVENTS)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + chunks + b"0\r\n\r\n"


def _request(stream: bool) -> bytes:
    messages = [{"role": "system", "content": "You answer for the town."}, {"role": "user", "content": PROMPT}]
    body = json.dumps({"model": "civic", "messages": messages, "stream": stream}, separators=(",", ":")).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {KEY.decode()}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _complete(data: bytes) -> int:
    """Length of the first whole message in `data`, or 0. For messages that this file makes."""
    end = data.find(b"\r\n\r\n") + 4
    if end < 4:
        return 0
    length = data.find(b"content-length: ", 0, end)
    if length >= 0:
        size = end + int(data[length + 16 : data.index(b"\r", length)])
        return size if len(data) >= size else 0
    last = data.find(b"\r\n0\r\n\r\n", end)
    return last + 7 if last >= 0 else 0


def _load(port: int, arguments: argparse.Namespace, stream: bool) -> dict[str, float]:
    ours, theirs = multiprocessing.Pipe()
    job = (port, arguments.seconds, arguments.connections, stream)
    process = multiprocessing.Process(target=_pinned, args=(_generate, 1, theirs, job), daemon=True)
    process.start()
    figures: dict[str, float] = ours.recv()
    process.join()
    return figures


def _generate(end: Connection, job: tuple[int, float, int, bool]) -> None:
    port, seconds, connections, stream = job
    request = _request(stream)
    times: list[float] = []
    stop_at = 0.0

    class Asker(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport, self.data = transport, b""
            self.ask()

        def ask(self) -> None:
            self.began = time.perf_counter()
            self.transport.write(request)

        def data_received(self, data: bytes) -> None:
            self.data += data
            taken = _complete(self.data)
            if not taken:
                return
            assert self.data.startswith(b"HTTP/1.1 200"), self.data[:300]
            self.data = self.data[taken:]
            now = time.perf_counter()
            times.append(now - self.began)
            if now < stop_at:
                self.ask()
            else:
                self.transport.close()

    async def go() -> None:
        nonlocal stop_at
        stop_at = time.perf_counter() + seconds
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.create_connection(Asker, "127.0.0.1", port) for _ in range(connections)))
        await asyncio.sleep(seconds + 0.3)

    uvloop.run(go())
    times.sort()
    end.send(
        {
            "requests_per_second": len(times) / seconds,
            "p50_ms": times[len(times) // 2] * 1e3,
            "p99_ms": times[len(times) * 99 // 100] * 1e3,
        }
    )


if __name__ == "__main__":
    main()
