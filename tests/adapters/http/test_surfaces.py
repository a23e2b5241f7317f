"""Every surface over the wire: bytes untouched but for what a contract says, usage entered, errors in its own words."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from comity.relay.surfaces import SURFACES
from comity.testing.provider import SOUND, provider
from comity.testing.upstream import completion, events, stream, whole

from .house import House, Response, run

SAY = [{"role": "user", "content": "x"}]
ASKED: dict[str, dict[str, Any]] = {
    "chat": {"messages": SAY},
    "completions": {"prompt": "x"},
    "responses": {"input": "x"},
    "messages": {"messages": SAY, "max_tokens": 9},
    "count_tokens": {"messages": SAY},
    "embeddings": {"input": ["x"]},
    "rerank": {"query": "x", "documents": ["a", "b"]},
    "moderations": {"input": "x"},
    "speech": {"input": "x", "voice": "alloy"},
    "images": {"prompt": "x"},
}
USED = {"completion_tokens": 3, "prompt_tokens": 7}
USAGE = {
    "embeddings": {"prompt_tokens": 7}, "rerank": {"prompt_tokens": 7}, "moderations": None, "speech": None,
    "count_tokens": None,
}  # fmt: skip
FORM = b'--b\r\ncontent-disposition: form-data; name="model"\r\n\r\ncivic\r\n' + (
    b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n%b\r\n--b--\r\n' % SOUND
)


class Everything(House):
    """A house of which every deployment has every surface."""

    def target(self, name: str, port: int, **more: Any) -> Any:
        return super().target(name, port, **{"surfaces": tuple(SURFACES), "stream_usage": True} | more)


async def post(house: House, path: str, body: bytes, *, lines: str = "content-type: application/json\r\n") -> Response:
    wire = await house.connect()
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\nx-api-key: sk-test\r\n{lines}content-length: {len(body)}\r\n\r\n"
    await wire.send(head.encode() + body)
    response = await wire.response()
    wire.close()
    return response


def encoded(document: dict[str, Any]) -> bytes:
    return json.dumps({"model": "civic"} | document, separators=(",", ":")).encode()


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("streams", [False, True])
def test_a_surface(name: str, streams: bool) -> None:
    async def main() -> None:
        async with Everything() as house:
            if streams and name not in ("chat", "completions", "responses", "messages"):
                return
            house.upstream.otherwise = provider
            body = encoded(ASKED[name] | ({"stream": True} if streams else {}))
            response = await post(house, f"/v1{SURFACES[name].path}", body)
            assert response.status == 200, response.body
            sent = house.upstream.requests[0]
            assert sent.line.split(" ")[1] == f"/v1{SURFACES[name].path}"
            added = {"store": False} if name == "responses" else {}
            if streams and name in ("chat", "completions"):
                added = {"stream_options": {"include_usage": True}}
            assert sent.document == {"model": "served"} | ASKED[name] | ({"stream": True} if streams else {}) | added
            outcome = await house.outcome()
            assert outcome.content["finish"] == "stop"
            if not (streams and name == "completions"):  # this double tells none there
                assert outcome.content.get("usage") == USAGE.get(name, USED)
            assert outcome.content["bytes"] == len(response.body)
            assert ("upstream" in outcome.content) is True  # the model's name differs

    run(main())


def test_a_form() -> None:
    async def main() -> None:
        async with Everything() as house:
            house.upstream.otherwise = provider
            lines = "content-type: multipart/form-data; boundary=b\r\n"
            response = await post(house, "/v1/audio/transcriptions", FORM, lines=lines)
            assert response.document["text"] == "Yes."
            sent = house.upstream.requests[0]
            assert sent.body == FORM.replace(b"civic", b"served")
            assert sent.headers["content-type"] == "multipart/form-data; boundary=b"
            assert (await house.outcome()).content["usage"] == USED
            unfit = await post(house, "/v1/audio/transcriptions", encoded({}))
            assert (unfit.status, unfit.error["param"]) == (400, "content-type")

    run(main())


def test_what_a_client_left_behind_is_counted() -> None:
    async def main() -> None:
        async with Everything() as house:
            words = events(["a", "b", "c"])
            house.upstream.otherwise = stream(words, gate=asyncio.Event(), after=3)
            wire = await house.connect()
            body = encoded({"messages": SAY, "stream": True})
            await wire.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-api-key: sk-test\r\n" + (
                b"content-length: %d\r\n\r\n%b" % (len(body), body)))  # fmt: skip
            await wire.head()
            seen = b""
            while seen.count(b"\n\n") < 3:
                seen += await wire.chunk()
            wire.vanish()
            usage = (await house.outcome()).content["usage"]
            assert usage == {"completion_tokens": 3, "estimated": True, "prompt_tokens": len(body) // 4}

    run(main())


def test_the_usage_that_we_asked_for_is_kept_from_the_client() -> None:
    async def main() -> None:
        async with Everything() as house:
            house.upstream.otherwise = provider
            quiet = await post(house, "/chat/completions", encoded({"messages": SAY, "stream": True}))
            asked = {"messages": SAY, "stream": True, "stream_options": {"include_usage": True}}
            told = await post(house, "/chat/completions", encoded(asked))
            assert b'"prompt_tokens"' not in quiet.body
            assert b'"prompt_tokens"' in told.body
            assert quiet.body.count(b"data: ") == told.body.count(b"data: ") - 1
            for entry in house.outcomes():
                assert entry.content["usage"] == USED
            house.gate.reached["paris"] = house.target("paris", house.upstream.port, stream_usage=False)
            await post(house, "/chat/completions", encoded({"messages": SAY, "stream": True}))
            assert "stream_options" not in house.upstream.requests[-1].document

    run(main())


@pytest.mark.parametrize(
    ("path", "anthropic"), [("/v1/messages", True), ("/messages/count_tokens", True), ("/v1/responses", False)]
)
def test_errors_are_in_the_words_of_the_surface(path: str, anthropic: bool) -> None:
    async def main() -> None:
        async with Everything() as house:
            bad = await post(house, path, b"{")
            assert bad.status == 400
            house.upstream.otherwise = whole(b"oops", code=500)
            broken = await post(house, path, encoded(ASKED["messages"] if anthropic else ASKED["responses"]))
            assert broken.status == 502
            house.gate.tenants.clear()
            stranger = await post(house, path, b"{}")
            assert stranger.status == 401
            wrong = await house.get(path)
            assert wrong.status == 405
            for response in (bad, broken, stranger, wrong):
                assert (response.document.get("type") == "error") is anthropic
                assert ("code" in response.error) is not anthropic

    run(main())


def test_a_deployment_is_asked_on_what_it_serves_alone() -> None:
    async def main() -> None:
        async with Everything() as house:
            house.gate.reached["paris"] = house.target("paris", house.upstream.port, surfaces=("chat",))
            house.upstream.otherwise = whole(completion("Yes."))
            said = await post(house, "/v1/messages", encoded(ASKED["messages"]))
            assert said.document["content"] == [{"type": "text", "text": "Yes."}]
            assert house.upstream.requests[-1].line.split(" ")[1] == "/v1/chat/completions"
            assert "anthropic-version" not in house.upstream.requests[-1].headers
            for name in ("embeddings", "count_tokens", "rerank"):
                unserved = await post(house, SURFACES[name].path, encoded(ASKED[name]))
                assert unserved.status == 400
            assert len(house.upstream.requests) == 1

    run(main())


def test_a_sound_flows_as_it_comes() -> None:
    async def main() -> None:
        async with Everything() as house:
            gate = asyncio.Event()
            house.upstream.otherwise = _sound(gate)
            wire = await house.connect()
            body = encoded(ASKED["speech"])
            head = b"POST /v1/audio/speech HTTP/1.1\r\nhost: x\r\nx-api-key: sk-test\r\ncontent-length: %d\r\n\r\n"
            await wire.send(head % len(body) + body)
            assert (await wire.head()).headers["content-type"] == "audio/wav"
            assert await wire.chunk() == b"RIFF"
            gate.set()
            assert await wire.chunk() == b"end"
            wire.close()

    run(main())


def _sound(gate: asyncio.Event) -> Any:
    async def answer(request: Any, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\ntransfer-encoding: chunked\r\n\r\n4\r\nRIFF\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"3\r\nend\r\n")
        await writer.drain()
        await gate.wait()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    return answer


def test_models_one_by_one() -> None:
    async def main() -> None:
        async with Everything() as house:
            listed = (await house.get("/v1/models")).document["data"]
            assert (await house.get(f"/v1/models/{listed[0]['id']}")).document == listed[0]
            assert (await house.get(f"/openai/models/{listed[0]['id']}?api-version=1")).document == listed[0]
            assert (await house.get("/models/nobody")).error["code"] == "model_not_found"
            theirs = "x-api-key: sk-test\r\nanthropic-version: 2023-06-01\r\n"
            shown = (await house.get("/v1/models?limit=9", headers=theirs)).document
            assert (shown["has_more"], shown["data"][0]["type"]) == (False, "model")
            assert (await house.get(f"/v1/models/{listed[0]['id']}", headers=theirs)).document == shown["data"][0]

    run(main())
