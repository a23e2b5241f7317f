"""Rules with one thing taken out: cases that are worth anything notice every one of them.

A mutant drops one side of an `and` or an `or`, a negation, one word of a list, or the whole of an exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from comity.adapters.packs import schema_text, vocabulary, zone
from comity.law.cases import PackCase
from comity.law.cedar import Policies, Schema
from comity.law.epoch import Epoch
from comity.law.pack import Pack
from comity.law.precedents import Precedents
from comity.law.question import CASE
from comity.law.rule import KINDS, Rule
from comity.law.trial import epoch_on
from comity.law.tried_case import Scene, scene
from comity.terms.instants import Instant

Expr = Mapping[str, Any]


def scenes(pack: Pack) -> list[Scene]:
    """The cases of `pack`, each before the law of its day."""
    words = vocabulary()
    schema = Schema(words.schema(schema_text()))
    epochs: dict[Instant, Epoch] = {}
    read = Precedents()
    return [scene(case, epoch_on(case, (pack,), schema, zone, epochs, read), words) for case in pack.cases]


def survivors(pack: Pack, stage: Sequence[Scene]) -> Iterator[str]:
    """Each mutant that no case of the pack notices."""
    for rule in pack.rules:
        watching = [each for each in stage if rule.id in each.epoch.rules and _watched(rule, each.case)]
        before = list(_fires(rule, watching))
        for what, mutant in _mutants(rule):
            if all(now == was for now, was in zip(_fires(mutant, watching), before, strict=True)):
                yield f"{rule.id}: without {what}"


def _watched(rule: Rule, case: PackCase) -> bool:
    """Whether the case says exactly which rules of this kind fire."""
    return rule.kind == "prohibit" or (case.oblige if rule.kind == "oblige" else case.advise) is not None


def _fires(rule: Rule, stage: Sequence[Scene]) -> Iterator[bool]:
    """In each scene; asked one by one, for the first that differs is enough."""
    policies = Policies(KINDS[rule.kind][1], [rule])
    for tried in stage:
        yield any(rule.id in answer.rules for answer in tried.world.ask(policies, CASE, tried.names))


def _mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    conditions = rule.policy["conditions"]
    for number, condition in enumerate(conditions):
        changed = [(what, {**condition, "body": body}) for what, body in _smaller(condition["body"])]
        if condition["kind"] == "unless":
            changed.append(("its exception", {"kind": "unless", "body": {"Value": False}}))
        for what, mutant in changed:
            rest = [*conditions[:number], mutant, *conditions[number + 1 :]]
            yield what, replace(rule, policy={**rule.policy, "conditions": rest})


def _smaller(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """Every expression that is `expr` less one thing, with the words of what is missing."""
    ((operator, operands),) = expr.items()
    if operator in ("&&", "||"):
        for side, other in (("left", "right"), ("right", "left")):
            yield _words(operands[side]), operands[other]
            for what, part in _smaller(operands[side]):
                yield what, {operator: {**operands, side: part}}
    elif operator == "!":
        yield f"not, of {_words(operands['arg'])}", operands["arg"]
        for what, part in _smaller(operands["arg"]):
            yield what, {"!": {"arg": part}}
    elif operator == "containsAny":
        words = operands["right"]["Set"]
        for number, word in enumerate(words):
            yield _words(word), {operator: {**operands, "right": {"Set": [*words[:number], *words[number + 1 :]]}}}


def _words(expr: object) -> str:
    """The attributes and words that an expression names, in order."""
    if isinstance(expr, dict):
        found = expr.get("__entity")
        if isinstance(found, dict):
            return str(found["id"])
        attribute = expr.get(".")
        if isinstance(attribute, dict):
            return str(attribute["attr"])
        return " ".join(filter(None, (_words(value) for value in expr.values())))
    if isinstance(expr, list | tuple):
        return " ".join(filter(None, (_words(value) for value in expr)))
    return ""
