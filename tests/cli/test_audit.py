"""`comity audit`, from the nonce to the results, on a gateway whose deployment lies now and then."""

from __future__ import annotations

import asyncio
import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger.reading import entries, shards
from comity.adapters.node import EmbeddedNode, Sizes, card, locate
from comity.proof.sample_file import read_sample
from comity.proof.sampling import NONCE_SIZE
from comity.terms import canon
from comity.testing.gateway import COMITY, Gateway
from tests.runtime.liars import Between, another_word

WHAT = {"model": "m", "messages": [{"role": "user", "content": "What is the capital of Velmora?"}]}


def stack(folder: Path, url: str, engine: str) -> Path:
    file = folder / "comity.yaml"
    file.write_text(
        f"""
origin: test.example/audited
law: []
gateway: {{site: lyon}}
parties: {{acme: {{seat: FR}}}}
sites: {{lyon: {{jurisdiction: FR, operator: acme}}}}
models: {{m: {{developer: FR}}}}
deployments:
  far: {{model: m, site: lyon, url: "{url}", exact: {{weights: {card("civic-tiny")["sha256"]}, engine: "{engine}"}}}}
applications:
  desk: {{controller: acme, purpose: general, data: [], subjects: [FR], vault: {{keep: P30D}}}}
"""
    )
    return file


def comity(*arguments: str, status: int = 0) -> str:
    done = subprocess.run((*COMITY, "audit", *arguments), capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def ask(gateway: Gateway, key: str, number: int) -> None:
    body = json.dumps({**WHAT, "user": str(number)}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{gateway.url}/chat/completions", body, headers)) as answer:
        assert answer.status == 200


def test_a_sample_that_nobody_chose_finds_the_lies_and_the_log_has_it(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    count = [0]

    def now_and_then(body: bytes) -> bytes:
        count[0] += 1
        return another_word(body) if count[0] % 4 == 0 else body

    async def main() -> None:
        node = EmbeddedNode(locate("embedded:civic-tiny", models=None), sizes=Sizes(1024, 1, 1))
        honest = await node.start()
        between = Between(honest, now_and_then)
        gateway = Gateway(stack(tmp_path, between.url, honest.engine), workers=2)
        desk, auditor = gateway.new_key("--app", "desk"), gateway.new_key("--role", "auditor")
        secret, sample = tmp_path / "auditor.key", tmp_path / "sample.json"
        secret.write_text(auditor)
        async with gateway:
            for number in range(24):
                await asyncio.to_thread(ask, gateway, desk, number)
            await asyncio.to_thread(audit, gateway, secret, sample)
        between.close()
        await node.stop()

    def audit(gateway: Gateway, secret: Path, sample: Path) -> None:
        host, port = gateway.first["control"]
        where = (str(sample), f"http://{host}:{port}", "--auditor", str(secret))
        trust = ("--key", str(gateway.state / "log.vkey"))
        said = comity("commit", *where, "--rate", "100%", "--json")
        commit = json.loads(said)["commit"]
        assert sample.stat().st_mode & 0o077 == 0
        assert "committed to its nonce" in comity("check", str(sample), *trust, status=1)
        assert "not drawn" in comity("reveal", *where, status=2)
        assert "there already" in comity("commit", *where, "--rate", "1%", status=2)
        drawn = json.loads(comity("draw", *where, *trust, "--json"))
        assert json.loads(comity("check", str(sample), *trust, "--json")) == drawn
        comity("reveal", *where)
        run = comity(
            *("run", str(sample), str(gateway.state), "--enter", where[1], "--auditor", str(secret), "--json"), status=1
        )
        results = json.loads(run)["results"]
        assert [each["result"] for each in results].count("differs") == 6
        assert [each["result"] for each in results].count("agrees") == 18
        check_log(gateway.state, sample, commit, results)
        tampered(sample, trust)

    asyncio.run(main())


def check_log(state: Path, sample: Path, commit: str, results: list[dict[str, Any]]) -> None:
    """What the log says of the sample; an action may be entered twice (docs/spec/entry.md), on a busy machine more."""
    shard = commit.partition(".")[0]
    told: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for entry in (entry for each in shards(state) for entry in entries(state, each)):
        if entry.kind == "audit" and (action := canon.parse(entry.decision)["action"]).startswith("sample."):
            told.setdefault(action, []).append((entry.index, canon.parse(entry.content)))
    committed, _ = told["sample.commit"][0]
    revealed, content = told["sample.reveal"][0]
    held = read_sample(sample.read_bytes())
    assert content["sample"]["nonce"] == held.nonce.hex()
    heads = content["sample"]["heads"]
    assert sorted(head["shard"] for head in heads) == shards(state)
    (head,) = [head for head in heads if head["shard"] == shard]
    assert committed < head["size"] <= revealed
    assert {each["target"] for _, each in told["sample.result"]} == {each["receipt"] for each in results}
    assert {each["sample"]["commit"] for _, each in told["sample.result"]} == {commit}


def tampered(sample: Path, trust: tuple[str, str]) -> None:
    """A file in which anything was chosen afterwards is refused, by its own name."""
    whole = json.loads(sample.read_text())
    lies: dict[str, dict[str, Any]] = {
        "other-nonce": {"nonce": bytes(NONCE_SIZE).hex()},
        "other-rate": {"rate": 10},
        "not-committed": {"commit": whole["commit"].partition(".")[0] + ".0"},
        "unknown-signer": {
            "heads": [
                {**whole["heads"][0], "checkpoint": whole["heads"][0]["checkpoint"].replace("audited", "another")}
            ]
        },
        "wrong-head": {"heads": whole["heads"] * 2},
        "malformed": {"heads": [{**whole["heads"][0], "first": -1}]},
    }
    for name, lie in lies.items():
        sample.write_text(json.dumps(whole | lie))
        status = 2 if name == "malformed" else 1
        assert json.loads(comity("check", str(sample), *trust, "--json", status=status))["failure"] == name
    sample.write_text("{")
    assert "unreadable" in comity("check", str(sample), *trust, status=2)


@pytest.mark.parametrize("rate", ["0", "101%", "0.00000001", "x", "-1%"])
def test_what_is_no_rate_is_refused(rate: str) -> None:
    assert "rate" in comity("odds", f"--rate={rate}", "--requests", "10", status=2)


def test_the_chance_to_find_something_is_told() -> None:
    told = json.loads(comity("odds", "--rate", "2%", "--requests", "5000", "--json"))
    assert told["chances"][2] == {"lies": 250, "per_cent": 5, "chance": "0.9936"}
