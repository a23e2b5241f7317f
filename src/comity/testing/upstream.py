"""An upstream on loopback that does what it is told, faults included.

Example::

    async with Upstream() as upstream:
        upstream.answers.append(status(500))
        upstream.answers.append(chat("It is open until five."))
        ...                                     # point a deployment at upstream.url
        upstream.requests[0].document["model"]

Each request takes the next of `answers`; when they run out, `otherwise` answers.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived. Names of headers are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def document(self) -> dict[str, Any]:
        """The body, parsed."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


Answer: TypeAlias = Callable[[Request, asyncio.StreamWriter], Awaitable[bool]]
"""Writes an answer; returns whether the connection may be kept."""


class Upstream:
    """A scripted OpenAI-like server.

    Attributes:
        requests: what arrived, in order.
        answers: what the next requests get.
        otherwise: what they get when `answers` is empty.
        connections: how many were opened so far.
        left: set when a client closed a connection while its answer was being written or held.
    """

    def __init__(self, otherwise: Answer | None = None) -> None:
        self.requests: list[Request] = []
        self.answers: deque[Answer] = deque()
        self.otherwise = otherwise or chat("Yes.")
        self.connections = 0
        self.left = asyncio.Event()
        self.arrived = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self._server is not None
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    @property
    def url(self) -> str:
        """The base URL, as a stack file has it."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self, **options: Any) -> None:
        """Listen on a free port of loopback; `options` go to `asyncio.start_server` (as `ssl`)."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, **options)

    async def start_unix(self, path: str) -> None:
        """Listen on a Unix socket."""
        self._server = await asyncio.start_unix_server(self._accept, path)

    async def stop(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __aenter__(self) -> Upstream:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer, self.connections))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        keep = True
        try:
            while keep:
                request = await _read(reader, number)
                if request is None:
                    break
                self.requests.append(request)
                self.arrived.set()
                answer = self.answers.popleft() if self.answers else self.otherwise
                keep = await self._answer(answer, request, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(
        self, answer: Answer, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer, unless the other side leaves first; whether the connection may be kept."""
        answering = asyncio.ensure_future(answer(request, writer))
        leaving = asyncio.ensure_future(_until_left(reader, writer))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            answered = answering.done()
        finally:
            answering.cancel()
            leaving.cancel()
            result, _ = await asyncio.gather(answering, leaving, return_exceptions=True)
        if answered and isinstance(result, bool):
            return result
        self.left.set()
        return False


async def _until_left(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Wait until the other side closes; it sends nothing while it waits for an answer."""
    while not reader.at_eof() and not writer.transport.is_closing():  # noqa: ASYNC110 - streams have no event for it
        await asyncio.sleep(0.005)


async def _read(reader: asyncio.StreamReader, number: int) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    line, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    return Request(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))), number)


def chat(text: str = "Yes.", *, finish: str = "stop", usage: tuple[int, int] | None = (7, 3)) -> Answer:
    """A whole answer, or a stream of its words where the request asks for one."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        if request.document.get("stream"):
            words = [word + " " for word in text.split(" ")]
            return await stream(events(words, finish=finish))(request, writer)
        return await whole(completion(text, finish=finish, usage=usage))(request, writer)

    return answer


def completion(text: str = "Yes.", *, finish: str = "stop", usage: tuple[int, int] | None = (7, 3)) -> bytes:
    """The body of a whole answer."""
    document: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "double",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
    }
    if usage:
        document["usage"] = {
            "prompt_tokens": usage[0],
            "completion_tokens": usage[1],
            "total_tokens": usage[0] + usage[1],
        }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def events(words: Sequence[str], *, finish: str = "stop", done: bool = True, compact: bool = True) -> list[bytes]:
    """A stream's events: one for each word, one with the reason to finish, and `[DONE]`."""
    separators = (",", ":") if compact else (", ", ": ")

    def event(delta: dict[str, str], reason: str | None) -> bytes:
        document = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "double",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
        }
        return b"data: " + json.dumps(document, separators=separators).encode() + b"\n\n"

    listed = [event({"content": word}, None) for word in words] + [event({}, finish)]
    return [*listed, b"data: [DONE]\n\n"] if done else listed


def whole(body: bytes, *, code: int = 200, headers: str = "", content_type: str = "application/json") -> Answer:
    """A complete answer with a Content-Length; `headers` are further lines, each ending in CRLF."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        head = f"HTTP/1.1 {code} Said\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n{headers}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        return True

    return answer


def status(code: int, message: str = "no", *, headers: str = "") -> Answer:
    """An error of the upstream's own."""
    return whole(json.dumps({"error": {"message": message, "type": "upstream"}}).encode(), code=code, headers=headers)


def stream(
    pieces: Sequence[bytes], *, gate: asyncio.Event | None = None, after: int = 1, end: bool = True, cut: bool = False
) -> Answer:
    """A chunked event stream of `pieces`.

    With `gate`, it waits for it when `after` pieces are sent. `end` sends the last chunk; `cut` closes the connection.
    """

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for number, piece in enumerate(pieces):
            if gate is not None and number == after:
                await gate.wait()
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
        if end:
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        return not cut

    return answer


def raw(data: bytes, *, keep: bool = False) -> Answer:
    """Exactly these bytes, then a closed connection (or a kept one)."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        writer.write(data)
        await writer.drain()
        return keep

    return answer


def silence() -> Answer:
    """Nothing, for as long as the other side waits."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        await asyncio.Event().wait()
        return False

    return answer


def slow(then: Answer, gate: asyncio.Event) -> Answer:
    """The first byte only when `gate` opens."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        await gate.wait()
        return await then(request, writer)

    return answer


def trickle(data: bytes, *, keep: bool = False) -> Answer:
    """These bytes one at a time, each in a piece of its own, then a closed connection (or a kept one)."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        for at in range(len(data)):
            writer.write(data[at : at + 1])
            await asyncio.sleep(0)
        return keep

    return answer


def reset(data: bytes = b"") -> Answer:
    """These bytes, then a reset connection (TCP RST)."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        writer.write(data)
        await writer.drain()
        # no linger: the kernel drops what is not sent and says so
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    return answer
