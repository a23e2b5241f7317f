"""A report of a replay as a page: the answer, then what changes, who is hit, why, and what would repair it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from comity.charts.chart import Chart, Table
from comity.charts.figures import NOT_KNOWN, change, exact, share, short
from comity.charts.page import Section, Tile, page
from comity.charts.palette import GREY, VERMILLION
from comity.charts.ranks import ranks
from comity.charts.sankey import sankey
from comity.posture.replay.answer import answer
from comity.posture.replay.page_parts import AMOUNTS, by_outcome, loads, money, side_by_side
from comity.posture.replay.report import Report

MOST_CAUSES = 12  # a reader acts on the first few; JSON has all
MOST_REPAIRS = 10
REFUSED = "refused, or nobody"


def html(report: Report, command: str = "", digests: Sequence[tuple[str, str]] = ()) -> str:
    """The report as one self-contained HTML file.

    `command` is the line that makes this report again; `digests` name what it read: log, stack, scenario, law.
    """
    period = report.first if report.first == report.last else f"{report.first} to {report.last}"
    return page(
        report.title,
        "\n\n".join(answer(report)),
        [section for section in _sections(report, command, digests) if section],
        kicker=" · ".join(filter(None, ("Replay", report.scenario, f"requests of {period}" if report.first else ""))),
        tiles=list(_tiles(report)),
        foot="A ruling says that no rule in force here forbids a placement, never that it is lawful. This is not legal "
        "advice.\n\nThis file asks no other for anything. Colours are Okabe and Ito's, told apart by every reader.",
    )


def _tiles(report: Report) -> Iterator[Tile]:
    counts, total = report.total.counts, report.total.counts.requests
    yield Tile(share(counts.as_before, total), "placed as before", f"{exact(counts.as_before)} requests")
    yield Tile(
        share(counts.re_placed, total), "re-placed", f"{exact(counts.re_placed)} requests go to another deployment"
    )
    yield Tile(share(counts.refused, total), "refused now", f"{exact(counts.refused)} requests were placed")
    if counts.overflow:
        yield Tile(share(counts.overflow, total), "without room", f"{exact(counts.overflow)} requests are permitted")
    if counts.admitted:
        yield Tile(share(counts.admitted, total), "admitted now", f"{exact(counts.admitted)} requests were refused")


def _sections(report: Report, command: str, digests: Sequence[tuple[str, str]]) -> Iterator[Section | None]:
    yield _before_and_after(report)
    yield _who(report)
    yield _why(report)
    yield _repair(report)
    yield _loads(report)
    yield _spent(report)
    yield _assumed(report)
    yield _again(report, command, digests)


def _before_and_after(report: Report) -> Section:
    flows = [((flow.before or REFUSED, flow.after or REFUSED), flow.requests) for flow in report.flows]
    charts = [sankey("Where requests went, and where they go", ("before", "after"), flows, "requests")] if flows else []
    return Section("Before and after", _changes(report), charts, [("In all", side_by_side(report))])


def _changes(report: Report) -> str:
    if not report.changes:
        return "Nothing is changed: every request is decided again in the world in which it was made."
    since = f", by the law of {report.as_of}" if report.as_of else ""
    return f"What is changed{since}:\n\n" + "\n".join(f"- {each}" for each in report.changes)


def _who(report: Report) -> Section:
    charts = [by_outcome("By application", report.applications)]
    charts += [by_outcome("By class of data", report.data)] if report.data else []
    charts += [by_outcome("By jurisdiction", report.jurisdictions)] if report.jurisdictions else []
    more = (
        "A request counts for each of its classes and jurisdictions, so those bars overlap." if len(charts) > 1 else ""
    )
    return Section("Who is hit", more, charts)


def _why(report: Report) -> Section | None:
    lost = report.total.counts.lost
    if not report.rules and not report.causes:
        return None
    charts: list[Chart] = []
    tables: list[tuple[str, Table]] = []
    if report.causes:
        causes = report.causes[:MOST_CAUSES]
        charts.append(
            ranks(
                "What has a part in the loss",
                [(f"{each.name} ({each.kind})", each.part) for each in causes],
                "requests",
                of=lost,
                hue=VERMILLION,
            )
        )
        rows = tuple((each.name, each.kind, each.says, exact(each.part), exact(each.alone)) for each in causes)
        tables.append(
            (
                "What accounts for how much",
                Table(("", "kind", "what it is", "has a part in", "alone accounts for"), rows),
            )
        )
    if report.rules:
        rules = report.rules[:MOST_CAUSES]
        charts.append(
            ranks("Rules that refuse now", [(each.rule, each.requests) for each in rules], "requests", hue=GREY)
        )
        tables.append(
            (
                "The rules",
                Table(
                    ("", "law", "article", "basis", "requests"),
                    tuple((each.rule, each.law, each.cite, each.basis, exact(each.requests)) for each in rules),
                ),
            )
        )
    said = (
        (
            "A request can be lost for several reasons at once. *Has a part in* counts every one of them; *alone accounts "
            "for* counts the requests that would not be lost if this one were undone and all else stayed."
        )
        .replace("*", "“", 1)
        .replace("*", "”", 1)
        .replace("*", "“", 1)
        .replace("*", "”", 1)
    )
    return Section("Why", said if report.causes else "", charts, tables)


def _repair(report: Report) -> Section | None:
    lost = report.total.counts.lost
    if not lost:
        return None
    if not report.repairs:
        return Section(
            "What would repair it",
            f"No single agreement, certificate, site or model brings back any of the {exact(lost)} requests.",
        )
    steps = report.repairs[:MOST_REPAIRS]
    rest = f" {exact(report.unrepaired)} stay lost." if report.unrepaired else " Nothing stays lost."
    said = (
        "Each step brings back the most that one step can, after those before it; each was confirmed by deciding again."
        + rest
    )
    body = tuple(
        (
            str(number),
            "; ".join(step.says),
            step.deployment,
            exact(step.brings_back),
            f"{exact(step.in_all)} ({share(step.in_all, lost)})",
        )
        for number, step in enumerate(steps, 1)
    )
    chart = ranks(
        "What each step brings back",
        [(f"{n}. {'; '.join(step.says)}", step.brings_back) for n, step in enumerate(steps, 1)],
        "requests",
        of=lost,
    )
    return Section(
        "What would repair it",
        said,
        [chart],
        [("The steps, in order", Table(("", "step", "opens", "brings back", "in all"), body))],
    )


def _loads(report: Report) -> Section | None:
    if not report.loads:
        return None
    said = (
        "Tokens of each month against what each deployment can do. Where the stack states no capacity, none is assumed."
    )
    return Section("Load and capacity", said, *loads(report.loads))


def _spent(report: Report) -> Section:
    charts = [
        money(name, each, report)
        for name, each in AMOUNTS
        if any(each(line.before) or each(line.after) for line in report.applications)
    ]
    rows = []
    for name, unit, pick in (
        ("energy", "Wh", lambda side: side.energy_wh),
        ("carbon", "g CO2e", lambda side: side.carbon_g),
    ):
        old, new = pick(report.total.before), pick(report.total.after)
        rows.append(
            (
                f"{name}, {unit}",
                *(
                    f"{short(Decimal(m.value))} ({short(Decimal(m.low))} to {short(Decimal(m.high))})"
                    for m in (old, new)
                ),
                change(Decimal(old.value), Decimal(new.value)),
                f"{exact(new.estimated)} requests",
            )
        )
    table = Table(("", "before", "after", "change", "estimated"), tuple(rows))
    said = (
        "Energy at the meter of the site, carbon of operation alone. The band in brackets runs from low to high; what the "
        "stack does not state is estimated, and its band is wide."
    )
    return Section("Cost, energy and carbon", said, charts, [("Bands", table)])


def _assumed(report: Report) -> Section | None:
    parts = [report.reading.strip(), "\n".join(f"- {note}" for note in report.notes)]
    said = "\n\n".join(filter(None, parts))
    return Section("How to read this, and what was assumed", said) if said else None


def _again(report: Report, command: str, digests: Sequence[tuple[str, str]]) -> Section | None:
    tables: list[tuple[str, Table]] = []
    if report.sources:
        heads = ("figure", "source", "date", "checked", "url")
        tables.append(
            (
                "Figures of the scenario",
                Table(heads, tuple(tuple(str(each.get(head, NOT_KNOWN)) for head in heads) for each in report.sources)),
            )
        )
    if digests:
        tables.append(("What was read (SHA-256)", Table(("", "digest"), tuple(digests))))
    said = f"The same input gives this file again, byte for byte:\n\n    {command}" if command else ""
    return Section("Sources, and how to make this again", said, (), tables) if said or tables else None
