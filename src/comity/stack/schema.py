"""JSON Schema (2020-12) of a stack file, made from the types; `comity.schema.json` beside this file is its copy.

An editor shows with it what a key means and marks what does not fit; `comity check` finds all that and more.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import msgspec

from comity.stack.from_nodes import MADE, OWNERS, SETTINGS
from comity.stack.sworn import Attested, SignedAgreement, SignedDuty
from comity.stack.types import EVIDENCE_LEVELS, Stack

_NULL = {"type": "null"}


def stack_schema() -> dict[str, Any]:
    """The schema of `comity.yaml`, as JSON values."""
    _, definitions = msgspec.json.schema_components((Stack,), ref_template="#/$defs/{name}")
    made = {name: tidied(definition) for name, definition in sorted(definitions.items())}
    for owner in OWNERS:
        _offer_evidence(made[owner.__name__])
    made["Evidence"] = {"enum": list(EVIDENCE_LEVELS), "description": "How well a fact is established."}
    root = made.pop("Stack")
    for name in MADE[Stack]:
        del root["properties"][name]
    for kind in (Attested, SignedAgreement, SignedDuty):
        del made[kind.__name__]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made from src/comity/stack/types.py; change that, not this.",
        **root,
        "title": "comity.yaml",
        "$defs": made,
    }


def tidied(value: Any) -> Any:
    """The same schema as the reader holds it: no null in place of a missing key, no entry of a list twice."""
    if isinstance(value, list):
        return [tidied(each) for each in value if each != _NULL]
    if not isinstance(value, dict):
        return value
    made = {key: tidied(each) for key, each in value.items() if not (key == "default" and each is None)}
    if isinstance(described := made.get("description"), str):
        made["description"] = cleandoc(described)  # a docstring, which Python 3.13 keeps without its indentation
    choices = made.get("anyOf")
    if isinstance(choices, list) and len(choices) == 1:
        del made["anyOf"]
        made |= choices[0]
    if made.get("type") == "array":
        made["uniqueItems"] = True
    return made


def _offer_evidence(record: dict[str, Any]) -> None:
    """Let every fact of the record stand as `{value: …, evidence: …}` as well."""
    facts = record["properties"]
    facts.pop("evidence")
    for name, bare in facts.items():
        if name in SETTINGS:
            continue
        default = {"default": bare.pop("default")} if "default" in bare else {}
        long = {
            "type": "object",
            "properties": {"value": bare, "evidence": {"$ref": "#/$defs/Evidence"}},
            "required": ["value"],
            "additionalProperties": False,
        }
        facts[name] = {"anyOf": [bare, long], **default}
