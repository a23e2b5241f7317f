"""What a header adds can never switch a prohibition off, however the rule is written."""

from __future__ import annotations

import pytest

from comity.law.cedar import parse_rules
from comity.law.polarity import switched_off_by

PSEUDONYMOUS = 'Comity::DataClass::"pseudonymous"'
OFF = {
    "in unless": "resource.trains } unless { principal.data in X",
    "in a second unless": "resource.trains } unless { resource.own } unless { principal.data in X",
    "under a negation": "!(principal.data in X)",
    "under three negations": "!(!(!(principal.subjects in X)))",
    "through an index": 'resource.trains } unless { principal["data"] in X',
    "the case taken from a choice": "resource.trains } unless { (if true then principal else principal).data in X",
    "the case taken from a record": "resource.trains } unless { {a: principal}.a.data in X",
    "the set taken from a record": "resource.trains } unless { {a: principal.data}.a in X",
    "it chooses what is compared": "(if principal.data in X then resource.operator else resource.site) in X",
    "it chooses the verdict": "if principal.data in X then false else true",
    "on the right": "resource.site in principal.subjects",
    "ancestors": "resource.trains } unless { X in principal.data",
    "equality": "principal.data == principal.data",
    "membership of a set": "[principal.data].contains(principal.data)",
    "a type test": "resource.trains } unless { principal.data is Comity::Data in X",
    "presence": "principal has data",
    "the case as a whole": 'resource.trains } unless { principal == Comity::Case::"case"',
}
ON = (
    "principal.data in X",
    "principal.data in [X, X] && (principal.subjects in X || resource.own)",
    "!(!(principal.data in X))",
    "resource.trains } unless { !(principal.data in X)",
    'principal.purpose != Comity::Purpose::"research"',
    "resource.trains } unless { principal.controllerPublic }  unless { principal.grounds.contains(X)",
)


def faults_of(condition: str) -> list[str]:
    text = f'forbid (principal, action == Comity::Action::"place", resource) when {{ {condition} }};'
    [policy] = parse_rules(text.replace("X", PSEUDONYMOUS)).values()
    return list(switched_off_by(policy))


@pytest.mark.parametrize("way", OFF)
def test_every_way_of_switching_off_is_refused(way: str) -> None:
    assert faults_of(OFF[way])


@pytest.mark.parametrize("condition", ON)
def test_what_can_only_switch_on_is_not(condition: str) -> None:
    assert not faults_of(condition)
