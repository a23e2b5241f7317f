"""Scenario files: read whole, or all that is wrong at once, with lines; the schema agrees with the reader."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.law.plain_yaml import load
from comity.posture.scenario.paths import PathError, at, steps_of, with_value
from comity.posture.scenario.read import KEYS, is_scenario, read_scenario
from comity.posture.scenario.schema import scenario_schema
from comity.terms.problems import Problem

WHOLE = """\
scenario: all-of-it
title: Every kind of change
date: 2026-11-23
from: 2027-01-01
sources: [{figure: 90 minutes, source: made up, date: 2026-06-30, checked: secondary}]
reading: Read it so.
changes:
  - suppliers: {withdraw: [columbia], acquire: [{party: columbia, by: US}]}
  - sites: {down: [paris]}
  - law: {off: [us.exposure/*], on: [eu.aia/50-2-marking], as_of: 2027-03-01, packs: {add: [uk], drop: [ch]}}
  - adequacy: {strike: [eu.dpf, "eu.adequate:GB"]}
  - export_control: {chips: [controlled, nvidia-h100], weights: [civic-tiny], exempt: [US]}
  - prices: {factor: 2, of: [columbia], set: {paris: {input: 1, output: 2}}}
  - capacity: {factor: 0.5, set: {paris: 100}}
  - grid: {paris: {date: 2031-01-01}}
  - demand: {factor: 1.5, by_application: {triage: 2}}
  - agreements: {end: [{between: [a, b], kinds: [eu.art28]}]}
  - certificates: {end: [{name: HDS}]}
  - stack: {sites: {paris: {pue: 1.4}}, parties: {gone: null}}
sweep: {parameter: "changes[8].demand.factor", values: [1, 2, 4]}
"""

WRONG = """\
scenario: Wrong
title: x
changes:
  - adequacy: {strike: []}
    demand: {factor: -1}
  - export_control: {chips: [nvidia-h10]}
  - {}
  - what: 1
  - sites: {}
sweep: {parameter: "changes[9].demand.factor"}
future: {kind: none-such}
"""


class Decline(msgspec.Struct, frozen=True):
    """Parameters of a model of the future, as one might be."""

    factor: float
    years: int = 5


def problems(text: str) -> tuple[Problem, ...]:
    return read_scenario(text.encode(), "s.yaml", {"decline": Decline}).problems


def test_every_kind_of_change_is_read() -> None:
    reading = read_scenario(WHOLE.encode(), "s.yaml", {})
    assert not reading.problems
    assert reading.scenario is not None and reading.scenario.since == date(2027, 1, 1)
    assert {change.kind for change in reading.scenario.changes} == set(KEYS)


def test_all_that_is_wrong_is_said_at_once_with_its_line() -> None:
    found = [(problem.line, problem.where) for problem in problems(WRONG)]
    for expected in (
        (1, "scenario"),
        (4, "changes[0]"),
        (4, "changes[0].adequacy.strike"),
        (5, "changes[0].demand.factor"),
        (6, "changes[1].export_control.chips[0]"),
        (7, "changes[2]"),
        (8, "changes[3].what"),
        (9, "changes[4].sites"),
        (10, "sweep.parameter"),
        (11, "future.kind"),
    ):
        assert expected in found, found
    assert found == sorted(found, key=lambda each: each[0])


def test_a_model_of_the_future_is_read_by_its_kind() -> None:
    head = WHOLE.partition("changes:")[0]
    assert not problems(head + "future: {kind: decline, factor: 3}\n")
    (wrong,) = problems(head + "future: {kind: decline, factor: much}\n")
    assert (wrong.line, wrong.where) == (7, "future.factor")
    assert not read_scenario((head + "future: {kind: any, x: [1]}\n").encode(), "s.yaml").problems


def test_the_schema_is_the_readers() -> None:
    shipped = json.loads((files("comity.posture.scenario") / "scenario.schema.json").read_text())
    assert shipped == json.loads(json.dumps(scenario_schema()))
    validator = jsonschema.Draft202012Validator(shipped)
    for text, errors in ((WHOLE, 0), (WRONG, 5)):
        plain = json.loads(json.dumps(load(text), default=str))
        assert len(list(validator.iter_errors(plain))) >= errors
        assert errors or not list(validator.iter_errors(plain))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_whatever_the_bytes_the_answer_is_a_reading(data: bytes) -> None:
    reading = read_scenario(data, "s.yaml", {})
    assert (reading.scenario is None) == bool(reading.problems)
    is_scenario(data)


def test_paths_lead_where_they_say() -> None:
    document = {"a": [{"b-c": 1}]}
    steps = steps_of("a[0].b-c")
    assert at(document, steps) == 1
    assert with_value(document, steps, 2) == {"a": [{"b-c": 2}]} and at(document, steps) == 1
    for path in ("", "a[0]b", "a[1]", "a.x", "[[", "a[0].b-c.d"):
        with pytest.raises(PathError):
            at(document, steps_of(path))
