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


@pytest.mark.parametrize("change", [{"answer": "something else"}, {"expects": ("dubai-civic",)}])
def test_a_step_that_does_not_hold_fails_the_tour(change: dict, capsys: pytest.CaptureFixture[str]) -> None:
    assert take([replace(VISITS[2], **change)], once=True) == 1
    assert "FAILED" in capsys.readouterr().out
