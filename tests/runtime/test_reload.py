"""A gateway of two workers whose stack is changed under load: nobody notices but those whom the change concerns."""

import asyncio
import json
import signal
from collections import Counter

import openai
import pytest

from comity.adapters.ledger import entries, shards
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat, events, raw, slow, stream
from tests.law import toy
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "When does the library open?"}]}


def client(gateway, key):
    return openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0)


class Load:
    """Requests one after the other on several connections, until it is told to end."""

    def __init__(self, gateway, key, lanes=4):
        self.said = Counter()
        self.failed = []
        self._ending = False
        self._tasks = [asyncio.create_task(self._lane(gateway, key)) for _ in range(lanes)]

    async def _lane(self, gateway, key):
        async with client(gateway, key) as ours:
            while not self._ending:
                try:
                    answer = await ours.chat.completions.create(**ASK)
                except openai.APIError as error:
                    self.failed.append(repr(error))
                else:
                    self.said[answer.choices[0].message.content] += 1
                await asyncio.sleep(0.005)

    async def end(self):
        self._ending = True
        await asyncio.gather(*self._tasks)
        return self.said


def outside_the_placement(state):
    """Attempts at a deployment that the placement of their intent does not hold; there must be none."""
    found = []
    for shard in shards(state):
        held = {}
        for index, entry in enumerate(entries(state, shard)):
            decision = json.loads(entry.decision)
            if entry.kind == "intent":
                held[index] = {name for tier in decision["tiers"] for name in tier}
            elif entry.kind == "outcome":
                intent = json.loads(entry.party)["intent"]
                found += [each for each in decision["attempts"] if each["deployment"] not in held[intent]]
    return found


def realms(state):
    """Digests of the realms under which intents were made."""
    return {
        json.loads(entry.decision)["realm"]
        for shard in shards(state)
        for entry in entries(state, shard)
        if entry.kind == "intent"
    }


async def in_force(gateway, operator):
    status = await gateway.status(operator)
    return status["realm"]["digest"], {worker["realm"] for worker in status["workers"]}


def edit(file, was, now, *, rename=False):
    text = file.read_text()
    assert was in text
    if rename:
        other = file.with_name("new.yaml")
        other.write_text(text.replace(was, now))
        other.rename(file)
    else:
        file.write_text(text.replace(was, now))


def test_a_stack_is_edited_under_load_and_no_request_fails(tmp_path, until):
    async def main():
        async with Upstream(chat("first")) as first, Upstream(chat("second")) as second:
            file = two_upstreams(tmp_path / "gw", first.url, second.url)
            gateway = Gateway(file, workers=2)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                before, _ = await in_force(gateway, operator)
                load = Load(gateway, key)

                async def replaced() -> bool:
                    digest, workers = await in_force(gateway, operator)
                    return digest != before and workers == {digest}

                # in place, noticed by itself: the first is dearer now, so the second is asked
                edit(file, "price: {input: 1, output: 1}", "price: {input: 3, output: 3}")
                await until(replaced)
                load.said.clear()

                async def moved() -> bool:
                    if load.said["first"]:  # what was under way when the realm was replaced
                        load.said.clear()
                    return load.said["second"] > 20

                await until(moved)
                # by rename, and back
                before, _ = await in_force(gateway, operator)
                edit(file, "price: {input: 3, output: 3}", "price: {input: 1, output: 1}", rename=True)
                await until(replaced)
                load.said.clear()

                async def back() -> bool:
                    if load.said["second"]:
                        load.said.clear()
                    return load.said["first"] > 20

                await until(back)
                await load.end()
                assert load.failed == []
            assert outside_the_placement(gateway.state) == []
            assert len(realms(gateway.state)) == 2

    asyncio.run(main())


