"""The table that `make faults` prints: one row for each fault, filled by its test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROWS: list[tuple[str, str]] = []
BEGIN, END = "<!-- run: faults -->\n", "<!-- end -->"


@dataclass
class Row:
    """What a test has to tell: figures under names, in the order in which they were told."""

    fault: str
    figures: dict[str, Any] = field(default_factory=dict)

    def tell(self, **figures: Any) -> None:
        """Add figures, or bring them up to date."""
        self.figures.update(figures)


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Iterator[Row]:
    """The row of this test: its docstring, the name of the `fault` that it is parametrised by, and what it tells."""
    said = (request.function.__doc__ or request.node.name).strip().partition("\n")[0]
    fault = getattr(request.node, "callspec", None) and request.node.callspec.params.get("fault")
    made = Row(f"{said}: {fault}" if fault else said)
    yield made
    ROWS.append((made.fault, ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in made.figures.items())))


def pytest_addoption(parser: Any) -> None:
    """`--page`."""
    parser.addoption(
        "--page", type=Path, help="a page whose table of faults is brought up to date (docs/guides/faults.md)"
    )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the rows, and write them into the page that was asked for."""
    if not ROWS:
        return
    width = max(len(fault) for fault, _ in ROWS)
    terminalreporter.section("faults")
    for fault, figures in ROWS:
        terminalreporter.write_line(f"{fault:<{width}}  {figures}")
    page = config.getoption("--page")
    if page is not None:
        text = page.read_text()
        before, begin, rest = text.partition(BEGIN)
        _, end, after = rest.partition(END)
        table = "".join(f"| {fault} | {figures} |\n" for fault, figures in ROWS)
        page.write_text(f"{before}{begin}\n| fault | what came of it |\n|---|---|\n{table}\n{end}{after}")
