"""The tour's last step: the traffic that it just made, replayed with one supplier gone."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from comity.adapters.archives import StateArchive, library_of, worlds_of
from comity.adapters.rollup import groups_of
from comity.posture.replay.answer import answer
from comity.posture.replay.engine import replay
from comity.posture.replay.report import Report
from comity.posture.scenario.read import read_scenario
from comity.terms.problems import Problems

SCENARIO = "scenario.yaml"


def stressed(state: Path) -> Report:
    """The report of the tour's scenario over the log in `state`."""
    data = (files("comity.cli.tour") / SCENARIO).read_bytes()
    reading = read_scenario(data, SCENARIO)
    if reading.scenario is None:
        raise Problems(reading.problems)
    return replay(groups_of(state), worlds_of(StateArchive(state)), reading.scenario, library_of(None))


def lines(report: Report) -> Iterator[str]:
    """The answer in a few lines."""
    counts = report.total.counts
    yield (
        f"as they were: {report.reproduced} of {report.reproduced + report.differing} decisions made again are those"
        " of the log, byte for byte"
    )
    yield answer(report)[0]
    for flow in report.flows:
        if flow.before != flow.after:
            yield f"{flow.requests} of {flow.before}: {'to ' + flow.after if flow.after else 'refused'}"
    for rule in report.rules[:1]:
        yield f"refused by {rule.law}, {rule.cite} [{rule.rule}]"
    for repair in report.repairs[:1]:
        yield f"brings back {repair.brings_back} of {counts.refused}: {'; '.join(repair.says)}"


def faults(report: Report, answered: int) -> Iterator[str]:
    """What did not hold of it."""
    if report.differing or not report.reproduced:
        yield f"{report.differing} decisions made again are not those of the log"
    counts = report.total.counts
    if counts.as_before + counts.re_placed + counts.refused != answered:
        yield f"the replay knows of other answers than the {answered} of the tour"
    if not counts.refused or not counts.re_placed:
        yield "nothing is refused, or nothing is placed elsewhere, with Hexagone gone"
