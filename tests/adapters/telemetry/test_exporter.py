"""The SDK's exporters go where they are told and nowhere else; what was not taken is counted."""

import asyncio

from msgspec.structs import replace

from comity.adapters.telemetry import Exporter
from comity.adapters.telemetry.conventions import attributes, dimensions, error_type, span_name
from comity.relay.finished import Finished
from comity.testing.upstream import Upstream, status, whole

ANSWERED = Finished(
    "outcome", "s.1", "desk", "k1", (), (), (), "responses", True, "small", "first", "small-2506", "gpu.example", 443,
    200, "stop", 1_000, 1_250, 2_000, 1, False, 7, 3, 100, "EUR",
)  # fmt: skip


def sent(answer, records=3):
    """How many spans a sink that answers so took and lost, and what it and its neighbour heard."""

    async def main():
        async with Upstream(whole(b"")) as neighbour, Upstream(answer(neighbour)) as sink:

            def work():
                exporter = Exporter(f"http://127.0.0.1:{sink.port}", "hush", "test.example", 3600)
                for _ in range(records):
                    exporter.enter(ANSWERED, "small", "acme")
                outcome = exporter.send()
                exporter.close()
                return outcome

            return await asyncio.to_thread(work), sink.requests, neighbour.requests

    return asyncio.run(main())


def test_spans_and_metrics_are_sent_with_the_token(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    outcome, heard, _ = sent(lambda neighbour: whole(b""))
    assert outcome == (3, 0)
    assert {request.line.split()[1] for request in heard} == {"/v1/traces", "/v1/metrics"}
    assert all(request.headers["authorization"] == "Bearer hush" for request in heard)


def test_what_is_refused_is_lost_and_counted():
    assert sent(lambda neighbour: status(400))[0] == (0, 3)


def test_a_redirect_is_not_followed():
    outcome, _, elsewhere = sent(lambda neighbour: whole(b"", code=307, headers=f"location: {neighbour.url}\r\n"))
    assert outcome == (0, 3) and elsewhere == []


def test_a_record_in_the_words_of_the_conventions():
    said = attributes(ANSWERED, "small", "acme")
    assert span_name(ANSWERED, "small") == "chat small"
    assert said["gen_ai.response.model"] == "small-2506" and said["gen_ai.response.time_to_first_chunk"] == 0.25
    assert said["server.address"] == "gpu.example" and said["comity.cost.nano"] == 100
    assert "error.type" not in said and error_type(ANSWERED) == ""
    assert error_type(replace(ANSWERED, finish="aborted")) == "aborted"
    assert error_type(replace(ANSWERED, event="denial", finish="")) == "denied"
    assert error_type(replace(ANSWERED, finish="rejected")) == ""
    rerank = replace(ANSWERED, surface="rerank", input_tokens=-1, output_tokens=-1, cost=-1, deployment="", host="")
    assert dimensions(rerank, "small", "acme")["gen_ai.operation.name"] == "rerank"
    assert not {"gen_ai.usage.input_tokens", "comity.cost.nano", "server.address"} & attributes(rerank, "s", "a").keys()
