"""The tour, as `make demo ONCE=1` takes it, and that it notices when something does not hold."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from comity.cli.demo import take
from comity.cli.tour.visits import VISITS


def test_the_tour_holds_and_is_plain_when_piped() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "comity", "demo", "--once"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    for number in range(1, 11):
        assert f"\n{number}. " in done.stdout
    for expected in (
        "451 unlawful_placement",
        "ae.health/13-abroad",
        "remedy",
        "lyon-civic in lyon",
        "\n              Valid.",
        "Not valid",
    ):
        assert expected in done.stdout
    assert "FAILED" not in done.stdout
    assert len({visit.language for visit in VISITS}) == 5
    assert len(VISITS) >= 7


def test_steps_that_do_not_hold_fail_the_tour(capsys: pytest.CaptureFixture[str]) -> None:
    answered = VISITS[2]
    wrong = [replace(answered, answer="something else"), replace(answered, expects=("dubai-civic",))]
    assert take([*wrong, answered], once=True) == 1
    said = capsys.readouterr().out
    assert "expected 'something else'" in said
    assert "expected dubai-civic" in said
    assert said.count("FAILED") == 3, said
