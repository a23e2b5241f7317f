"""The admin API and bearer tokens of a real gateway; what is changed by hand is in the log."""

import asyncio
import json
import time

from comity.adapters.ledger import entries, shards
from comity.api.admin_table import ENTRIES
from comity.api.powers import POWERS
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.adapters.oidc.issuers import Issuer, token
from tests.runtime.stacks import two_upstreams
from tests.runtime.test_gateway_limits import asked, call


def test_roles_do_what_the_table_says_and_the_log_knows(tmp_path, until):
    async def walk():
        async with Upstream(chat("At nine.")) as first:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            gateway = Gateway(file, workers=2)
            roles = {role: gateway.new_key("--role", role) for role in ("owner", "operator", "auditor", "counsel")}
            desk = gateway.new_key("--app", "desk")
            async with gateway:
                await asyncio.to_thread(every_role_at_every_page, gateway, roles, desk)
                made = await asyncio.to_thread(keys_are_made_and_ended, gateway, roles)

                async def opens():
                    return (await asked(gateway, made["key"])).status_code == 200

                await until(opens)
                status, ended = await asyncio.to_thread(
                    call, gateway, "DELETE", f"/admin/keys/{made['id']}", roles["operator"]
                )
                assert status == 200 and not ended["live"]

                async def dead():
                    return (await asked(gateway, made["key"])).status_code == 401

                await until(dead)
                await asked(gateway, desk)
                status, used = await asyncio.to_thread(call, gateway, "GET", "/admin/usage?by=key", roles["auditor"])
                assert {row["name"] for row in used["usage"]} >= {made["id"]}
                assert all(float(row["cost"]) > 0 for row in used["usage"])

                async def noted():
                    return any(each["action"] == "key.revoke" for each in audits(gateway))

                await until(noted)
                found = audits(gateway)
                assert ("key.revoke", made["id"]) in {(each["action"], each["target"]) for each in found}
                by = {each["actor"] for each in found if each["target"] == made["id"]}
                assert len(by) == 1 and "console" not in by
                assert made["key"] not in json.dumps(found)
            before = sorted((key["id"], key["live"]) for key in json.loads(gateway.comity("keys", "list", "--json")))
            (gateway.state / "keys.db").unlink()
            gateway.comity("keys", "rebuild")
            after = sorted((key["id"], key["live"]) for key in json.loads(gateway.comity("keys", "list", "--json")))
            assert before == after
            printed = gateway.comity("usage", "--by", "key", "--json")
            assert made["id"] in printed

    asyncio.run(walk())


def audits(gateway):
    """Every audit entry in the log, its blocks as one."""
    return [
        {**json.loads(entry.party), **json.loads(entry.decision), **json.loads(entry.content)}
        for shard in shards(gateway.state)
        for entry in entries(gateway.state, shard)
        if entry.kind == "audit"
    ]


def every_role_at_every_page(gateway, roles, desk):
    for entry in ENTRIES:
        path = entry.path.replace("{id}", "nobody")
        assert call(gateway, entry.method, path)[0] == 401
        assert call(gateway, entry.method, path, "sk-wrong")[0] == 401
        assert call(gateway, entry.method, path, desk)[0] == 403
        assert call(gateway, entry.method, path, roles["owner"], host="rebound.example")[0] == 421
        for role, key in roles.items():
            status, _ = call(gateway, entry.method, path, key)
            assert (status != 403) == (role in POWERS[entry.power]), (entry.path, role, status)
            assert status in {*entry.gives, 401, 403}
    assert call(gateway, "GET", "/admin/openapi.json", roles["counsel"])[1]["openapi"] == "3.1.0"
    assert call(gateway, "PUT", "/admin/keys", roles["owner"])[0] == 405


def keys_are_made_and_ended(gateway, roles):
    operator, owner = roles["operator"], roles["owner"]
    for wrong in (
        {},
        {"application": "desk", "role": "owner"},
        {"application": "nobody"},
        {"application": "desk", "models": ["nothing"]},
        {"application": "desk", "expires": 1},
        {"application": "desk", "limits": {"requests": 1}},
        {"application": "desk", "budgets": [{"per": "day"}]},
        {"role": "auditor", "limits": {"concurrent": 1}},
        {"application": "desk", "colour": "red"},
    ):
        assert call(gateway, "POST", "/admin/keys", owner, wrong)[0] in (409, 422), wrong
    assert call(gateway, "POST", "/admin/keys", operator, {"role": "owner"})[0] == 403
    status, auditor = call(gateway, "POST", "/admin/keys", owner, {"role": "auditor"})
    assert status == 201 and call(gateway, "GET", "/admin/keys", auditor["key"])[0] == 200
    assert call(gateway, "DELETE", f"/admin/keys/{auditor['id']}", operator)[0] == 403
    status, made = call(
        gateway, "POST", "/admin/keys", operator, {"application": "desk", "limits": {"requests_per_minute": 9}}
    )
    assert status == 201 and made["limits"]["requests_per_minute"] == 9
    _, listed = call(gateway, "GET", "/admin/keys", operator)
    assert made["id"] in {key["id"] for key in listed["keys"]} and made["key"] not in json.dumps(listed)
    return made


def test_tokens_of_an_issuer_open_both_ports(tmp_path):
    async def walk():
        with Issuer() as issuer:
            async with Upstream(chat("At nine.")) as first:
                file = two_upstreams(tmp_path / "gw", first.url, first.url)
                file.write_text(
                    file.read_text()
                    + f"""
issuers:
  login:
    issuer: "{issuer.url}"
    audience: comity
    applications: {{desk-client: desk}}
    roles: {{auditors: auditor}}
"""
                )
                async with Gateway(file, workers=2) as gateway:
                    mine = token(iss=issuer.url)

                    answers = [await asked(gateway, mine) for _ in range(6)]
                    assert [answer.status_code for answer in answers] == [200] * 6
                    assert "comity-deployment" not in answers[0].headers
                    for wrong in (
                        token(iss=issuer.url, aud="x"),
                        token(iss=issuer.url, exp=int(time.time()) - 600),
                        token(iss=issuer.url, azp="stranger"),
                        token(),
                    ):
                        assert (await asked(gateway, wrong)).status_code == 401
                    role = token(iss=issuer.url, azp="auditors")
                    assert (await asyncio.to_thread(call, gateway, "GET", "/admin/usage", role))[0] == 200
                    assert (await asyncio.to_thread(call, gateway, "POST", "/admin/reload", role))[0] == 403
                    assert (await asyncio.to_thread(call, gateway, "GET", "/admin/status", mine))[0] == 403
                    before = issuer.asked
                    for number in range(30):
                        await asked(gateway, token(iss=issuer.url, kid=f"k{number}"))
                    assert issuer.asked <= before + 1
                party = next(
                    json.loads(e.party)
                    for s in shards(gateway.state)
                    for e in entries(gateway.state, s)
                    if e.kind == "intent"
                )
                assert party["key"] == "oidc.login"

    asyncio.run(walk())
