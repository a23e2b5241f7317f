"""A gateway in processes of its own, an upstream that does what it is told, a sound one, and one that is forbidden."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import subprocess
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from comity.adapters.ledger import entries, shards
from comity.adapters.ledger.segment import Entry
from comity.testing.gateway import COMITY, Gateway
from comity.testing.upstream import Upstream, chat
from comity.testing.wire import Response, Wire
from comity.testing.wire import chat as chat_request

T = TypeVar("T")

OWN_FAULT = "a fault of its own"
"""What a gateway says on standard error of a mistake in itself (`comity.runtime.own_faults`)."""

PATIENCE_S = 30.0
"""For one thing that a test waits for."""

FIRST_BYTE_S, IDLE_S, CONNECT_S = 0.8, 0.8, 0.8

STACK = """
origin: faults.example/world
law: [eu.gdpr, us.exposure]
gateway: {{site: lyon}}
parties:
  agency: {{seat: FR, public: true}}
  columbia: {{seat: US}}
agreements:
  - {{between: [agency, columbia], kinds: [eu.art28]}}
sites:
  lyon: {{jurisdiction: FR, operator: agency}}
  ashburn: {{jurisdiction: US, operator: columbia}}
models: {{m: {{developer: FR, license: apache-2.0, open_weights: true}}}}
deployments:
{deployments}
applications:
  desk:
    controller: agency
    purpose: public-service
    data: [personal]
    subjects: [FR]
    grounds: [eu.art6.public]
    output_used_in: [FR]
