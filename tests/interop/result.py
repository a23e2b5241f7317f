"""What came of a foreign verifier: passed, failed, or not run and why."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LIMIT_S = 120
"""For one run of a foreign program: they take seconds, and whatever hangs has not verified anything."""


class CannotRun(Exception):
    """What is missing here, for a person."""


class Disagreed(Exception):
    """A foreign verifier did not see what it had to see."""


@dataclass
class Result:
    """One verifier's row of the table."""

    verifier: str
    of: str
    """What is verified."""
    version: str = "-"
    checks: list[str] = field(default_factory=list)
    """What was seen, one phrase each."""
    failed: str = ""
    missing: str = ""

    @property
    def word(self) -> str:
        """passed, FAILED or not run."""
        if self.missing:
            return "not run"
        return "FAILED" if self.failed or not self.checks else "passed"

    def saw(self, what: str) -> None:
        """A check that held."""
        self.checks.append(what)


def tried(result: Result, verify: Callable[[Result], None]) -> Result:
    """Run a verifier; whatever it raises is a failure, but for what is not there to be run."""
    try:
        verify(result)
    except CannotRun as reason:
        result.missing = str(reason)
    except Exception as error:  # noqa: BLE001 - a table of results has a row for each, whatever went wrong
        result.failed = f"{type(error).__name__}: {error}"
    return result


def must(holds: bool, what: str) -> None:
    """Raise what was not so."""
    if not holds:
        raise Disagreed(what)


def ran(command: Sequence[str | Path], *, given: bytes = b"", **options: object) -> tuple[int, str]:
    """Exit status and output of a program; one that takes too long has failed."""
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=LIMIT_S, **options)  # type: ignore[call-overload]
    except subprocess.TimeoutExpired:
        return 124, f"did not end within {LIMIT_S} s"
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace").strip()


def tool(place: Path, missing: str) -> Path:
    """A program that must be there. Raises CannotRun."""
    if not place.is_file():
        raise CannotRun(missing)
    return place
