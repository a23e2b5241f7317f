"""Requests that find no room: what took it away, and what would make some."""

from __future__ import annotations

import pytest

from comity.adapters.archives import library_of
from comity.adapters.capacity import share_out
from comity.placement.types import Wish
from comity.posture.replay.causes_told import as_one
from comity.posture.replay.engine import replay
from comity.posture.replay.fixes import Fix
from comity.posture.replay.repairs import Found, of_order
from comity.posture.replay.report import Cause, Repair, Report
from comity.posture.replay.worlds import Put
from comity.posture.scenario.read import read_scenario
from tests.posture.replay.tour import HEAD, log, worlds


def replayed(changes: str) -> Report:
    reading = read_scenario((HEAD + changes).encode(), "s.yaml")
    assert reading.scenario is not None, reading.problems
    return replay(log(), worlds(), reading.scenario, library_of(None), share_out)


def cause(report: Report, kind: str, name: str = "") -> Cause:
    (found,) = (each for each in report.causes if each.kind == kind and name in each.name)
    return found


FULL = "changes:\n  - capacity: {set: {paris-civic: 0.1, lyon-civic: 0, frankfurt-civic: 0}}\n"


def test_the_change_that_took_the_room_away_is_named_and_so_is_what_is_full() -> None:
    report = replayed(FULL)
    counts = report.total.counts
    assert counts.overflow > 0
    for each in report.causes:
        assert 0 <= each.alone <= each.part <= counts.lost and each.no_room <= counts.overflow, each
    assert cause(report, "capacity", "paris-civic").no_room == counts.overflow
    assert "is full" in cause(report, "deployment", "paris-civic").says


def test_demand_that_grows_accounts_for_what_finds_no_room() -> None:
    report = replayed(FULL.replace("0.1", "1").replace("0,", "1,").replace("0}", "1}") + "  - demand: {factor: 900}\n")
    assert report.total.counts.overflow > 0
    assert cause(report, "demand").alone == cause(report, "demand").no_room > 0


def test_more_capacity_is_a_step_of_the_repair_and_brings_back_what_it_says() -> None:
    report = replayed(FULL)
    step = next(each for each in report.repairs if each.kind == "capacity")
    assert step.brings_back > 0 and "a second more" in step.says[0]
    (more,) = step.lines["deployments"].values()
    had = "0.1" if step.deployment == "paris-civic" else "0"
    mended = FULL.replace(f"{step.deployment}: {had}", f"{step.deployment}: {more['capacity']}")
    assert mended != FULL
    assert replayed(mended).total.counts.overflow <= report.total.counts.overflow - step.brings_back


ENDED = "  - agreements: {end: [{between: [ministry, columbia]}, {between: [ministry, hexagone]}]}\n"


@pytest.mark.parametrize("changes", [FULL, FULL + ENDED, FULL + "  - suppliers: {withdraw: [columbia-inc]}\n"])
def test_steps_and_what_is_left_add_up_to_the_loss(changes: str) -> None:
    report = replayed(changes)
    assert report.total.counts.overflow > 0
    in_all = 0
    for step in report.repairs:
        assert step.brings_back > 0
        in_all += step.brings_back
        assert step.in_all == in_all
    assert in_all + report.unrepaired == report.total.counts.lost
    assert len(report.repairs) <= 5


def test_an_order_that_is_known_not_to_be_the_best_says_which_pair_is_better() -> None:
    fixes = [Fix("agreement", name, (f"sign {name}",), {}, 3, Put((), Wish("m"))) for name in "abc"]
    step = Repair("agreement", "a", ("sign a",), {}, 3, 1, 1)
    said = list(of_order(Found((step, step), 0, tuple(fixes[:2]), tuple(fixes[1:]))))
    assert len(said) == 2 and "“sign b” and “sign c” together bring back more" in said[1]
    assert list(of_order(Found((step,)))) == []


def test_full_deployments_that_account_for_the_same_are_told_together() -> None:
    causes = [Cause("capacity", "all", "less", 9, 9), *(Cause("deployment", n, "full", 9, 9) for n in "abcd")]
    told = as_one([*causes, Cause("deployment", "e", "e is full", 3, 9)])
    assert [each.name for each in told] == ["all", "any of 4", "e"]
    assert told[1].says == "a, b, c and 1 more are full; each alone"
