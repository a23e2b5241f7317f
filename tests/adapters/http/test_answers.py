"""An answer, whole and in a stream, through the client that applications use."""

from __future__ import annotations

import asyncio

import pytest

from comity.proof.commitment import commit, opening
from comity.testing.gate import TENANT
from comity.testing.upstream import chat as says
from comity.testing.upstream import completion, events, raw, status, stream, whole
from tests.adapters.http.house import House, run


def test_a_whole_answer_passes_untouched_with_its_receipt() -> None:
    async def main() -> None:
        async with House() as house:
            body = completion("Até às cinco. 🌍")
            house.upstream.answers.append(whole(body))
            response = await house.ask()
            assert response.status == 200
            assert response.body == body
            assert response.headers["comity-receipt"] == "memory001.0"
            assert response.headers["comity-deployment"] == "paris"
            assert response.headers["comity-site"] == "lyon"
            assert len(response.headers["comity-ruling"]) == 64
            assert "comity-mode" not in response.headers

    run(main())


def test_the_openai_client_reads_whole_answers_and_streams() -> None:
    async def main() -> None:
        async with House() as house, house.client() as client:
            house.upstream.otherwise = says("We open at nine.")
            ask = {"model": "civic", "messages": [{"role": "user", "content": "When?"}]}
            answer = await client.chat.completions.create(**ask)  # type: ignore[call-overload]
            assert answer.choices[0].message.content == "We open at nine."
            assert answer.usage.prompt_tokens == 7
            streamed = await client.chat.completions.create(**ask, stream=True)  # type: ignore[call-overload]
            chunks = [chunk async for chunk in streamed]
            assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "We open at nine. "
            assert [chunk.model_extra.get("comity") for chunk in chunks if chunk.choices[0].finish_reason] == [
                {"receipt": "memory001.2"}
            ]
            assert all("comity" not in chunk.model_extra for chunk in chunks[:-1])
            assert house.upstream.connections == 1  # kept alive

    run(main())


def test_every_byte_is_committed_as_it_was_sent_and_received() -> None:
    async def main() -> None:
        async with House() as house:
            for streams in (False, True):
                house.log.kept.clear()
                house.log._intents.clear()
                house.log._durable = 0
                response = await house.ask(stream=streams)
                intent, outcome = house.log.kept
                nonce = bytes.fromhex(intent.content["nonce"])
                sent = house.upstream.requests[-1]

                def holds(role: str, data: bytes, nonce: bytes = nonce) -> str:
                    return commit(opening(TENANT.salt, nonce, role), data)  # type: ignore[arg-type]

                asked = sent.body.replace(b'"served"', b'"civic"')
                assert intent.content["request"] == holds("request", asked)
                assert intent.content["bytes"] == len(asked)
                assert outcome.content["response"] == holds("response", response.body)
                assert outcome.content["bytes"] == len(response.body)
                assert outcome.content["upstream"]["request"] == holds("upstream-request", sent.body)
                if streams:
                    upstream = b"".join(events(["Yes. "]))
                    assert outcome.content["upstream"]["response"] == holds("upstream-response", upstream)
                    assert response.body.endswith(b"data: [DONE]\n\n")
                else:
                    assert "response" not in outcome.content["upstream"]
                    assert outcome.content["usage"] == {"prompt_tokens": 7, "completion_tokens": 3}
                assert outcome.content["finish"] == "stop"

    run(main())


def test_model_is_replaced_and_nothing_else_of_the_client_goes_upstream() -> None:
    async def main() -> None:
        async with House() as house:
            body = b'{ "messages":[{"role":"user","content":"x"}] , "model" : "civic","provider":{"only":["paris"]}}'
            await house.ask(body, headers="comity-purpose: general\r\ncookie: a=b\r\nx-forwarded-for: 10.0.0.1\r\n")
            request = house.upstream.requests[0]
            assert request.body == b'{ "messages":[{"role":"user","content":"x"}] , "model" : "served"}'
            assert request.headers["authorization"] == "Bearer up"
            assert set(request.headers) == {
                "host", "authorization", "accept", "accept-encoding", "content-type", "user-agent", "content-length",
            }  # fmt: skip
            assert house.gate.wishes[0].only == ("paris",)

    run(main())


