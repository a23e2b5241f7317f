"""A client of HTTP/1.1 that shows every byte."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Response:
    """A response as it came over the wire; `complete` says whether its framing ended."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False

    @property
    def document(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error of an envelope."""
        error: dict[str, Any] = self.document["error"]
        return error


def chat(body: Any = None, *, headers: str = "", key: str = "sk-test", **more: Any) -> bytes:
    """A chat request's bytes."""
    if not isinstance(body, bytes):
        document = body or {"model": "civic", "messages": [{"role": "user", "content": "When do you open?"}]}
        body = json.dumps(document | more, separators=(",", ":"), ensure_ascii=False).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n{headers}\r\n"
    )
    sent: bytes = head.encode() + body
    return sent


class Wire:
    """A client's connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def response(self, *, bodiless: bool = False) -> Response:
        """The next response, as far as it comes."""
        response = Response()
        try:
            await self.head(response)
            if bodiless:
                response.complete = True
            elif "content-length" in response.headers:
                response.body = await self.reader.readexactly(int(response.headers["content-length"]))
                response.complete = True
            elif response.headers.get("transfer-encoding") == "chunked":
                while True:
                    piece = await self.chunk()
                    if not piece:
                        break
                    response.body += piece
                response.complete = True
            else:
                response.body = await self.reader.read(-1)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            response.body += getattr(error, "partial", b"")
        return response

    async def head(self, response: Response | None = None) -> Response:
        """The next status line with its headers."""
        response = response or Response()
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        response.status = int(lines[0].split(" ")[1])
        response.headers = {
            name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines[1:])
        }
        return response

    async def chunk(self) -> bytes:
        """The next chunk of a body; empty at its end."""
        size = int(await self.reader.readuntil(b"\r\n"), 16)
        piece: bytes = await self.reader.readexactly(size)
        await self.reader.readexactly(2)
        return piece

    async def closed(self) -> bytes:
        """Whatever still comes until the other side closes."""
        try:
            return await self.reader.read(-1)
        except ConnectionError:
            return b""

    def close(self) -> None:
        """Close it in an orderly way."""
        self.writer.close()

    def vanish(self) -> None:
        """Cut it."""
        self.writer.transport.abort()