routing: {{retries: 1, backoff: 0.05, longest_backoff: 0.5}}
"""

DEPLOYMENT = (
    '  {name}: {{model: m, site: {site}, url: "{url}", price: {{input: {price}, output: {price}}}, {more}'
    "terms: {{retention: P0D, trains: false}}, "
    f"timeouts: {{{{connect: {CONNECT_S}, first_byte: {FIRST_BYTE_S}, idle: {IDLE_S}}}}}}}}}\n"
)


@dataclass(frozen=True, slots=True)
class Held:
    """What a log holds at the end."""

    intents: int
    outcomes: int
    denials: int
    open: int
    outside: int
    unlogged: int
    audited: bool

    def check(self) -> None:
        """Every intent has its outcome, no attempt left its placement, nothing arrived anywhere without an attempt."""
        assert (self.open, self.outside, self.unlogged, self.audited) == (0, 0, 0, True), self


class World:
    """Deployments: each of `faulty` (by the path `/<name>/v1` of one upstream), `sound`, and `ashburn`, which no
    ruling permits. A request that is not narrowed may go to all but the last."""

    def __init__(
        self,
        folder: Path,
        faulty: Mapping[str, str] = {},
        *,
        workers: int = 1,
        options: tuple[str, ...] = (),
        program: tuple[str, ...] = COMITY,
    ) -> None:
        """`faulty` are names of deployments and their further keys in the stack file, each with its comma, and with
        `url: …` where it is not the upstream of `self.faulty`."""
        self.runner = asyncio.Runner()
        self._closed = False
        self.folder = folder
        self.faulty, self.sound, self.forbidden = Upstream(), Upstream(chat("Yes.")), Upstream()
        self._names = faulty
        self.said = folder / "said.txt"
        stack = folder / "comity.yaml"
        self.run(self._start_upstreams())
        stack.write_text(STACK.format(deployments="".join(self._deployments())))
        self.gateway = Gateway(stack, workers=workers, options=options, program=program, said=self.said)
        self.key, self.owner = self.gateway.new_key("--app", "desk"), self.gateway.new_key("--role", "owner")
        self.run(self.gateway.start())

    def run(self, main: Coroutine[Any, Any, T], *, patience: float = PATIENCE_S) -> T:
        """Run until it is done; upstreams answer meanwhile, and at no other time."""

        async def patiently() -> T:
            async with asyncio.timeout(patience):
                return await main

        return self.runner.run(patiently())

    def end(self) -> Held:
        """Stop everything; what the log holds then."""
        self.close()
        return self._held()

    def close(self) -> None:
        """Stop everything."""
        if not self._closed:
            self._closed = True
            self.run(self._stop())
            self.runner.close()

    # asking

    async def connect(self, *, buffer: int = 0) -> Wire:
        """A connection to the data port; `buffer` bounds the bytes that wait to be read."""
        plain = socket.socket()
        if buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, tuple(self.gateway.first["data"]))
        reader, writer = await asyncio.open_connection(sock=plain, limit=buffer or 2**20)
        return Wire(reader, writer)

    def request(self, body: Any = None, **more: Any) -> bytes:
        """A chat request's bytes."""
        if not isinstance(body, bytes):
            body = body or {"model": "m", "messages": [{"role": "user", "content": "When do you open?"}]}
        return chat_request(body, key=self.key, **more)

    async def ask(self, body: Any = None, **more: Any) -> Response:
        """One chat request on a connection of its own; keyword arguments are added to the body."""
        return await self.send(self.request(body, **more))

    async def send(self, request: bytes) -> Response:
        """A request on a connection of its own."""
        wire = await self.connect()
        try:
            await wire.send(request)
            return await wire.response()
        finally:
            wire.close()

    # looking

    def pids(self) -> list[int]:
        """Processes of the workers."""
        status = self.run(self.gateway.status(self.owner))
        return [each["pid"] for each in status["workers"]]

    def resident_mb(self) -> int:
        """Memory of the largest worker."""
        return max(self.resident(pid) for pid in self.pids()) >> 20

    @staticmethod
    def resident(pid: int) -> int:
        """Bytes of memory that a process holds."""
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    def own_faults(self) -> list[str]:
        """What the gateway said of mistakes in itself."""
        return [line for line in self.said.read_text().splitlines() if OWN_FAULT in line or "Traceback" in line]

    def _deployments(self) -> list[str]:
        lines = []
        for name, more in self._names.items():
            own = f"http://127.0.0.1:{self.faulty.port}/{name}/v1"
            url, _, rest = more.partition(" ") if more.startswith("http") else (own, "", more)
            lines.append(DEPLOYMENT.format(name=name, site="lyon", url=url, price=1, more=rest))
        lines.append(DEPLOYMENT.format(name="sound", site="lyon", url=self.sound.url, price=2, more=""))
        lines.append(DEPLOYMENT.format(name="ashburn", site="ashburn", url=self.forbidden.url, price=0, more=""))
        return lines

    async def _start_upstreams(self) -> None:
        for upstream in (self.faulty, self.sound, self.forbidden):
            await upstream.start()

    async def _stop(self) -> None:
        await self.gateway.stop()
        for upstream in (self.faulty, self.sound, self.forbidden):
            await upstream.stop()

    def _held(self) -> Held:
        kept: list[Entry] = []
        attempts: Counter[str] = Counter()
        outside = 0
        counts: Counter[str] = Counter()
        for shard in shards(self.gateway.state):
            kept = list(entries(self.gateway.state, shard))
            intents = {entry.index: permitted(entry) for entry in kept if entry.kind == "intent"}
            for entry in kept:
                counts[entry.kind] += 1
                if entry.kind == "outcome" and entry.intent is not None:
                    named = [each["deployment"] for each in json.loads(entry.decision)["attempts"]]
                    attempts.update(named)
                    outside += not intents[entry.intent] >= set(named)
            outside += sum("ashburn" in each for each in intents.values())
        outside += self.forbidden.connections
        arrived = Counter(request.line.split("/")[1] for request in self.faulty.requests)
        arrived["sound"] = len(self.sound.requests)
        unlogged = sum(max(0, number - attempts[name]) for name, number in arrived.items())
        return Held(
            counts["intent"],
            counts["outcome"],
            counts["denial"],
            counts["intent"] - counts["outcome"],
            outside,
            unlogged,
            audit(self.gateway.state)["holds"],
        )


def permitted(intent: Entry) -> set[str]:
    """The deployments that an intent lets a request go to."""
    return {deployment for tier in json.loads(intent.decision)["tiers"] for deployment in tier}


def audit(state: Path) -> Any:
    """`comity log audit`."""
    command = (*COMITY, "log", "audit", str(state), "--json")
    return json.loads(subprocess.run(command, capture_output=True, check=False).stdout)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection by a reset, as a process does that dies with bytes unread."""
    plain = writer.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
