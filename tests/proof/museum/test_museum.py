"""Every exhibit is refused, each for its own reason; and what they imitate is valid."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from comity.cli.stamped import STEP
from comity.proof.policy import parse_policy
from comity.proof.verify import Failure, verify_file
from tests.proof.museum import generate
from tests.proof.museum.forger import Log, written

MUSEUM = json.loads(generate.FILE.read_text("utf-8"))
TRUST = parse_policy(MUSEUM["policy"].encode())
EXHIBITS = {each["name"]: each for each in MUSEUM["exhibits"]}
LEAST = 30


def refused(exhibit: dict[str, Any]) -> Failure:
    asked = {role: base64.b64decode(data) for role, data in exhibit["asked"].items()}
    failure = verify_file(exhibit["receipt"].encode(), TRUST, **asked).failure
    assert failure is not None, exhibit["lie"]
    return failure


@pytest.mark.parametrize("name", EXHIBITS)
def test_it_is_refused_for_its_own_reason(name: str) -> None:
    exhibit = EXHIBITS[name]
    failure = refused(exhibit)
    assert (failure.name, exhibit["said"] in failure.sentence) == (exhibit["failure"], True), failure


def test_what_they_imitate_is_valid() -> None:
    log = Log()
    bare = {"comity": 1, "intent": log.shown(2, closed=("party", "decision", "content"))}
    for receipt in (log.answered(), log.denied(), bare, {"comity": 1, "intent": log.shown(5), "outcome": log.shown(6)}):
        assert verify_file(written(receipt).encode(), TRUST).failure is None


def test_the_museum_is_large_and_no_two_are_the_same() -> None:
    assert len(EXHIBITS) == len(MUSEUM["exhibits"]) >= LEAST
    told = {(each["receipt"], json.dumps(each["asked"])) for each in EXHIBITS.values()}
    assert len(told) == len(EXHIBITS) == len({each["lie"] for each in EXHIBITS.values()})


def test_every_failure_of_the_page_has_an_exhibit_and_the_number_of_its_step() -> None:
    page = generate.PAGE.read_text("utf-8").partition("## ")[0]
    named = {
        (step, name)
        for step, column in re.findall(r"^\| (\d+[ab]?) \|(?:[^|\n]*)\|([^|\n]*)\|", page, re.M)
        for name in re.findall(r"`([a-z-]+)`", column)
    }
    told = {(failure.step, failure.name) for failure in map(refused, EXHIBITS.values())}
    # step 13 needs an authority's reply, which no forger has: tests/cli/test_stamped.py, tests/runtime/test_gateway_witnessed.py
    assert named == told | {(STEP, "no-timestamp"), (STEP, "bad-timestamp")}


def test_file_and_table_are_what_the_forgers_make() -> None:
    assert generate.main(check=True) == 0
