"""A condition, counsel's word and a disclosure, in a gateway that runs: what is signed takes effect while it serves."""

import asyncio
import json
import subprocess
import sys

import httpx

from comity.adapters.ledger import entries, shards
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.law import toy

STACK = """
origin: test.example/gateway
law: [toy]
parties: {{clinic: {{seat: FR}}}}
gateway: {{site: home}}
sites: {{home: {{jurisdiction: FR, operator: clinic}}}}
models: {{small: {{developer: FR}}}}
deployments: {{own: {{model: small, site: home, url: "{url}"}}}}
applications:
  desk:
    controller: clinic
    purpose: general
    data: [personal]
    subjects: [FR]
    oversight: [duty-nurse]
    blocks: [marketing]
"""

DUTY = """
@id("toy/2") @from("2026-01-01") @law("Toy Act") @cite("s.2") @url("https://example.org/toy") @kind("oblige")
@basis("statute") @source("primary") @review("none") @says("Toys are assessed.") @remedy("assess it")
@obligation("assess=dpia") @condition("yes")
permit (principal, action == Comity::Action::"oblige", resource)
when { principal.subjects in Comity::Jurisdiction::"FR" };

@id("toy/3") @from("2026-01-01") @law("Toy Act") @cite("s.3") @url("https://example.org/toy") @kind("oblige")
@basis("statute") @source("primary") @review("none") @says("Toys say what they are.")
@obligation("disclose.ai=interaction;log.retain_min=P6M;oversight.human=competent;mark.output=machine-readable")
permit (principal, action == Comity::Action::"oblige", resource)
when { principal.subjects in Comity::Jurisdiction::"FR" };
"""
ELSEWHERE = """
- says: no Frenchman in it
  on: 2026-08-01
  case: {controller: US, subjects: [US], data: [personal], purpose: general}
  at: {site: US, operator: US}
  verdict: permit
"""


def written(folder, url):
    pack = folder / "packs" / "toy"
    pack.mkdir(parents=True)
    changed = toy.files(
        rules_cedar=toy.RULES + DUTY,
        cases_yaml=toy.CASES + ELSEWHERE,
        coverage_yaml=toy.COVERAGE.replace("2027-01-01", "2099-01-01"),
    )
    for name, data in changed.items():
        (pack / name).write_bytes(data)
    comity(folder, "attest", "key", "legal", "--out", "legal.key")
    pinned = comity(folder, "attest", "key", "dpo", "--out", "dpo.key").splitlines()[-1]
    file = folder / "comity.yaml"
    file.write_text(STACK.format(url=url) + pinned + "\n")
    return file


def comity(folder, *words):
    command = [sys.executable, "-P", "-m", "comity", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_what_counsel_signs_takes_effect_while_the_gateway_serves(tmp_path, until):
    async def main():
        async with Upstream(chat("At nine.")) as upstream:
            file = written(tmp_path, upstream.url)
            gateway = Gateway(file)
            key, counsel = gateway.new_key("--app", "desk"), gateway.new_key("--role", "counsel")
            async with gateway, httpx.AsyncClient(base_url=gateway.url) as client:

                async def ask(**headers):
                    body = {"model": "small", "messages": [{"role": "user", "content": "When?"}]}
                    sent = {"authorization": f"Bearer {key}", **headers}
                    return await client.post("/chat/completions", json=body, headers=sent)

                refused = await ask()
                assert refused.status_code == 451
                (candidate,) = refused.json()["error"]["refusal"]["candidates"]
                assert [rule["id"] for rule in candidate["rules"]] == ["toy/2"]

                sign = ("attest", "duty", "assess=dpia", "--app", "desk", "--ref", "DPO-1", "--until", "2099-01-01")
                await asyncio.to_thread(comity, tmp_path, *sign, "--key", "legal.key", "-c", "comity.yaml")
                await asyncio.to_thread(comity, tmp_path, *sign, "--key", "dpo.key", "-c", "comity.yaml")

                async def permitted():
                    return (await ask()).status_code == 200

                await until(permitted)
                answer = await ask(**{"comity-oversight": "duty-nurse"})
                assert answer.headers["comity-disclosure"] == "interaction"
                assert (await ask(**{"comity-oversight": "ward-clerk"})).status_code == 400
                wider = await ask(**{"comity-purpose": "research"})  # was not assessed
                assert wider.status_code == 451
                blocked = await ask(**{"comity-purpose": "marketing"})
                rules = blocked.json()["error"]["refusal"]["candidates"][0]["rules"]
                assert "comity/blocked" in [rule["id"] for rule in rules]

                status, _, page = await gateway.get("/admin/duties", counsel)
                (duties,) = json.loads(page)["applications"]
                assert status == 200
                assert {each["duty"]: (each["status"], each["by"]) for each in duties["duties"]} == {
                    "assess=dpia": ("attested", "dpo"),
                    "disclose.ai=interaction": ("assisted", "clinic"),
                    "log.retain_min=P6M": ("done", "gateway"),
                    "mark.output=machine-readable": ("owed", "clinic"),
                    "oversight.human=competent": ("assisted", "clinic"),
                }
                status, _, page = await gateway.get("/admin/attestations", counsel)
                assert status == 200
                assert [(each["duty"], each["counts"]) for each in json.loads(page)["duties"]] == [
                    ("assess=dpia", True)
                ]
                _, _, metrics = await gateway.get("/metrics")
                assert b'comity_pack_review_overdue{pack="toy"} 0' in metrics

                for note in (tmp_path / "attestations").glob("*.note"):
                    note.unlink()

                async def forbidden():
                    return (await ask()).status_code == 451

                await until(forbidden)
                receipt = await client.get(
                    f"/receipts/{answer.headers['comity-receipt']}", headers={"authorization": f"Bearer {key}"}
                )
                assert receipt.status_code == 200 and len(receipt.content) <= 4096
                (tmp_path / "receipt.json").write_bytes(receipt.content)
            said = comity(tmp_path, "verify", "receipt.json")
            assert "Duties that counsel vouched for: assess=dpia by dpo." in said
            assert "Duties that it did in part, and the rest of which is owed: disclose.ai=interaction" in said
            assert "Watched by duty-nurse, this request by duty-nurse." in said
            shown = [
                json.loads(entry.decision).get("duties")
                for shard in shards(gateway.state)
                for entry in entries(gateway.state, shard)
                if entry.kind == "intent"
            ]
            assert shown[0] == {
                "assisted": ["disclose.ai=interaction", "oversight.human=competent"],
                "attested": ["assess=dpia by dpo"],
                "done": ["log.retain_min=P6M"],
            }

    asyncio.run(main())
