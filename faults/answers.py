"""Answers that are none, or not whole, or more than was asked for: what an upstream may do to us."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from comity.testing.upstream import Answer, Request, completion, events, raw, silence, status, stream, whole
from faults.world import reset

OK = b"HTTP/1.1 200 OK\r\n"
JSON = OK + b"content-type: application/json\r\n"
EVENTS = OK + b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
BODY = completion("Yes.")
LENGTH = b"content-length: %d\r\n\r\n" % len(BODY)
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
WORDS = events(["One ", "two ", "three."])
PIECE = 64 * 1024
TRICKLE_S = 0.001


def chunk(data: bytes) -> bytes:
    """A chunk as it goes over the wire."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def resets(first: bytes = b"") -> Answer:
    """So much, then a reset."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        writer.write(first)
        await writer.drain()
        await asyncio.sleep(0.05 if first else 0)  # a reset overtakes what was not read yet
        reset(writer)
        return False

    return answer


def stalls(first: bytes) -> Answer:
    """So much, and then nothing for as long as anyone waits."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        writer.write(first)
        return await silence()(request, writer)

    return answer


def trickles(data: bytes, *, every: float = TRICKLE_S) -> Answer:
    """A byte at a time."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        for at in range(len(data)):
            writer.write(data[at : at + 1])
            await writer.drain()
            await asyncio.sleep(every)
        return True

    return answer


def floods(first: bytes, again: bytes) -> Answer:
    """The beginning, and then the same for ever."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        writer.write(first)
        while True:
            writer.write(again)
            await writer.drain()

    return answer


def _sized(head: bytes, body: bytes) -> bytes:
    return head + b"content-length: %d\r\n\r\n" % len(body) + body


def _coded(code: int, more: str = "") -> Answer:
    return status(code, headers=more)


