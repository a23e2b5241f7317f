"""Two workers, real clients: limits hold across workers and keys die on all of them."""

import asyncio
import json
import urllib.error
import urllib.request

import openai

from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "When?"}], "max_tokens": 5}


def client(gateway, key):
    return openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0)


async def asked(gateway, key, **more):
    """One request over a connection of its own, so that whichever worker the kernel chooses takes it."""
    async with client(gateway, key) as ours:
        try:
            return await ours.chat.completions.with_raw_response.create(**ASK, **more)
        except openai.APIStatusError as refused:
            return refused.response


def call(gateway, method, path, key="", body=None, host=None):
    address, port = gateway.first["control"]
    headers = {"authorization": f"Bearer {key}", **({"host": host} if host else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{address}:{port}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())


def test_limits_hold_across_workers_and_say_when_there_is_more(tmp_path, until):
    async def walk():
        async with Upstream(chat("At nine.")) as first, Upstream(chat("At ten.")) as second:
            third = f'  third: {{model: civic-tiny, site: paris, url: "{first.url}"}}'
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, second.url, third), workers=2)
            few = gateway.new_key("--app", "desk", "--limit", "requests_per_minute=12")
            poor = gateway.new_key("--app", "desk", "--budget", "session tokens=40")
            narrow = gateway.new_key("--app", "desk", "--model", "civic-tiny")
            doomed = json.loads(gateway.comity("keys", "new", "--app", "desk", "--json"))
            async with gateway:
                answers = await asyncio.gather(*(asked(gateway, few) for _ in range(20)))
                statuses = [answer.status_code for answer in answers]
                assert statuses.count(200) in (12, 13) and statuses.count(429) == 20 - statuses.count(200)
                limited = next(answer for answer in answers if answer.status_code == 429)
                assert limited.json()["error"]["code"] == "rate_limit_exceeded"
                assert 1 <= int(limited.headers["retry-after"]) <= 60
                assert limited.headers["x-ratelimit-limit-requests"] == "12"
                served = next(answer for answer in answers if answer.status_code == 200)
                assert served.headers["x-ratelimit-limit-requests"] == "12"
                assert len(first.requests) == statuses.count(200)

                session = {"extra_headers": {"comity-session": "agent-1"}}
                spent = [(await asked(gateway, poor, **session)).status_code for _ in range(8)]
                assert spent[0] == 200 and spent[-1] == 429
                assert (await asked(gateway, poor, extra_headers={"comity-session": "agent-2"})).status_code == 200
                refused = await asked(gateway, poor, **session)
                assert refused.json()["error"]["code"] == "budget_exceeded"

                assert (await asked(gateway, narrow)).status_code == 404
                async with client(gateway, narrow) as ours:
                    assert [model.id for model in (await ours.models.list()).data] == ["civic-tiny"]

                assert (await asked(gateway, doomed["key"])).status_code == 200
                gateway.comity("keys", "revoke", doomed["id"])

                async def dead_on_both():
                    return {(await asked(gateway, doomed["key"])).status_code for _ in range(12)} == {401}

                await until(dead_on_both)

    asyncio.run(walk())


def test_limits_of_a_stack_that_is_read_again_hold_at_once(tmp_path, until):
    async def walk():
        async with Upstream(chat("At nine.")) as first:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            free = file.read_text()
            gateway = Gateway(file, workers=2)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                assert [(await asked(gateway, key)).status_code for _ in range(6)] == [200] * 6
                shared = "organisations:\n  acme: {limits: {requests_per_minute: 3}}\n"
                file.write_text(free.replace("desk: {", "desk: {organisation: acme, ") + shared)
                await reload(gateway, operator)
                assert [(await asked(gateway, key)).status_code for _ in range(6)] == [200] * 3 + [429] * 3
                file.write_text(free)
                await reload(gateway, operator)
                assert [(await asked(gateway, key)).status_code for _ in range(6)] == [200] * 6
                file.write_text(free.replace("desk: {", "desk: {organisation: nobody, "))
                assert (await asyncio.to_thread(call, gateway, "POST", "/admin/reload", operator))[0] == 422

    asyncio.run(walk())


async def reload(gateway, key):
    assert (await asyncio.to_thread(call, gateway, "POST", "/admin/reload", key))[0] == 200
