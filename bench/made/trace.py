"""The trace: arrival, tokens in, tokens out of 19,366 requests of one hour."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "examples" / "trace"
FILE = FOLDER / "azure_llm_conv_2023.csv"
STACK = FOLDER / "comity.yaml"

CITED = "Azure LLM inference trace 2023 (conversation), CC BY 4.0; Patel et al., Splitwise, ISCA 2024"

SAID = f"A made log: arrivals and token counts are those of the {CITED}; cases are assigned, not observed."
"""To be said wherever a result of it is shown."""


class Arrival(NamedTuple):
    """One request of the trace: milliseconds after the trace's first whole hour before it, and its tokens."""

    after_ms: int
    prompt_tokens: int
    completion_tokens: int


def arrivals() -> list[Arrival]:
    """The trace, in order of arrival."""
    with FILE.open(newline="") as file:
        rows = [
            (_ms(row["TIMESTAMP"]), int(row["ContextTokens"]), int(row["GeneratedTokens"]))
            for row in csv.DictReader(file)
        ]
    begin = rows[0][0]
    return [Arrival(at - begin, prompt, completion) for at, prompt, completion in rows]


def _ms(text: str) -> int:
    whole = datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)  # the seventh digit is beyond a microsecond
    return round(whole.timestamp() * 1000)
