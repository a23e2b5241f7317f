"""Two gateways that share a real PostgreSQL are one: keys, revocation, limits, budgets and usage."""

import asyncio
import json

from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.postgres import postgres
from tests.runtime.stacks import two_upstreams
from tests.runtime.test_gateway_limits import asked

__all__ = ["postgres"]


def test_two_hosts_are_one(postgres, tmp_path, until, monkeypatch):
    monkeypatch.setenv("CONTROL_STATE", postgres.fresh())

    def host(name, upstream):
        file = two_upstreams(tmp_path / name, upstream.url, upstream.url)
        file.write_text(file.read_text() + "database: env:CONTROL_STATE\n")
        return Gateway(file, workers=2)

    async def walk():
        async with Upstream(chat("At nine.")) as upstream:
            one, two = host("one", upstream), host("two", upstream)
            few = one.new_key("--app", "desk", "--limit", "requests_per_minute=20")
            doomed = json.loads(two.comity("keys", "new", "--app", "desk", "--json"))
            auditor = two.new_key("--role", "auditor")
            async with one, two:
                assert not (one.state / "keys.db").exists()
                answers = await asyncio.gather(*(asked((one, two)[n % 2], few) for n in range(50)))
                passed = [answer.status_code for answer in answers].count(200)
                assert 18 <= passed <= 22, passed  # 20, and what a second or two fill
                assert all(answer.status_code in (200, 429) for answer in answers)

                assert (await asked(one, doomed["key"])).status_code == 200
                two.comity("keys", "revoke", doomed["id"])

                async def dead_everywhere():
                    return {(await asked(each, doomed["key"])).status_code for each in (one, two) * 4} == {401}

                await until(dead_everywhere)

                postgres.stop()
                try:
                    assert (await asked(one, auditor)).status_code != 401  # what was known stays known
                    assert (await one.get("/metrics"))[0] == 200
                finally:
                    postgres.start()
                added = two.new_key("--app", "front")

                async def known():
                    return (await asked(one, added)).status_code == 200

                await until(known)

    asyncio.run(walk())
