"""A draft says that it is one wherever it is used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.adapters.packs import SHIPPED, read_folder
from comity.cli.main import main
from comity.relay.errors import refusal_envelope
from comity.terms.refusal import Refusal, Refused

STACK = """
origin: example.org/log
law: [sa.pdpl]
uncovered: [{jurisdiction: SA, data: [personal], why: "a draft covers nothing", until: 2099-01-01}]
parties: {clinic: {seat: SA}}
gateway: {site: home}
sites: {home: {jurisdiction: SA, operator: clinic}}
models: {small: {developer: FR}}
deployments: {own: {model: small, site: home, url: "http://127.0.0.1:9/v1"}}
applications: {desk: {controller: clinic, purpose: general, data: [personal], subjects: [SA]}}
"""


@pytest.fixture
def stack(tmp_path: Path) -> str:
    file = tmp_path / "comity.yaml"
    file.write_text(STACK)
    return str(file)


def test_check_says_so_and_finds_no_problem_in_it(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-c", stack]) == 0
    shown = capsys.readouterr().out
    assert "sa.pdpl is a DRAFT" in shown
    assert "no problem" in shown


def test_explain_says_so_beside_the_rule_and_beside_the_law(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "-c", stack, "--app", "desk"]) == 1
    shown = capsys.readouterr().out
    assert "forbidden by sa.pdpl/5-ground" in shown
    assert "DRAFT pack" in shown
    assert "law: sa.pdpl (DRAFT)" in shown


def test_explain_as_json_says_so_of_the_rule(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "-c", stack, "--app", "desk", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    (rule,) = [rule for each in answer["deployments"] for rule in each["rules"]]
    assert rule["id"] == "sa.pdpl/5-ground"
    assert rule["draft"] is True


def test_so_does_a_refusal() -> None:
    pack, _ = read_folder(SHIPPED / "sa.pdpl")
    assert pack is not None
    refused = Refusal("forbidden", "no", "realm", "ruling", (Refused("own", (pack.rules[0].citation,)),))
    (candidate,) = json.loads(refusal_envelope(refused, disclose=True))["error"]["refusal"]["candidates"]
    assert candidate["rules"][0]["draft"] is True


def test_so_do_the_list_and_the_rule_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "list"]) == 0
    listed = capsys.readouterr().out
    assert all(("DRAFT" in line) == ("sa.pdpl/" in line or "cn.pipl/" in line) for line in listed.splitlines())
    assert main(["law", "show", "sa.pdpl/5-ground"]) == 0
    assert "DRAFT" in capsys.readouterr().out
    assert main(["law", "show", "--json", "eu.gdpr/44-site"]) == 0
    assert "draft" not in json.loads(capsys.readouterr().out)[0]
