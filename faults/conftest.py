"""The table that `make faults` prints: one row for each fault, filled by its test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

ROWS: list[tuple[str, str]] = []


@dataclass
class Row:
    """What a test has to tell: figures under names, in the order in which they were told."""

    fault: str
    figures: dict[str, Any] = field(default_factory=dict)

    def tell(self, **figures: Any) -> None:
        """Add figures, or bring them up to date."""
        self.figures.update(figures)


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Any:
    """The row of this test: its docstring, and whatever it tells."""
    made = Row((request.function.__doc__ or request.node.name).strip().partition("\n")[0])
    yield made
    ROWS.append((made.fault, ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in made.figures.items())))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the rows."""
    if ROWS:
        width = max(len(fault) for fault, _ in ROWS)
        terminalreporter.section("faults")
        for fault, figures in ROWS:
            terminalreporter.write_line(f"{fault:<{width}}  {figures}")