def test_a_bad_file_is_refused_with_all_its_problems_and_the_old_realm_serves_on(tmp_path):
    async def main():
        async with Upstream(chat("first")) as first, Upstream(chat("second")) as second:
            file = two_upstreams(tmp_path / "gw", first.url, second.url)
            gateway = Gateway(file)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            auditor = gateway.new_key("--role", "auditor")
            async with gateway:
                before, _ = await in_force(gateway, operator)
                edit(file, "site: paris, url", "site: nowhere, stie: 1, url")
                code, _, body = await gateway.ask("POST", "/admin/reload", operator)
                refusal = json.loads(body)
                assert code == 422 and refusal["realm"] == before
                assert len(refusal["error"]["problems"]) == 2 and "nowhere" in body.decode()
                edit(file, "site: nowhere, stie: 1, url", "site: paris, url")
                edit(file, "origin: test.example/gateway", "origin: test.example/other")
                code, _, body = await gateway.ask("POST", "/admin/reload", operator)
                assert code == 422 and "cannot change while the gateway runs" in body.decode()
                assert (await gateway.ask("POST", "/admin/reload", auditor))[0] == 403
                assert (await gateway.ask("POST", "/admin/reload", key))[0] == 403
                assert (await gateway.ask("POST", "/admin/reload"))[0] == 401
                status = await gateway.status(operator)
                assert status["reload"]["result"] == "refused" and status["realm"]["digest"] == before
                assert all(worker["fault"] == "" for worker in status["workers"])
                async with client(gateway, key) as ours:
                    assert (await ours.chat.completions.create(**ASK)).choices[0].message.content == "first"
                edit(file, "origin: test.example/other", "origin: test.example/gateway")
                code, _, body = await gateway.ask("POST", "/admin/reload", operator)
                assert code == 200 and json.loads(body)["taken"]

    asyncio.run(main())


def test_a_hundred_hangups_are_no_storm(tmp_path, until):
    async def main():
        async with Upstream(chat("first")) as first, Upstream(chat("second")) as second:
            file = two_upstreams(tmp_path / "gw", first.url, second.url)
            gateway = Gateway(file, workers=2)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                before, _ = await in_force(gateway, operator)
                load = Load(gateway, key)
                for number in range(100):
                    if number == 50:
                        edit(file, "price: {input: 1, output: 1}", "price: {input: 3, output: 3}")
                    gateway.signal(signal.SIGHUP)
                    await asyncio.sleep(0.01)

                async def replaced() -> bool:
                    digest, workers = await in_force(gateway, operator)
                    return digest != before and workers == {digest}

                await until(replaced)
                await load.end()
                assert load.failed == [] and sum(load.said.values()) > 0
                assert all(worker["restarts"] == 0 for worker in (await gateway.status(operator))["workers"])
            assert outside_the_placement(gateway.state) == []

    asyncio.run(main())


def test_a_pack_and_a_key_and_a_deployment_change(tmp_path, until, monkeypatch):
    pack = tmp_path / "gw" / "packs" / "toy"
    pack.mkdir(parents=True)
    for name, text in toy.FILES.items():
        (pack / name).write_text(text)

    async def main():
        async with (
            Upstream(chat("first")) as first,
            Upstream(chat("second")) as second,
            Upstream(chat("third")) as third,
        ):
            file = two_upstreams(tmp_path / "gw", first.url, second.url)
            edit(file, "law: []", "law: [toy]")
            edit(file, 'url: "' + first.url, 'key: "file:secret", url: "' + first.url)
            (file.parent / "secret").write_text("old-key")
            gateway = Gateway(file, workers=2)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                load = Load(gateway, key, lanes=2)
                before, _ = await in_force(gateway, operator)
                (pack / "rules.cedar").write_text((pack / "rules.cedar").read_text() + "\n// read again\n")

                async def another_realm() -> bool:
                    digest, workers = await in_force(gateway, operator)
                    return digest != before and workers == {digest}

                await until(another_realm)
                (file.parent / "secret").write_text("new-key")

                async def new_key() -> bool:
                    return first.requests[-1].headers["authorization"] == "Bearer new-key"

                await until(new_key)
                more = f'  third: {{model: small, site: lyon, url: "{third.url}", price: {{input: 0, output: 0}}}}\n'
                edit(file, "applications:", more + "applications:")

                async def third_answers() -> bool:
                    return load.said["third"] > 0

                await until(third_answers)
                edit(file, more, more.replace("model: small", "draining: true, model: small"))
                code, _, _ = await gateway.ask("POST", "/admin/reload", operator)
                assert code == 200
                load.said.clear()

                async def third_rests() -> bool:
                    return load.said["first"] > 20

                await until(third_rests)
                await load.end()
                assert load.failed == []
            assert outside_the_placement(gateway.state) == []

    asyncio.run(main())


