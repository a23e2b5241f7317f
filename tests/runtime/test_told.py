"""Whoever is told of requests hears figures and names; content, keys and persons reach nobody."""

import asyncio
import base64
import hashlib
import hmac
import json
import subprocess
from pathlib import Path

import openai
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from comity.testing.gateway import COMITY, Gateway
from comity.testing.upstream import Upstream, chat, status, whole
from tests.law import toy
from tests.runtime.stacks import two_upstreams

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
PROMPT = "Amelie Dupont has the flu."
ANSWER = "Let Amelie rest."
ASK = {"model": "small", "messages": [{"role": "user", "content": PROMPT}], "user": "amelie@example.com"}


def with_lines(file: Path, *lines: str) -> None:
    file.write_text("\n".join((file.read_text().rstrip(), *lines, "")))


def client(gateway, key):
    return openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0)


def nothing_private(text: str, *keys: str) -> None:
    for private in ("Amelie", "amelie", "Dupont", "flu", "rest.", *keys):
        assert private not in text


def signed(request) -> bool:
    said = request.headers
    text = f"{said['webhook-id']}.{said['webhook-timestamp']}.".encode() + request.body
    wanted = base64.b64encode(hmac.digest(b"k" * 32, text, hashlib.sha256)).decode()
    return said["webhook-signature"] == f"v1,{wanted}"


def core_limits(pid: int) -> list[str]:
    """How large a core dump of the process may become; Linux alone tells."""
    limits = Path(f"/proc/{pid}/limits")
    lines = limits.read_text().splitlines() if limits.exists() else []
    return next((line.split()[4:6] for line in lines if line.startswith("Max core file size")), [])


def test_a_hook_hears_of_each_request_without_its_content_and_again_when_it_was_away(tmp_path, until, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)

    async def main():
        async with Upstream(chat(ANSWER)) as first, Upstream(whole(b"{}")) as hook:
            hook.answers.append(status(503))
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            with_lines(
                file,
                f'hooks: {{audit: {{url: "http://127.0.0.1:{hook.port}/in", site: paris, key: env:HOOK_SECRET}}}}',
                "aliases: {'anything-*': [small]}",
            )
            gateway = Gateway(file)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                async with client(gateway, key) as ours:
                    raw = await ours.chat.completions.with_raw_response.create(**ASK)

                async def told() -> bool:
                    return len(hook.requests) >= 2

                await until(told)
                refused, taken = hook.requests[:2]
                assert refused.headers["webhook-id"] == taken.headers["webhook-id"]
                assert signed(refused) and signed(taken) and taken.line == "POST /in HTTP/1.1"
                (record,) = taken.document["records"]
                assert record["receipt"] == raw.headers["comity-receipt"]
                assert (record["event"], record["application"], record["deployment"]) == ("outcome", "desk", "first")
                assert record["usage"] == {"input_tokens": 7, "output_tokens": 3}
                assert record["cost"] == {"amount": 10_000, "currency": "EUR"}
                assert record["status"] == 200 and record["finish"] == "stop" and record["model"] == "small"
                nothing_private(taken.body.decode(), key)
                async with client(gateway, key) as ours:
                    await ours.chat.completions.create(**{**ASK, "model": "anything-Amelie"})

                async def again() -> bool:
                    return len(hook.requests) >= 3

                await until(again)
                assert hook.requests[2].document["records"][0]["model"] == "other"
                nothing_private(hook.requests[2].body.decode(), key)
                (shown,) = (await gateway.status(operator))["told"]
                assert (shown["name"], shown["sent"], shown["dropped"], shown["trouble"]) == ("hook:audit", 2, 0, None)
                metrics = (await gateway.get("/metrics"))[2].decode()
                assert 'comity_told_total{to="hook:audit"} 2' in metrics
                assert 'comity_tokens_total{application="desk",direction="input"} 14' in metrics
                assert 'comity_cost_total{application="desk",currency="EUR"} 2e-05' in metrics
                assert 'comity_upstream_attempts_total{deployment="first",result="ok"} 2' in metrics
                assert "comity_request_duration_seconds_count 2" in metrics
                nothing_private(metrics, key, operator)

    asyncio.run(main())


def test_a_hook_is_a_hop_and_hears_nothing_of_an_application_whose_law_forbids_its_site(tmp_path, until):
    pack = tmp_path / "gw" / "packs" / "toy"
    pack.mkdir(parents=True)
    for name, text in toy.FILES.items():
        (pack / name).write_text(text)

    async def main():
        async with Upstream(chat(ANSWER)) as first, Upstream(whole(b"{}")) as hook:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            text = file.read_text().replace("law: []", "law: [toy]")
            text = text.replace("sites:\n", "sites:\n  there: {jurisdiction: BR, operator: acme}\n")
            text += (
                "  clinic: {controller: acme, purpose: general, data: [personal], subjects: [XX], output_used_in: []}\n"
            )
            file.write_text(text.replace("subjects: [XX]", "subjects: [FR]"))
            with_lines(file, f'hooks: {{audit: {{url: "http://127.0.0.1:{hook.port}/in", site: there}}}}')
            gateway = Gateway(file)
            desk, clinic = gateway.new_key("--app", "desk"), gateway.new_key("--app", "clinic")
            operator = gateway.new_key("--role", "operator")
            async with gateway:
                async with client(gateway, clinic) as theirs:
                    await theirs.chat.completions.create(**ASK)
                async with client(gateway, desk) as ours:
                    await ours.chat.completions.create(**ASK)

                async def told() -> bool:
                    (shown,) = (await gateway.status(operator))["told"]
                    return shown["sent"] == 1 and shown["withheld"] == 1

                await until(told)
                (shown,) = (await gateway.status(operator))["told"]
                assert shown["withheld_applications"] == ["clinic"]
                told_of = [each["application"] for request in hook.requests for each in request.document["records"]]
                assert told_of == ["desk"]
                # what a request's headers add can only take away
                async with client(gateway, desk) as ours:
                    await ours.chat.completions.create(**ASK, extra_headers={"Comity-Data": "personal"})

                async def withheld() -> bool:
                    (shown,) = (await gateway.status(operator))["told"]
                    return shown["withheld"] == 2

                await until(withheld)

    asyncio.run(main())


