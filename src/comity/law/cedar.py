"""Cedar, and nothing but Cedar: the one file that knows the engine.

Three properties of the engine shape it (reference: Cedar's documentation of `is_authorized`, measured):
a `forbid` that errs is skipped and Cedar answers Allow, so any entry in `diagnostics.errors` is a deny here;
policies from text are named `policy0…`, so they are loaded as JSON by `@id` and reasons are rule ids;
the engine holds the interpreter's lock, so whoever prepares a realm does it off the event loop.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import cedarpy
from msgspec import Struct

from comity.law.rule import KINDS, Rule

ENGINE = "cedarpy 4"
"""Name and language version of the engine, as a realm's bundle states it."""

_EVERYTHING: Mapping[str, Any] = {
    "effect": "permit",
    "principal": {"op": "All"},
    "action": {"op": "==", "entity": {"type": "Comity::Action", "id": "place"}},
    "resource": {"op": "All"},
    "conditions": [],
}
BASE = "comity/base"
"""The one permit of `place`, without which Cedar denies by default. It opens nothing by itself: see `law.coverage`."""


MAX_TOKENS = 800
"""Tokens of one policy. Each level of nesting costs the engine a piece of the machine's stack, and where that ends the
process ends: 2,000 levels did it. A level takes two tokens; the longest shipped policy has about 300."""

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|\w+|[^\w\s]')


class Answer(Struct, frozen=True):
    """What the engine says of one action: the rules whose conditions hold, and whether it could say so at all."""

    rules: tuple[str, ...]
    allowed: bool
    erred: bool


def parse_rules(text: str) -> Mapping[str, Mapping[str, Any]]:
    """The policies of a text in Cedar's JSON form.

    Raises:
        ValueError: if the text does not parse, holds a template, or a policy too long to be parsed in safety.
    """
    policies: dict[str, Mapping[str, Any]] = {}
    pieces = list(_apart(text))  # first of all: what is too long is not parsed at all
    try:
        for each in pieces:
            for policy in _parsed(each).values():
                policies[f"policy{len(policies)}"] = policy
    except ValueError:
        _parsed(text)  # says where in the whole of it
        raise
    return policies


def _parsed(text: str) -> Mapping[str, Mapping[str, Any]]:
    document = json.loads(cedarpy.policies_to_json_str(text))
    if document.get("templates") or document.get("templateLinks"):
        raise ValueError("templates are not used in packs")
    policies: Mapping[str, Mapping[str, Any]] = document["staticPolicies"]
    return policies


def _apart(text: str) -> Iterator[str]:
    """The policies of a text, each with its comments.

    They are parsed one by one, so that the interpreter's lock, which the engine holds meanwhile, comes free in between.
    """
    begun = length = 0
    for token in _TOKEN.finditer(text):
        length += 1
        if length > MAX_TOKENS:
            line = text.count("\n", 0, token.start()) + 1
            raise ValueError(f"line {line}: a policy of more than {MAX_TOKENS} tokens; split it into several rules")
        if token.group() == ";":
            yield text[begun : token.end()]
            begun, length = token.end(), 0
    yield text[begun:]


def faults(rules: Iterable[Rule], schema: str) -> list[str]:
    """What the engine's validator finds wrong: unknown attributes, wrong types, misspelled words."""
    document = _policies(rules, base=False)
    if not document["staticPolicies"]:
        return []
    try:
        text = cedarpy.policies_from_json_str(json.dumps(document))
    except ValueError as error:  # nested deeper than the engine reads
        return [f"cannot be compiled: {error}"]
    result = cedarpy.validate_policies(text, schema)
    names = result.id_annotations_by_policy_id
    return [f"{names.get(error.policy_id, error.policy_id)}: {error.error}" for error in result.errors]


class Schema:
    """A parsed schema."""

    def __init__(self, text: str) -> None:
        """Parses `text`; raises ValueError if it is no schema."""
        self.text = text
        self.handle = cedarpy.Schema.from_str(text)


class World:
    """Entities: jurisdictions and their groups, to which profiles and cases are added."""

    def __init__(self, schema: Schema, handle: cedarpy.Entities) -> None:
        self._schema = schema
        self._handle = handle

    @classmethod
    def of(cls, schema: Schema, entities: Sequence[Mapping[str, Any]]) -> World:
        """A world of `entities`; raises ValueError if one does not conform to the schema."""
        return cls(schema, cedarpy.Entities.from_json_str(json.dumps(entities), schema.handle))

    def with_(self, entities: Sequence[Mapping[str, Any]]) -> World:
        """This world and `entities`; this one stays as it is."""
        return World(self._schema, self._handle.with_added_json_str(json.dumps(entities), self._schema.handle))

    def ask(self, policies: Policies, case: str, profiles: Sequence[str]) -> list[Answer]:
        """One answer for each profile, in order."""
        requests = [
            {
                "principal": {"type": "Comity::Case", "id": case},
                "action": {"type": "Comity::Action", "id": policies.action},
                "resource": {"type": "Comity::Profile", "id": profile},
            }
            for profile in profiles
        ]
        results = cedarpy.is_authorized_batch(requests, policies.handle, self._handle, self._schema.handle)
        return [
            Answer(
                rules=tuple(sorted(rule for rule in result.diagnostics.reasons if rule != BASE)),
                allowed=result.allowed,
                erred=bool(result.diagnostics.errors),
            )
            for result in results
        ]


class Policies:
    """The rules of one action, compiled."""

    def __init__(self, action: str, rules: Iterable[Rule]) -> None:
        """Compiles those of `rules` that speak of `action`; raises ValueError if one does not compile."""
        self.action = action
        own = [rule for rule in rules if KINDS[rule.kind][1] == action]
        document = _policies(own, base=action == "place")
        for policy in document["staticPolicies"].values():
            policy.pop("annotations", None)  # a third of the text, and nothing to the engine
        self.handle = cedarpy.PolicySet.from_json_str(json.dumps(document))


AT_ONCE = 16
"""Rules compiled at once for a look: some 2 ms, in which nobody else has the interpreter's lock."""


def compile_each(action: str, rules: Sequence[Rule]) -> None:
    """Compiles all of `rules`, and keeps nothing; raises ValueError if one does not compile."""
    for start in range(0, len(rules), AT_ONCE):
        Policies(action, rules[start : start + AT_ONCE])


def _policies(rules: Iterable[Rule], *, base: bool) -> dict[str, Any]:
    policies = {rule.id: dict(rule.policy) for rule in rules}
    if base:
        policies[BASE] = dict(_EVERYTHING)
    return {"staticPolicies": policies, "templates": {}, "templateLinks": []}
