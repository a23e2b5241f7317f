"""Scenario files from disk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from comity.posture.scenario.read import Futures, ScenarioReading, is_scenario, read_scenario
from comity.posture.scenario.types import Scenario
from comity.stack.from_yaml import MAX_BYTES
from comity.terms.problems import Problem, Problems


def read_scenario_file(path: Path, futures: Futures | None = None) -> ScenarioReading:
    """The reading of the file at `path`, which has its scenario.

    Raises:
        Problems: everything that is wrong with it.
    """
    reading = read_scenario(_bytes(path), str(path), futures)
    if reading.scenario is None:
        raise Problems(reading.problems)
    return reading


def holds_scenario(path: Path) -> bool:
    """Whether the file is meant as a scenario and not as a stack; False where there is none."""
    try:
        return is_scenario(_bytes(path))
    except Problems:
        return False


def nothing_changed() -> Scenario:
    """The scenario in which nothing changes: what was is decided again."""
    return Scenario("as-it-was", "Nothing is changed", date(1970, 1, 1))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Problems([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
