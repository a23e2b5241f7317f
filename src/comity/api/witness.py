"""A witness's pages: `POST /add-checkpoint` and `GET /<origin hash>/checkpoint` (C2SP tlog-witness v1)."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from comity.adapters.witness.rates import Rates
from comity.adapters.witness.witness import Answer, Witness
from comity.proof.add_checkpoint import MAX_BODY_BYTES

ADDRESS_PER_MINUTE = 1_200
"""Requests of one address, whatever they are: ten busy shards behind it, or a thousand quiet ones."""

MAX_ADDRESSES = 10_000
"""Addresses whose rate is kept."""

BODY_S = 10.0
"""For the body of a request, which has a few kilobytes."""

METRICS = "text/plain; version=0.0.4; charset=utf-8"


def witness_pages(witness: Witness, vkeys: tuple[str, ...], *, say: Callable[[str], None]) -> Starlette:
    """The ASGI application of a witness."""
    rates = Rates(kept=MAX_ADDRESSES, clock=time.monotonic)
    counts: Counter[int] = Counter()

    async def add(request: Request) -> Response:
        address = request.client.host if request.client else ""
        wait = rates.wait(address, ADDRESS_PER_MINUTE)
        answer = Answer(429, "too many requests\n", wait=wait) if wait else await _asked(witness, request)
        counts[answer.status] += 1
        headers = {"retry-after": str(max(1, round(answer.wait)))} if answer.wait else {}
        return Response(answer.body, answer.status, {"content-type": answer.content_type, **headers})

    async def shown(request: Request) -> Response:
        note = witness.checkpoint(request.path_params["origin_hash"])
        return PlainTextResponse("not cosigned here\n", 404) if note is None else PlainTextResponse(note)

    async def keys(_: Request) -> Response:
        return PlainTextResponse("".join(f"{vkey}\n" for vkey in vkeys))

    async def well(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def measured(_: Request) -> Response:
        return Response("".join(_lines(counts)), media_type=METRICS)

    async def refused(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else None
        return PlainTextResponse("this is a witness: POST /add-checkpoint\n", status, headers)

    async def failed(request: Request, error: Exception) -> Response:
        say(f"witness: {request.url.path} could not be answered ({type(error).__name__}: {error})")
        return PlainTextResponse("this witness failed to answer\n", 500)

    return Starlette(
        routes=[
            Route("/add-checkpoint", add, methods=["POST"]),
            Route("/{origin_hash}/checkpoint", shown),
            Route("/vkey", keys),
            Route("/metrics", measured),
            Route("/healthz", well),
        ],
        exception_handlers={HTTPException: refused, Exception: failed},
    )


async def _asked(witness: Witness, request: Request) -> Answer:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_BODY_BYTES:
                    return Answer(413, f"the body is longer than {MAX_BODY_BYTES} bytes\n")
    except TimeoutError:
        return Answer(408, f"the body did not come within {BODY_S:.0f} s\n")
    except ClientDisconnect:
        return Answer(400, "\n")
    return await asyncio.to_thread(witness.add_checkpoint, bytes(body))


def _lines(counts: Counter[int]) -> Iterator[str]:
    yield "# HELP comity_witness_requests_total Requests for a cosignature by the status of their answer.\n"
    yield "# TYPE comity_witness_requests_total counter\n"
    for status, count in sorted(counts.items()):
        yield f'comity_witness_requests_total{{status="{status}"}} {count}\n'
