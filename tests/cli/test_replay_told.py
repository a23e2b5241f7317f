"""A replay on a terminal: amounts of any size."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from comity.cli.replay_told import told
from comity.cli.told import Told
from comity.posture.replay.answer import answer
from comity.posture.replay.report import Amounts, Report
from tests.posture.replay.reported import REPORT, line


def test_one_request_is_spoken_of_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    one = Report("x", "One", line("", as_before=1), first="2026-11", last="2026-11", groups=1, reproduced=1)
    told(one, Told())
    said = capsys.readouterr().out
    assert "1 request, 2026-11, in 1 group\n" in said and "The one request that was served goes where it went." in said
    assert "it is what the log has" in said
    lost = replace(one, total=line("", refused=1))
    assert answer(lost)[0] == "Of 1 request that was served, 100 % (1) are refused."


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (0, "0.00 EUR"),
        (21_700, "0.0000217 EUR"),
        (1, "0.000000001 EUR"),
        (999_999_999, "1.00 EUR"),
        (9_990_000, "0.00999 EUR"),
        (780_000_000, "0.78 EUR"),
        (4_523_190_000_000, "4,523.19 EUR"),
    ],
)
def test_what_costs_something_does_not_cost_nothing(cost: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    side = Amounts(requests=3, cost=cost)
    told(replace(REPORT, sources=(), total=replace(REPORT.total, before=side, after=side)), Told())
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("  cost "))
    assert line.split()[1:] == [*said.split(), "->", *said.split()]
