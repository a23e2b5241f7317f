"""A report of a replay in sentences and rows, for a reader who decides and does not program."""

from __future__ import annotations

from collections.abc import Iterator

from comity.cli.told import Told, bar, percent
from comity.posture.replay.answer import answer
from comity.posture.replay.answer import requests as counted
from comity.posture.replay.causes_told import as_one
from comity.posture.replay.report import Amounts, Line, Measure, Report

MOST = 6
"""Rows of a part; `--json` and `--html` have all."""

CENT = 10**7
"""In the unit of costs."""

SAID = {
    "as_before": "go where they went",
    "re_placed": "go elsewhere",
    "overflow": "find no room",
    "refused": "are refused now",
    "admitted": "are placed now, and were refused",
    "still_refused": "are refused, as before",
    "undecided": "could not be decided again",
}


def told(report: Report, show: Told) -> None:
    """Prints the report."""
    months = report.first if report.first == report.last else f"{report.first} to {report.last}"
    requests = report.total.counts.requests
    groups = f"{report.groups:,} {'group' if report.groups == 1 else 'groups'}"
    show.title(report.title, f"{counted(requests)}, {months}, in {groups}")
    if report.notice:
        show.say(report.notice)
    for sentence in answer(report):
        show.say(sentence)
    if report.changes:
        show.heading("What is changed")
        show.rows([(change,) for change in report.changes])
    show.heading("What becomes of them")
    counts = report.total.counts
    show.rows(
        [
            (f"{number:,}", percent(number, requests), bar(number, requests), says)
            for name, says in SAID.items()
            if (number := getattr(counts, name))
        ],
        (0, 1),
    )
    if report.reproduced or report.differing:
        show.say(f"  {_reproduced(report)}", "dim")
    _who(report, show)
    _why(report, show)
    _repair(report, show)
    _loads(report, show)
    show.heading("Cost, time, energy")
    show.rows(list(_amounts(report)), (1, 3))
    if report.reading:
        show.heading("How to read this")
        show.rows([(" ".join(report.reading.split()),)])
    if notes := [note for note in report.notes if note != report.notice]:
        show.heading("To be known")
        show.items(notes)
    if report.sources:
        show.heading("Sources of the scenario's figures")
        show.items([f"{each['figure']}: {each['source']} ({each['checked']})" for each in report.sources])


def _reproduced(report: Report) -> str:
    whole = report.reproduced + report.differing
    if not report.differing:
        if whole == 1:
            return "Made again in its own realm, it is what the log has, byte for byte."
        return f"Made again in their own realms, all {whole:,} are what the log has, byte for byte."
    return f"Made again in their own realms, {report.reproduced:,} of {whole:,} are what the log has, byte for byte."


def _who(report: Report, show: Told) -> None:
    for heading, lines in (
        ("By application", report.applications),
        ("By class of data", report.data),
        ("By jurisdiction of the people", report.jurisdictions),
    ):
        hit = [line for line in lines if line.counts.lost or line.counts.re_placed or line.counts.admitted]
        if hit:
            show.heading(heading)
            show.rows([_line(line) for line in hit[:MOST]], (1, 2, 3))
            _more(show, len(hit))


def _line(line: Line) -> tuple[str, ...]:
    counts = line.counts
    return (
        line.name,
        f"{counts.requests:,}",
        f"{counts.re_placed:,} elsewhere",
        f"{counts.lost:,} lost",
        bar(counts.lost, counts.requests),
    )


def _why(report: Report, show: Told) -> None:
    lost = report.total.counts.lost
    if report.rules:
        show.heading("Refused by")
        show.rows(
            [(percent(rule.requests, lost), rule.rule, f"{rule.law}, {rule.cite}") for rule in report.rules[:MOST]],
            (0,),
        )
        _more(show, len(report.rules))
    causes = as_one(cause for cause in report.causes if cause.kind != "rule")
    if causes:
        show.heading("What accounts for it: alone, and together with others")
        show.rows(
            [
                (percent(cause.alone, lost), percent(cause.part, lost), cause.kind, cause.says)
                for cause in causes[:MOST]
            ],
            (0, 1),
        )
        _more(show, len(causes))


def _repair(report: Report, show: Told) -> None:
    if not report.total.counts.lost:
        return
    lost = report.total.counts.lost
    show.heading("What would bring them back, step by step")
    if not report.repairs:
        show.say("  No agreement, certificate, site, model or capacity that is known here brings any of them back.")
        return
    show.rows(
        [
            (f"{number}.", f"+{repair.brings_back:,}", percent(repair.in_all, lost), "; ".join(repair.says))
            for number, repair in enumerate(report.repairs, 1)
        ],
        (1, 2),
    )
    if report.unrepaired:
        show.say(f"  {report.unrepaired:,} stay refused after that.")


def _loads(report: Report, show: Told) -> None:
    full = [load for load in report.loads if load.capacity is not None]
    if not full:
        return
    worst = sorted(full, key=lambda load: (-load.overflow, -load.after / max(1, load.capacity or 0), load.deployment))
    show.heading("Load against capacity, the fullest months")
    rows = []
    for load in worst[:MOST]:
        over = f"{load.overflow:,} tokens find no room" if load.overflow else ""
        rows.append((load.deployment, load.period, percent(load.after, load.capacity or 0), over))
    show.rows(rows, (2,))


def _amounts(report: Report) -> Iterator[tuple[str, ...]]:
    before, after = report.total.before, report.total.after
    yield "cost", _money(before, report), "->", _money(after, report)
    yield "first byte", _milliseconds(before), "->", _milliseconds(after)
    yield "energy", _measure(before.energy_wh, "kWh"), "->", _measure(after.energy_wh, "kWh")
    yield "carbon", _measure(before.carbon_g, "kg CO2e"), "->", _measure(after.carbon_g, "kg CO2e")


def _money(amounts: Amounts, report: Report) -> str:
    text = f"{_coins(amounts.cost)} {report.currency}".strip()
    return f"{text} ({amounts.unpriced:,} unpriced)" if amounts.unpriced else text


def _coins(cost: int) -> str:
    """With two digits after the point; of less than a cent, with as many as make three significant ones."""
    digits = 2 if cost >= CENT or not cost else min(9, 12 - len(str(cost)))
    return f"{cost / 1e9:,.{digits}f}"


def _milliseconds(amounts: Amounts) -> str:
    return "not known" if amounts.latency_ms is None else f"{amounts.latency_ms:,} ms"


def _measure(measure: Measure, unit: str) -> str:
    value, low, high = (float(each) / 1000 for each in (measure.value, measure.low, measure.high))
    mark = "about " if measure.estimated else ""
    return f"{mark}{_three(value)} {unit} ({_three(low)} to {_three(high)})"


def _three(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _more(show: Told, count: int) -> None:
    if count > MOST:
        show.say(f"  and {count - MOST} more", "dim")
