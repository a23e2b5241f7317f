"""A realm that breaks a claim of its stack file never serves: not at the start, not after a reload, not by its date."""

import asyncio
import json

import pytest

from comity.terms.instants import end_of
from comity.terms.problems import Problems
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.runtime.stacks import two_upstreams
from tests.runtime.test_gate import LAST, STACK
from tests.runtime.test_realms import World
from tests.runtime.test_reload import ASK, client, edit, in_force

CLAIM = "never data:!personal at jurisdiction:US"


def test_a_reload_that_breaks_a_claim_is_refused_and_the_old_realm_serves_on(tmp_path):
    async def main():
        async with Upstream(chat("first")) as first, Upstream(chat("second")) as second:
            file = two_upstreams(tmp_path / "gw", first.url, second.url, f"claims: ['{CLAIM}']")
            gateway = Gateway(file)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                before, _ = await in_force(gateway, operator)
                edit(file, "paris: {jurisdiction: FR", "paris: {jurisdiction: US")
                code, _, body = await gateway.ask("POST", "/admin/reload", operator)
                refusal = json.loads(body)
                assert code == 422 and refusal["realm"] == before
                (problem,) = refusal["error"]["problems"]
                assert problem["where"] == "claims[0]" and "processed in US" in problem["found"]
                async with client(gateway, key) as ours:
                    assert (await ours.chat.completions.create(**ASK)).choices[0].message.content == "first"
                edit(file, CLAIM, "never data:personal")  # the file may stop claiming it
                code, _, body = await gateway.ask("POST", "/admin/reload", operator)
                assert code == 200 and json.loads(body)["realm"] != before

    asyncio.run(main())


def test_a_gateway_does_not_start_on_a_claim_that_does_not_hold(tmp_path):
    with pytest.raises(Problems, match=r"claims\[0\]: does not hold: on 2026-"):
        World(tmp_path, f"{STACK}claims: ['never data:!personal']\n")


def test_a_realm_that_breaks_a_claim_by_its_date_is_not_built(tmp_path):
    """What the calendar brings is refused like what a person writes; requests are refused from that date on."""
    world = World(tmp_path, f"{STACK}claims: ['always at-least 1 at certificate:HDS when app:desk']\n")
    world.now = end_of(LAST) - 1000
    said = asyncio.run(world.told())
    assert "claims[0]: does not hold" in said and "requests will be refused from its date on" in said