def test_a_placement_of_the_old_realm_ends_where_it_began(tmp_path, until):
    async def main():
        gate = asyncio.Event()
        async with Upstream(chat("first")) as first, Upstream(chat("second")) as second:
            file = two_upstreams(tmp_path / "gw", first.url, second.url)
            gateway = Gateway(file)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway, client(gateway, key) as ours:
                first.answers.append(stream(events(["Once ", "upon "]), gate=gate, after=1))
                story = await ours.chat.completions.create(**ASK, stream=True)
                assert (await anext(story)).choices[0].delta.content == "Once "
                text = file.read_text()
                file.write_text("".join(line for line in text.splitlines(True) if "  first:" not in line))
                code, _, _ = await gateway.ask("POST", "/admin/reload", operator)
                assert code == 200
                answer = await ours.chat.completions.create(**ASK)
                assert answer.choices[0].message.content == "second"
                gate.set()
                assert await anext(chunk.choices[0].delta.content async for chunk in story) == "upon "
            assert outside_the_placement(gateway.state) == []

    asyncio.run(main())


def test_a_retry_of_an_old_placement_goes_to_the_old_address(tmp_path, until):
    async def main():
        gate = asyncio.Event()
        async with Upstream() as first, Upstream(chat("second")) as second, Upstream(chat("third")) as third:
            first.answers.append(slow(raw(b""), gate))
            file = two_upstreams(tmp_path / "gw", first.url, second.url)
            gateway = Gateway(file)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway, client(gateway, key) as ours:
                asked = asyncio.create_task(ours.chat.completions.create(**ASK))
                await first.arrived.wait()
                # another realm, in which the first is gone and the second lies elsewhere
                text = file.read_text().replace(second.url, third.url)
                file.write_text("".join(line for line in text.splitlines(True) if "  first:" not in line))
                assert (await gateway.ask("POST", "/admin/reload", operator))[0] == 200
                gate.set()  # the first closes the connection without a word
                assert (await asked).choices[0].message.content == "second"
                answer = await ours.chat.completions.create(**ASK)
                assert answer.choices[0].message.content == "third"
            assert outside_the_placement(gateway.state) == []

    asyncio.run(main())


def test_an_embedded_node_comes_and_goes_with_the_stack(tmp_path, until):
    async def main():
        async with Upstream(chat("first")) as first:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            plain = file.read_text()
            gateway = Gateway(file)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                node = '  inside: {model: civic-tiny, site: paris, url: "embedded:civic-tiny"}\n'
                edit(file, "applications:", node + "applications:")
                assert (await gateway.ask("POST", "/admin/reload", operator))[0] == 200
                async with client(gateway, key) as ours:
                    answer = await ours.chat.completions.create(**{**ASK, "model": "civic-tiny"}, max_tokens=8)
                    assert answer.choices[0].message.content
                    assert len((await gateway.status(operator))["nodes"]) == 1
                    file.write_text(plain.replace("applications:", node.replace('tiny"', 'huge"') + "applications:"))
                    code, _, body = await gateway.ask("POST", "/admin/reload", operator)
                    assert code == 422 and b"civic-huge" in body
                    file.write_text(plain)
                    assert (await gateway.ask("POST", "/admin/reload", operator))[0] == 200
                    assert (await gateway.status(operator))["nodes"] == []
                    with pytest.raises(openai.NotFoundError):
                        await ours.chat.completions.create(**{**ASK, "model": "civic-tiny"}, max_tokens=8)

    asyncio.run(main())


def test_what_was_edited_while_the_gateway_started_is_noticed(tmp_path, until):
    async def main():
        async with Upstream(chat("first")) as first, Upstream(chat("second")) as second:
            file = two_upstreams(tmp_path / "gw", first.url, second.url)
            gateway = Gateway(file)
            operator = gateway.new_key("--role", "operator")
            async with gateway:
                before, _ = await in_force(gateway, operator)
                edit(file, "price: {input: 1, output: 1}", "price: {input: 3, output: 3}")  # at once

                async def replaced() -> bool:
                    return (await in_force(gateway, operator))[0] != before

                await until(replaced)

    asyncio.run(main())