def test_telemetry_speaks_the_conventions_and_no_content(tmp_path, until):
    async def main():
        async with Upstream(chat(ANSWER)) as first, Upstream(whole(b"", content_type="application/x-protobuf")) as sink:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            with_lines(file, f'telemetry: {{otlp: "http://127.0.0.1:{sink.port}", site: paris, every: 0.5}}')
            gateway = Gateway(file)
            key = gateway.new_key("--app", "desk")
            async with gateway:
                trace, parent = "ab" * 16, "cd" * 8
                async with client(gateway, key) as ours:
                    traced = {"traceparent": f"00-{trace}-{parent}-01"}
                    await ours.chat.completions.create(**ASK, extra_headers=traced)
                assert "traceparent" not in first.requests[0].headers

                def heard(path: str) -> list[bytes]:
                    return [each.body for each in sink.requests if each.line.startswith(f"POST {path} ")]

                async def told() -> bool:
                    return bool(heard("/v1/traces")) and any(b"gen_ai" in body for body in heard("/v1/metrics"))

                await until(told)
                spans = ExportTraceServiceRequest.FromString(heard("/v1/traces")[0])
                (span,) = spans.resource_spans[0].scope_spans[0].spans
                said = {each.key: each.value for each in span.attributes}
                assert span.name == "chat small"
                assert (span.trace_id.hex(), span.parent_span_id.hex()) == (trace, parent)
                assert said["gen_ai.operation.name"].string_value == "chat"
                assert said["gen_ai.provider.name"].string_value == "acme"
                assert said["gen_ai.request.model"].string_value == "small"
                assert said["gen_ai.usage.input_tokens"].int_value == 7
                assert said["gen_ai.usage.output_tokens"].int_value == 3
                assert said["gen_ai.response.finish_reasons"].array_value.values[0].string_value == "stop"
                assert said["comity.application"].string_value == "desk"
                last = next(body for body in reversed(heard("/v1/metrics")) if b"gen_ai" in body)
                metrics = ExportMetricsServiceRequest.FromString(last)
                names = {each.name for each in metrics.resource_metrics[0].scope_metrics[0].metrics}
                assert {"gen_ai.client.operation.duration", "gen_ai.client.token.usage"} <= names
                assert "authorization" not in sink.requests[0].headers
                for request in sink.requests:
                    nothing_private(request.body.decode("latin-1"), key)

    asyncio.run(main())


def test_a_sink_that_is_away_stops_nobody(tmp_path, until):
    async def main():
        async with Upstream(chat(ANSWER)) as first:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            with_lines(file, 'hooks: {audit: {url: "http://127.0.0.1:9/in", site: paris}}')
            gateway = Gateway(file)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                async with client(gateway, key) as ours:
                    for _ in range(20):
                        await ours.chat.completions.create(**ASK)

                async def in_trouble() -> bool:
                    (shown,) = (await gateway.status(operator))["told"]
                    return bool(shown["trouble"])

                await until(in_trouble)
            assert await gateway.end(15) == 0

    asyncio.run(main())


def test_lines_are_json_when_asked_for_and_tell_nothing_private(tmp_path):
    async def main():
        async with Upstream(chat(ANSWER)) as first:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            key = Gateway(file).new_key("--app", "desk")
            command = (*COMITY, "serve", "-c", str(file), "--json", "--port", "0", "--control-port", "0")
            process = await asyncio.create_subprocess_exec(
                *command, "--log-format", "json", "--access-log", stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            served = json.loads(await process.stdout.readline())
            assert core_limits(process.pid) in (["0", "0"], [])
            url = "http://{}:{}/v1".format(*served["data"])
            async with openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0) as ours:
                await ours.chat.completions.create(**ASK)
                await ours.chat.completions.create(**ASK, stream=True)
            process.terminate()
            _, errors = await process.communicate()
            lines = [json.loads(line) for line in errors.decode().splitlines()]
            requests = [line for line in lines if line["event"] == "request"]
            assert len(requests) == 2 and all(line["time"].endswith("Z") for line in lines)
            assert requests[0]["application"] == "desk" and requests[0]["usage"]["input_tokens"] == 7
            nothing_private(errors.decode(), key)

    asyncio.run(main())
