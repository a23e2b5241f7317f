"""JSON Schema (2020-12) of a scenario, made from the types; `scenario.schema.json` beside this file is its copy."""

from __future__ import annotations

from typing import Any

import msgspec

from comity.posture.scenario.types import Scenario
from comity.stack.schema import tidied


def scenario_schema() -> dict[str, Any]:
    """The schema of a scenario file, as JSON values."""
    _, definitions = msgspec.json.schema_components((Scenario,), ref_template="#/$defs/{name}")
    made = {name: tidied(definition) for name, definition in sorted(definitions.items())}
    made["Change"] |= {"minProperties": 1, "maxProperties": 1}
    root = made.pop("Scenario")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made from src/comity/posture/scenario/types.py; change that, not this.",
        **root,
        "title": "scenario.yaml",
        "$defs": made,
    }
