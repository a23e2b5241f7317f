"""Explain, law test, law diff and prove over the control port of a real gateway, and what its log would have come to."""

import asyncio
import json

from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.law import toy
from tests.runtime.stacks import two_upstreams
from tests.runtime.test_gateway_limits import asked, call

CASES = """
- says: an American site, before no law at all
  on: 2026-11-23
  case: {controller: FR, subjects: [FR], data: [health], purpose: general}
  at: {site: US, operator: US}
  verdict: permit
"""


def test_the_law_in_force_answers_over_http(tmp_path):
    async def walk():
        async with Upstream(chat("At nine.")) as first:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, first.url), workers=1)
            counsel = gateway.new_key("--role", "counsel")
            desk = gateway.new_key("--app", "desk")
            async with gateway:
                for _ in range(3):
                    assert (await asked(gateway, desk)).status_code == 200
                await asyncio.to_thread(ask, gateway, counsel)

    asyncio.run(walk())


def ask(gateway, key):
    def post(page, body):
        return call(gateway, "POST", f"/admin/{page}", key, body)

    status, found = post("explain", {"app": "desk"})
    assert status == 200
    explained = found["explanations"][0]
    assert explained["placed"] and explained["note"].endswith("Not legal advice.")
    status, again = post("explain", {"case": explained["case"], "as_of": "2027-06-01"})
    assert status == 200 and again["explanations"][0]["case"] == explained["case"]
    name = explained["deployments"][0]["deployment"]
    assert post("explain", {"app": "desk", "why_not": name})[1]["why_not"]["forbids"] == []
    for wrong in ({}, {"app": "nobody"}, {"app": "desk", "data": ["helth"]}, {"app": "desk", "colour": 1}):
        status, said = post("explain", wrong)
        assert status == 422 and said["error"]["message"]

    broken = {**toy.FILES, "rules.cedar": toy.RULES.replace("eu.art28", "eu.art82")}
    status, found = post("law/test", {"pack": "toy", "files": toy.FILES})
    assert status == 200 and found["holds"] and found["trials"][0]["cases"] == 7
    status, found = post("law/test", {"pack": "toy", "files": broken})
    assert status == 200 and not found["holds"] and "eu.art82" in found["trials"][0]["problems"][0]
    status, found = post("law/test", {"cases": CASES, "law": ["eu.gdpr"]})
    assert status == 200 and not found["holds"] and "eu.gdpr/44-site" in " ".join(found["trials"][0]["problems"])
    assert post("law/test", {"cases": "- nonsense"})[0] == 422

    status, found = post("law/diff", {"packs": {"toy": toy.FILES}, "days": 1})
    assert status == 200 and {"toy/1"} <= {each["name"] for each in found["alterations"]}
    assert found["replayed"]["requests"] == 3
    status, found = post("law/diff", {"from": "2026-12-01", "to": "2026-12-03"})
    assert status == 200 and found["compared"]["classes"] >= 2
    assert post("law/diff", {"from": "2026-12-01"})[0] == 422

    status, found = post("prove", {"claims": ["never data:health at jurisdiction:US"]})
    assert status == 200 and found["proofs"]
    assert post("prove", {"claims": ["nonsense"]})[0] == 422


def test_a_log_says_what_would_have_been_placed_otherwise(tmp_path):
    async def walk():
        async with Upstream(chat("At nine.")) as first:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            gateway = Gateway(file, workers=1)
            desk = gateway.new_key("--app", "desk")
            async with gateway:
                for _ in range(4):
                    assert (await asked(gateway, desk)).status_code == 200
            await asyncio.to_thread(compare, gateway, file)

    asyncio.run(walk())


def compare(gateway, file):
    def diff(other, *more):
        said = gateway.comity("law", "diff", str(file), str(other), "--log", str(gateway.state), "--json", *more)
        return json.loads(said)["replayed"]

    changed = file.with_name("changed.yaml")
    changed.write_text(file.read_text().replace("price: {input: 1, output: 1}", "price: {input: 9, output: 9}"))
    again = diff(changed, "--days", "1")
    assert (again["requests"], again["distinct"], again["otherwise"], again["unreadable"]) == (4, 1, 4, 0)
    (shift,) = again["shifts"]
    assert shift["outcome"] == "elsewhere" and (shift["left"], shift["right"]) == (["first"], ["second"])
    assert diff(file)["otherwise"] == 0
