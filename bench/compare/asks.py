"""Requests as bytes: for wrk as a Lua script, for bench/world/load.c as a file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

KB = 1024
QUESTION = "In which office do I register a birth, and what do I bring? "
HEAD = {"host": "127.0.0.1", "content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Ask:
    """How one gateway wants to be asked."""

    model: str = "m"
    path: str = "/v1/chat/completions"
    headers: dict[str, str] = field(default_factory=dict)


def body(model: str, size: int, **options: object) -> bytes:
    """A chat request of `size` bytes."""
    asked = {"model": model, "messages": [{"role": "user", "content": "stream-0000 "}], **options}
    bare = len(json.dumps(asked, separators=(",", ":")))
    text = (QUESTION * (size // len(QUESTION) + 1))[: size - bare]
    asked["messages"] = [{"role": "user", "content": "stream-0000 " + text}]
    return json.dumps(asked, separators=(",", ":")).encode()


def whole(ask: Ask, size: int) -> bytes:
    """A request for an answer in one piece."""
    return request(ask, body(ask.model, size))


def streamed(ask: Ask, size: int, chunks: int, *, one_by_one: bool) -> bytes:
    """A request for a stream of `chunks`; one by one means that upstream.c waits for the load's word between them."""
    asked = body(ask.model, size, stream=True, max_tokens=chunks)
    return request(ask, asked if one_by_one else asked.replace(b"stream-0000", b"stream 0000"))


def script(request: bytes, path: Path) -> None:
    """Write the request as a script for wrk, which then builds it once."""
    head, _, sent = request.partition(b"\r\n\r\n")
    first, *others = head.decode().split("\r\n")
    lines = ['wrk.method = "POST"', f"wrk.path = {json.dumps(first.split()[1])}"]
    for line in others:
        name, _, value = line.partition(": ")
        if name not in {"host", "content-length"}:
            lines.append(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}")
    lines.append(f"wrk.body = {json.dumps(sent.decode())}")
    path.write_text("\n".join(lines) + "\n")


def request(ask: Ask, sent: bytes) -> bytes:
    """A request with this body."""
    headers = {**HEAD, **ask.headers, "content-length": str(len(sent))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {ask.path} HTTP/1.1\r\n{head}\r\n".encode() + sent