NO_ANSWER: dict[str, Answer] = {
    "resets before the head": resets(),
    "closes before the head": raw(b""),
    "resets in the head": resets(JSON),
    "closes in the head": raw(JSON),
    "stalls before the head": silence(),
    "stalls in the head": stalls(JSON),
    "trickles a head that does not end": trickles(JSON + b"x-pad: " + b"y" * 60_000, every=0.01),
    "floods with a head": floods(JSON, b"x-pad: " + b"y" * 1000 + b"\r\n"),
    "floods with a header": floods(JSON + b"x-pad: ", b"y" * PIECE),
    "floods with interim answers": floods(b"", b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" * 100),
    "sends garbage": raw(bytes(range(256)) * 8),
    "floods with garbage": floods(b"", b"\xff" * PIECE),
    "speaks SSH": raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "speaks HTTP/2": raw(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00"),
    "switches protocols": raw(b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
    "says two lengths": raw(JSON + b"content-length: 5\r\n" + LENGTH + BODY),
    "says a length and chunks": raw(JSON + b"transfer-encoding: chunked\r\n" + LENGTH + chunk(BODY) + b"0\r\n\r\n"),
    "says a length with a sign": raw(JSON + b"content-length: +5\r\n\r\n" + BODY),
    "says no length": raw(JSON + b"\r\n" + BODY),
    "codes its body": whole(b"\x1f\x8b", headers="content-encoding: gzip\r\n"),
    "codes its way": raw(JSON + b"transfer-encoding: gzip, chunked\r\n\r\n" + chunk(BODY) + b"0\r\n\r\n"),
    "has no content": raw(b"HTTP/1.1 204 None\r\n\r\n"),
    **{
        f"redirects ({code})": whole(b"", code=code, headers="location: http://127.0.0.1:1/\r\n")
        for code in (301, 302, 303, 307, 308)
    },
    **{f"says {code}": _coded(code) for code in (401, 403, 500, 502, 503, 504, 429, 529)},
    "says 429, Retry-After 1": _coded(429, "retry-after: 1\r\n"),
    "says 429, Retry-After 86400": _coded(429, "retry-after: 86400\r\n"),
    "says 429, Retry-After a date": _coded(429, "retry-after: Fri, 31 Dec 2100 23:59:59 GMT\r\n"),
    "says 429, Retry-After rubbish": _coded(429, "retry-after: -1e999\r\n"),
    "says 503, Retry-After 1": _coded(503, "retry-after: 1\r\n"),
}
"""Nothing of these may reach a client: where another may answer, it does."""

REFUSALS: dict[str, Answer] = {
    f"says {code}": _coded(code, "retry-after: 7\r\n" if code == 408 else "")
    for code in (400, 404, 408, 409, 413, 422, 451)
}
"""An upstream's own 4xx is about the request: it goes on to the client, and nobody else is asked."""

BROKEN_WHOLE: dict[str, Answer] = {
    "resets in the body": resets(JSON + LENGTH + BODY[:40]),
    "closes in the body": raw(JSON + LENGTH + BODY[:40]),
    "stalls in the body": stalls(JSON + LENGTH + BODY[:40]),
    "says more than it sends": raw(_sized(JSON, BODY + b" " * 100)[:-100]),
    "sends no size of a chunk": raw(JSON + CHUNKED + chunk(BODY[:40]) + b"zz\r\n"),
    "sends a chunk longer than it says": raw(JSON + CHUNKED + b"3\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "sends a chunk's size that overflows": raw(JSON + CHUNKED + b"fffffffffffffffff\r\n" + BODY),
    "sends no last chunk": raw(JSON + CHUNKED + chunk(BODY)),
    "floods with trailers": floods(JSON + CHUNKED + chunk(BODY) + b"0\r\n", b"x-pad: " + b"y" * 1000 + b"\r\n"),
    "floods with a chunk's extension": floods(JSON + CHUNKED + b"1;", b"x" * PIECE),
}
"""The head came and was an answer's: it is this answer or none, and of none the client gets an error of ours."""

BROKEN_STREAMS: dict[str, Answer] = {
    "resets in the stream": resets(EVENTS + b"".join(map(chunk, WORDS[:2]))),
    "closes in the stream": stream(WORDS[:2], end=False, cut=True),
    "closes within an event": raw(EVENTS + chunk(WORDS[0]) + b"40\r\ndata: {"),
    "stalls in the stream": stalls(EVENTS + b"".join(map(chunk, WORDS[:2]))),
    "stalls before the first event": stalls(EVENTS),
    "ends the stream without an end": stream(WORDS[:2], cut=True),
    "ends the stream at once": stream([], cut=True),
    "breaks its chunks in the stream": raw(EVENTS + chunk(WORDS[0]) + b"zz\r\n"),
    "floods with an event that does not end": floods(EVENTS, chunk(b"x" * PIECE)),
}
"""What came before the break has gone on; the stream ends with an error, and never with `[DONE]`."""

ENDLESS: dict[str, Answer] = {
    "floods with events": floods(EVENTS, b"".join(chunk(WORDS[0] + b": " + b"x" * 60_000 + b"\n\n") for _ in range(8))),
    "floods with a body": floods(JSON + CHUNKED, chunk(b"x" * PIECE)),
    "announces a terabyte and sends it": floods(JSON + b"content-length: 1099511627776\r\n\r\n", b"x" * PIECE),
}
"""Cut off at the limit of an answer."""


def sound(data: Sequence[bytes] = WORDS) -> dict[str, Answer]:
    """Odd, and whole all the same."""
    streamed = EVENTS + b"".join(map(chunk, data)) + b"0\r\n\r\n"
    return {
        "trickles an answer": trickles(_sized(JSON, BODY)),
        "trickles chunks": trickles(JSON + CHUNKED + b"".join(chunk(bytes([each])) for each in BODY) + b"0\r\n\r\n"),
        "says interim answers first": raw(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" * 3 + _sized(JSON, BODY)),
        "says HTTP/1.0": raw(_sized(JSON.replace(b"1.1", b"1.0"), BODY)),
        "answers twice": raw(_sized(JSON, BODY) * 2),
        "says less than it sends": raw(_sized(JSON, BODY) + b"and more"),
        "closes kept connections right after": raw(_sized(JSON + b"connection: keep-alive\r\n", BODY)),
        "trickles a stream": trickles(streamed),
        "sends comments and rubbish after the end": stream([b": ping\n\n", *data, b": more\n\n", b"data: {}\n\n"]),
    }
