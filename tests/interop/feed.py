"""Feeds a witness with aics-witness's own client: `feed.py` in an environment of its own, with JSON on standard input.

`{"url", "vkey", "steps": [{"note", "old", "proof", "expect"}]}`; `expect` is `cosigned`, or the name of the client's refusal.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from typing import Any

from aics_witness.feeder import FeederError, WitnessClient  # type: ignore[import-not-found,unused-ignore]


def answered(url: str, vkey: str, step: dict[str, Any]) -> str:
    """What the client makes of the witness's answer; it verifies the cosignature and its time."""
    proof = [bytes.fromhex(node) for node in step["proof"]]
    with WitnessClient(url, vkey) as client:
        try:
            client.submit(step["note"], (step["old"], proof))
        except FeederError as refusal:
            return f"{type(refusal).__name__} {getattr(refusal, 'status', '')}".strip()
    return "cosigned"


def main() -> int:
    """0 if every step was answered as expected."""
    print(version("aics-witness"))
    given = json.load(sys.stdin)
    wrong = 0
    for number, step in enumerate(given["steps"]):
        got = answered(given["url"], given["vkey"], step)
        if got != step["expect"]:
            wrong += 1
            print(f"FAIL step {number}: {got} in place of {step['expect']}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
