"""Clients that ask and ask, note every answer that came whole, and an upstream that notes every request.

Every request has a length of its own, which its intent bears (`bytes`): so the upstream's record can be held against
the log entry by entry, whatever was killed in between.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import dataclass, field

from comity.testing.upstream import completion, events

SHORTEST = 256
PAUSE_S = 0.01
"""Between two requests of a client: enough are under way at every kill, and not so many that checking takes long."""
ANSWER = completion("Yes.")
EVENTS = events(["One ", "two ", "three."])


@dataclass
class Recorder:
    """An upstream: answers every chat, and keeps the length of each body that reached it."""

    arrived: list[int] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> None:
        """Listen, on the port of the last time if there was one."""
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Die: stop listening, and cut what is under way."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                self.arrived.append(length)  # a byte has arrived: from here on it must be in the log
                body = await reader.readexactly(length)
                if b'"stream":true' in body:
                    writer.write(
                        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                    )
                    for event in EVENTS:
                        writer.write(b"%x\r\n%b\r\n" % (len(event), event))
                        await asyncio.sleep(0)
                    writer.write(b"0\r\n\r\n")
                else:
                    writer.write(
                        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                        % (len(ANSWER), ANSWER)
                    )
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()


@dataclass
class Whole:
    """An answer that a client received to its end."""

    receipt: str
    sent: bytes
    received: bytes
    asked: float
    """When its request was sent, by the clock of the loop."""


@dataclass
class Clients:
    """Clients of one gateway, each on a connection of its own; they come back whenever it is there again."""

    key: str
    whole: list[Whole] = field(default_factory=list)
    broken: int = 0
    refused: int = 0
    other: dict[int, int] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, address: tuple[str, int], count: int) -> None:
        self._tasks = [asyncio.create_task(self._ask(address)) for _ in range(count)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _ask(self, address: tuple[str, int]) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(*address)
            except OSError:
                self.refused += 1
                await asyncio.sleep(0.02)
                continue
            try:
                while await self._once(reader, writer):  # noqa: ASYNC110 - the other end decides when it is over
                    await asyncio.sleep(PAUSE_S)
            except (OSError, asyncio.IncompleteReadError):
                self.broken += 1
            finally:
                writer.close()

    async def _once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        number = next(self.numbers)
        ask = {"model": "m", "stream": number % 2 == 1, "messages": [{"role": "user", "content": ""}]}
        bare = json.dumps(ask, separators=(",", ":")).encode()
        body = bare[:-4] + b"x" * (SHORTEST + number - len(bare)) + bare[-4:]
        asked = asyncio.get_running_loop().time()
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer %b\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % (self.key.encode(), len(body)) + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in head:
            received = b""
            while size := int(await reader.readline(), 16):
                received += (await reader.readexactly(size + 2))[:-2]
            await reader.readexactly(2)
            ended = b"data: [DONE]" in received
        else:
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            received = await reader.readexactly(length)
            ended = True
        if status == 200 and ended:
            receipt = head.partition(b"comity-receipt:")[2].partition(b"\r\n")[0].strip().decode()
            self.whole.append(Whole(receipt, body, received, asked))
        else:
            self.other[status] = self.other.get(status, 0) + 1
            if status == 503:
                await asyncio.sleep(0.01)
        return b"connection: close" not in head
