"""Writes the pictures that tests hold charts against: `python -m tests.charts.golden`; with `--check`, only compares.

Those of the gallery stand in tests/charts/golden, with their text twins; those that docs/reference/charts.md shows
stand beside it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from comity.charts.chart import Chart
from comity.charts.style import standalone
from tests.charts.gallery import GALLERY
from tests.docs.blocks import blocks
from tests.tidy.tree import ROOT

PAGE = "docs/reference/charts.md"
GOLDEN = ROOT / "tests/charts/golden"


def shown() -> dict[str, Chart]:
    """The charts of the reference page, by the name of their picture, made by the code that it shows."""
    pictures = re.findall(r"\]\(charts/([\w-]+)\.svg\)", (ROOT / PAGE).read_text("utf-8"))
    found = {}
    code = [block.text for block in blocks(PAGE) if block.language == "python"]
    for name, text in zip(pictures, code[: len(pictures)], strict=True):
        names: dict[str, Any] = {}
        exec(text, names)
        found[name] = names["chart"]
    return found


def made() -> Iterator[tuple[Path, str]]:
    """Each file with what it should hold."""
    for name, make in GALLERY.items():
        chart = make()
        yield GOLDEN / f"{name}.svg", standalone(chart.svg, chart.source)
        yield GOLDEN / f"{name}.txt", f"{chart.text}\n"
    for name, chart in shown().items():
        yield ROOT / "docs/reference/charts" / f"{name}.svg", standalone(chart.svg, chart.source)


def differing() -> list[Path]:
    """Files that are not there or not what would be made."""
    return [file for file, text in made() if not file.exists() or file.read_text("utf-8") != text]


def main() -> int:
    """Writes what differs, or says it."""
    for file, text in made():
        if "--check" not in sys.argv and (not file.exists() or file.read_text("utf-8") != text):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
    for file in differing():
        print(
            f"{file.relative_to(ROOT)} is not what would be made; python -m tests.charts.golden makes it",
            file=sys.stderr,
        )
    return 1 if differing() else 0


if __name__ == "__main__":
    sys.exit(main())