def test_names_are_left_out_for_a_key_that_may_not_see_them() -> None:
    async def main() -> None:
        async with House() as house:
            import msgspec

            house.gate.tenants[b"sk-test"] = msgspec.structs.replace(TENANT, disclose="none")
            response = await house.ask()
            assert response.status == 200
            assert not {"comity-deployment", "comity-site"} & set(response.headers)

    run(main())


@pytest.mark.parametrize("closes", [False, True])
def test_a_whole_answer_in_chunks_gets_a_length(closes: bool) -> None:
    async def main() -> None:
        async with House() as house:
            body = completion("Até às cinco.")
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
            head += b"connection: close\r\n\r\n" if closes else b"\r\n"
            chunks = b"".join(b"%x\r\n%b\r\n" % (1, body[at : at + 1]) for at in range(len(body)))
            house.upstream.otherwise = raw(head + chunks + b"0\r\nx-trailer: y\r\n\r\n", keep=True)
            for _ in range(2):
                response = await house.ask()
                assert response.body == body
                assert response.headers["content-length"] == str(len(body))
            assert house.upstream.connections == (2 if closes else 1)

    run(main())


def test_observe_mode_is_marked_on_the_answer_and_in_the_entry() -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.mode = "observe"
            response = await house.ask()
            assert response.headers["comity-mode"] == "observe"
            assert house.log.kept[0].decision["mode"] == "observe"

    run(main())


def test_the_upstreams_own_refusal_of_the_request_passes_and_is_entered_as_rejected() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.upstream.answers.append(status(422, "too long", headers="retry-after: 9\r\n"))
            response = await house.ask()
            assert response.status == 422
            assert response.error["message"] == "too long"
            assert response.headers["retry-after"] == "9"
            assert house.log.kept[1].content["finish"] == "rejected"
            assert house.log.kept[1].content["status"] == 422
            assert not house.upstreams["lyon"].requests

    run(main())


def test_large_answers_flow_and_are_still_whole() -> None:
    async def main() -> None:
        async with House() as house:
            body = completion("x" * 3_000_000)
            house.upstream.answers.append(whole(body))
            response = await house.ask()
            assert response.complete
            assert response.body == body
            assert response.headers["transfer-encoding"] == "chunked"
            assert (await house.outcome()).content["finish"] == "stop"

    run(main())


def test_many_requests_at_once_and_in_turn_on_kept_connections() -> None:
    async def main() -> None:
        async with House(("paris", "lyon")) as house, house.client() as client:
            ask = {"model": "civic", "messages": [{"role": "user", "content": "When?"}]}
            for _ in range(3):
                await asyncio.gather(*(client.chat.completions.create(**ask) for _ in range(20)))  # type: ignore[call-overload]
            assert len(house.outcomes()) == 60
            assert house.port.counts.answered == 60
            served = [len(upstream.requests) for upstream in house.upstreams.values()]
            assert all(count > 10 for count in served)  # by load, inside the tier

    run(main())


def test_a_client_of_http_1_0_gets_an_answer_that_ends_with_its_connection() -> None:
    async def main() -> None:
        async with House() as house:
            wire = await house.connect()
            body = b'{"model":"civic","messages":[{"role":"user","content":"x"}],"stream":true}'
            await wire.send(
                b"POST /v1/chat/completions HTTP/1.0\r\nx-api-key: sk-test\r\ncontent-length: %d\r\n\r\n%b"
                % (len(body), body)
            )
            response = await wire.response()
            assert response.headers["connection"] == "close"
            assert response.body.endswith(b"data: [DONE]\n\n")
            wire.close()

    run(main())


def test_a_stream_may_come_though_none_was_asked_for() -> None:
    async def main() -> None:
        async with House() as house:
            house.upstream.answers.append(stream(events(["a", "b"])))
            response = await house.ask()
            assert response.headers["content-type"] == "text/event-stream"
            assert response.body.endswith(b"data: [DONE]\n\n")

    run(main())
