"""Mutated requests and mutated answers: no worker ends, none errs, and the log holds."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

import pytest

from comity.testing.provider import provider
from comity.testing.upstream import Request
from comity.testing.wire import Response
from faults.conftest import Row
from faults.mutation import mutated, reshaped
from faults.world import World

SECONDS = float(os.environ.get("FUZZ_S", "30"))
"""For each of the two."""

AT_ONCE = 6
GROWTH_MB = 96
"""Of a worker: interned words, pools and buffers, and not what was sent."""

SERVES = {
    "speaks-chat": "serves: [chat, completions, embeddings, rerank, moderations, transcriptions, speech, images], ",
    "speaks-responses": "serves: [responses], ",
    "speaks-messages": "serves: [messages], ",
}
TOOL = {"type": "object", "properties": {"city": {"type": "string"}}}
SAY = [{"role": "user", "content": "When do you open in Orléans?"}]
IMAGE = "data:image/png;base64,iVBORw0KGgo="
ASKS: dict[str, tuple[dict[str, object], ...]] = {
    "/v1/chat/completions": (
        {"messages": SAY},
        {"messages": SAY, "stream": True, "stream_options": {"include_usage": True}},
        {
            "messages": [{"role": "system", "content": "Short."}, *SAY],
            "tools": [{"type": "function", "function": {"name": "weather", "parameters": TOOL}}],
            "stream": True,
        },
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": IMAGE}}]}]},
    ),
    "/v1/responses": (
        {"input": "When?", "store": False},
        {"input": SAY, "stream": True, "store": False},
        {"input": SAY, "store": False, "tools": [{"type": "function", "name": "weather", "parameters": TOOL}]},
    ),
    "/v1/messages": (
        {"messages": SAY, "max_tokens": 99},
        {"messages": SAY, "max_tokens": 99, "stream": True, "system": "Short."},
        {"messages": SAY, "max_tokens": 99, "tools": [{"name": "weather", "input_schema": TOOL}], "stream": True},
    ),
    "/v1/completions": ({"prompt": "When?"}, {"prompt": "When?", "stream": True}),
    "/v1/embeddings": ({"input": ["one", "two"]},),
    "/v1/rerank": ({"query": "one", "documents": ["two"]},),
    "/v1/moderations": ({"input": "one"},),
    "/v1/audio/speech": ({"input": "one", "voice": "a"},),
    "/v1/images/generations": ({"prompt": "one"},),
}
TRANSLATED = ("/v1/chat/completions", "/v1/responses", "/v1/messages")


class Fuzzed(World):
    """Deployments that speak each dialect."""

    def post(self, path: str, body: bytes, more: str = "") -> bytes:
        """A request's bytes."""
        return (
            f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {self.key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n{more}\r\n"
        ).encode() + body

    def valid(self, dice: random.Random) -> tuple[str, bytes]:
        """The path and the body of a request that is right."""
        path = dice.choice(tuple(ASKS))
        only = [dice.choice(tuple(SERVES))] if path in TRANSLATED else ["speaks-chat"]
        return path, json.dumps({"model": "m", **dice.choice(ASKS[path]), "provider": {"only": only}}).encode()


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    world = Fuzzed(tmp_path_factory.mktemp("world"), SERVES)
    world.faulty.otherwise = provider
    yield world
    world.close()


def test_requests(world: Fuzzed, row: Row) -> None:
    """mutated requests"""
    _fuzz(world, row, seed=1)


def test_answers(world: Fuzzed, row: Row) -> None:
    """mutated answers, passed on and translated"""
    dice = random.Random(2)  # noqa: S311 - a seeded fault, no secret

    async def wrongly(request: Request, writer: asyncio.StreamWriter) -> bool:
        kept = _Kept()
        await provider(request, cast(asyncio.StreamWriter, kept))
        with suppress(OSError):
            writer.write(_changed(dice, bytes(kept.data)))
            await writer.drain()
        return False

    world.faulty.otherwise = wrongly
    _fuzz(world, row, seed=0)


def _fuzz(world: Fuzzed, row: Row, *, seed: int) -> None:
    """Ask for so long; with a seed, requests are mutated."""
    pids, before = world.pids(), world.resident_mb()
    statuses: Counter[int] = Counter()
    world.run(_ask_on(world, seed, statuses), patience=SECONDS + 30)
    growth = max(0, world.resident_mb() - before)
    same = world.pids() == pids
    alive = world.run(world.ask(provider={"only": ["sound"]})).status
    faults = world.own_faults()
    held = world.end()
    row.tell(
        requests=statuses.total(),
        of_2xx=sum(statuses[each] for each in statuses if 200 <= each < 300),
        of_4xx=sum(statuses[each] for each in statuses if 400 <= each < 500),
        of_502_to_504=sum(statuses[each] for each in statuses if each > 500),
        of_500=statuses[500],
        without_an_answer=statuses[0],
        MB_of_growth=growth,
        intents=held.intents,
    )
    assert not faults, faults[:3]
    assert same
    assert alive == 200
    assert not statuses[500]
    assert growth < GROWTH_MB
    held.check()


async def _ask_on(world: Fuzzed, seed: int, statuses: Counter[int]) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS

    async def one(number: int) -> None:
        dice = random.Random(seed * 100 + number)  # noqa: S311 - a seeded fault, no secret
        while loop.time() < end:
            path, body = world.valid(dice)
            if not seed:
                request = world.post(path, body)
            elif dice.random() < 0.6:
                request = world.post(path, reshaped(dice, json.loads(body)))
            elif dice.random() < 0.5:
                request = world.post(path, mutated(dice, body))
            else:
                request = mutated(dice, world.post(path, body))
            statuses[(await _answer(world, request, 0.3 if seed else 5)).status] += 1

    await asyncio.gather(*(one(number) for number in range(AT_ONCE)))


async def _answer(world: Fuzzed, request: bytes, patience: float) -> Response:
    """The answer, if one comes: a request may have become one that says it is longer."""
    wire = await world.connect()
    try:
        async with asyncio.timeout(patience):
            await wire.send(request)
            return await wire.response()
    except (TimeoutError, ConnectionError):
        return Response()
    finally:
        wire.vanish()


class _Kept:
    """What was written."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.data += data

    async def drain(self) -> None:
        """There is nothing to wait for."""


def _changed(dice: random.Random, answer: bytes) -> bytes:
    """A mutated answer; in half of them the framing is right, so that the body is what has to be read."""
    if dice.random() < 0.3:
        return mutated(dice, answer)
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if b"transfer-encoding" not in line and b"content-length" not in line]
    if b"transfer-encoding: chunked" in head:
        pieces, rest = [], body
        while size := int(rest.partition(b"\r\n")[0], 16):
            rest = rest.partition(b"\r\n")[2]
            pieces.append(rest[:size])
            rest = rest[size + 2 :]
        body = b"".join(pieces)
    body = _document(dice, body)
    if dice.random() < 0.5:
        return b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", body])
    cuts = sorted({0, len(body), *(dice.randrange(len(body) + 1) for _ in range(4))})
    chunks = [body[at:to] for at, to in itertools.pairwise(cuts)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in chunks) + b"0\r\n\r\n"
    return b"\r\n".join([*lines, b"transfer-encoding: chunked", b"", framed])


def _document(dice: random.Random, body: bytes) -> bytes:
    """Mutated bytes, or another document where it is one."""
    if body.startswith(b"{") and dice.random() < 0.6:
        return reshaped(dice, json.loads(body))
    events = body.split(b"\n\n")
    at = dice.randrange(len(events))
    before, data, document = events[at].partition(b"data: ")
    if not document.startswith(b"{") or dice.random() < 0.4:
        return mutated(dice, body)
    events[at] = before + data + reshaped(dice, json.loads(document))
    return b"\n\n".join(events)
