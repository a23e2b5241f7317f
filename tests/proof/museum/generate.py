"""The museum of bad receipts, from fixed keys: `python -m tests.proof.museum.generate [--check]`.

Each exhibit is a receipt that tells one lie, as its forger would write it: somebody who holds a receipt, or an operator
who holds the log's key too. Like tests/vectors, on which it builds, it imports nothing from `comity`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.proof.museum import operators, strangers
from tests.proof.museum.forger import Exhibit, policy

HERE = Path(__file__).parent
FILE = HERE / "museum.json"
PAGE = HERE.parents[2] / "docs" / "spec" / "verification.md"
BEGIN, END = "<!-- museum: made by tests/proof/museum/generate.py -->\n", "<!-- /museum -->\n"


def exhibits() -> list[Exhibit]:
    """All of them, in the order in which they hang."""
    return [*strangers.exhibits(), *operators.exhibits()]


def document() -> dict[str, Any]:
    """The file: what is trusted, and the exhibits."""
    shown = [each._asdict() for each in exhibits()]
    return {"policy": policy(), "exhibits": shown}


def table() -> str:
    """The table of docs/spec/verification.md."""
    rows = [f"| `{each.name}` | {each.lie} | `{each.failure}` |" for each in exhibits()]
    return "\n".join(["| exhibit | lie | refused as |", "|---|---|---|", *rows, ""])


def page() -> str:
    """The page with the table of today."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + table() + "\n" + END + rest.partition(END)[2]


def main(check: bool) -> int:
    """Write file and table, or with `check` say which differ."""
    made = {FILE: json.dumps(document(), indent=1, ensure_ascii=False) + "\n", PAGE: page()}
    stale = [path.name for path, text in made.items() if not path.is_file() or path.read_text("utf-8") != text]
    if check:
        if stale:
            print(f"not what the forgers make: {', '.join(stale)}")
        return 1 if stale else 0
    for path, text in made.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
