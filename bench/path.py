"""What a request takes of the loop's thread, by its shape: `python bench/path.py [--rounds 300] [--json]`.

Bytes go into the port's own protocols and come out of them, with the gate of bench/world/comity.yaml; sockets, disk and
other threads are left out. Each figure is the least of many rounds, in the thread's own CPU time, so a busy machine
disturbs it by a hundredth or two: small enough to tell whether a change was one. `PYTHONPATH=…/src` measures another
checkout. Between the kernel's calls the same code takes about twice as long: caches are colder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.compare.asks import KB, Ask, body, request, whole
from bench.compare.world import FILES, answer
from comity.adapters.clock import unix_ms
from comity.adapters.http.inbound import Inbound
from comity.adapters.http.outbound import Outbound
from comity.adapters.http.port import Port
from comity.adapters.http.serve import run, settle
from comity.adapters.keys import Key, digest_of
from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.runtime.gate import Gate
from comity.runtime.in_force import InForce
from comity.runtime.messages import Endpoint
from comity.runtime.observed import Observed

END = b"\r\n\r\n"
KEY = "sk-bench"
AT_ONCE = 16
"""Requests that take each step together, as they do under load."""

SDK = dict.fromkeys((f"x-stainless-{name}" for name in ("lang", "package-version", "os", "arch", "runtime")), "1.2.3")
SDK |= {"accept": "application/json", "accept-encoding": "gzip, deflate", "user-agent": "OpenAI/Python 1.54.3"}
"""What SDKs add to a head, made by a generator as most are."""
TOOL = {"name": "weather", "description": "The weather of a town.", "parameters": {"type": "object"}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "iVBORw0KGgo" * 20_000}}


def shapes() -> dict[str, tuple[bytes, ...]]:
    """Requests by what they are, in the pieces in which they come."""
    ask = Ask(headers={"authorization": f"Bearer {KEY}"})
    sdk = Ask(headers=ask.headers | SDK)

    def said(content: object, **more: object) -> tuple[bytes, ...]:
        document = {"model": "m", "messages": [{"role": "user", "content": content}], **more}
        return (request(ask, json.dumps(document).encode()),)

    head, _, rest = request(sdk, body("m", KB)).partition(END)
    forced = {"type": "function", "function": {"name": "weather"}}
    schema = {"name": "n", "schema": {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}}
    return {
        "1 kB": (whole(ask, KB),),
        "1 kB, an SDK's head before it": (head + END, rest),
        "1 kB, é by its number": said("Où déclarer une naissance ? " * 36),
        "10 kB": (whole(ask, 10 * KB),),
        "100 kB": (whole(ask, 100 * KB),),
        "10 kB, a tool that must be called": said(
            "Where? " * 1400, tools=[{"type": "function", "function": TOOL}], tool_choice=forced
        ),
        "10 kB, a schema of the answer": said(
            "Where? " * 1400, response_format={"type": "json_schema", "json_schema": schema}
        ),
        "a picture of 220 kB": said([PICTURE]),
    }


class Line(asyncio.Transport):
    """A connection of which only the last piece written is kept."""

    last = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.last = bytes(data)

    def abort(self) -> None:
        pass

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass


class Log:
    """Takes entries, and says when told to that they are durable."""

    healthy = True
    trouble = ""

    def __init__(self) -> None:
        self._next = 0
        self._dones: list[Callable[[BaseException | None], None]] = []

    def append(
        self,
        kind: str,
        party: bytes,
        decision: bytes,
        content: bytes,
        done: Callable[[BaseException | None], None],
        *,
        intent: int | None = None,
    ) -> int:
        self._dones.append(done)
        self._next += 1
        return self._next

    def receipt_id(self, index: int) -> str:
        return f"abcdefghi.{index}"

    def tell(self) -> None:
        dones, self._dones = self._dones, []
        for done in dones:
            done(None)


class Way:
    """The port, with connections on both sides of it."""

    def __init__(self, gate: Gate) -> None:
        self._log = Log()
        self._port = Port(gate, self._log, receipts=_no_receipts, clock=unix_ms, watcher=Observed(wanted=False))
        (target,) = gate.reached().values()
        pool = self._port.pool(target)
        self._inbounds = [_connected(Inbound(self._port)) for _ in range(AT_ONCE)]
        self._outbounds = [_connected(Outbound(pool, self._port.now, 60)) for _ in range(AT_ONCE)]
        for outbound, _ in self._outbounds:
            pool.release(outbound)
        body = answer().encode()
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        self._answer = (head % len(body)).encode() + body

    def go(self, pieces: tuple[bytes, ...]) -> None:
        """Each connection's request, from its first byte to the last of its answer."""
        for inbound, _ in self._inbounds:
            for piece in pieces:
                inbound.data_received(piece)
        self._log.tell()
        for outbound, _ in self._outbounds:
            outbound.data_received(self._answer)
        self._log.tell()

    def check(self) -> None:
        """Whether all was answered.

        Raises:
            RuntimeError: it was not.
        """
        for _, line in self._inbounds:
            if not line.last.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(f"the port answered {line.last[:200]!r}")

    def close(self) -> None:
        """End the port's watch."""
        self._port.close()


def _connected(protocol: Any) -> tuple[Any, Line]:
    line = Line()
    protocol.connection_made(line)
    return protocol, line


async def _no_receipts(receipt: str, tenant: object) -> None:
    return None


def _gate() -> Gate:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "comity.yaml"
        file.write_text((FILES / "comity.yaml").read_text())
        read = read_stack_file(file, {}, datetime.now(UTC).date())
    force = InForce(build_realm(read, unix_ms()))
    force.prepare()
    gate = Gate(force, clock=unix_ms, salt=lambda _: bytes(32), began=lambda _: None, trouble=lambda: "")
    price = {"price_in": 200, "price_out": 600, "currency": "EUR"}
    gate.move(gate.prepared([Endpoint("whole", "town-hall", "m", "127.0.0.1", 1, **price)]))  # type: ignore[arg-type]
    gate.recognise([Key("k1", digest_of(KEY.encode()), "desk", None, "full", 1)])
    return gate


async def _measured(rounds: int) -> dict[str, float]:
    """Microseconds of each shape."""
    found = {}
    way = Way(_gate())
    settle()
    for name, pieces in shapes().items():
        took = []
        for _ in range(rounds):
            began = time.thread_time_ns()
            way.go(pieces)
            took.append(time.thread_time_ns() - began)
        way.check()
        found[name] = min(took) / AT_ONCE / 1000
    way.close()
    return found


def main() -> None:
    """Print one line for each shape."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found: dict[str, float] = {}

    async def measure() -> None:
        found.update(await _measured(arguments.rounds))

    run(measure())
    if arguments.json:
        print(json.dumps(found, indent=1))
        return
    for name, microseconds in found.items():
        print(f"{name:36}{microseconds:>8.1f} µs of the loop's CPU time a request")


if __name__ == "__main__":
    main()
