"""A report of a replay as a page: the answer, then what changes, who is hit, why, and what would repair it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from comity.charts.chart import Chart, Table
from comity.charts.figures import exact, share
from comity.charts.page import Section, Tile, page
from comity.charts.palette import BLUE, GREY, ORANGE, VERMILLION
from comity.charts.ranks import ranks
from comity.charts.sankey import sankey
from comity.posture.replay.answer import answer, requests
from comity.posture.replay.causes_told import as_one
from comity.posture.replay.page_amounts import bands, by_application, side_by_side
from comity.posture.replay.page_parts import by_outcome, loads
from comity.posture.replay.page_sources import sources
from comity.posture.replay.page_sweep import sweep
from comity.posture.replay.report import NO_ROOM, Report, Ruled

MOST_CAUSES = 12  # a reader acts on the first few; JSON has all
MOST_REPAIRS = 10


def html(
    report: Report,
    command: str = "",
    digests: Sequence[tuple[str, str]] = (),
    future: Sequence[Section] = (),
    headline: str = "",
) -> str:
    """The report as one self-contained HTML file.

    `command` is the line that makes this report again; `digests` name what it read: log, stack, scenario, law. Of a
    scenario with a model of the future, `future` are its sections and `headline` its answer, which then come first.
    """
    period = report.first if report.first == report.last else f"{report.first} to {report.last}"
    if headline and future:  # the first section need not say again what the page begins with
        future = (future[0]._replace(prose=""), *future[1:])
    replayed = [] if future and not report.changes else [*_replayed(report)]
    ends = (sweep(report.swept), _assumed(report), _again(report, command, digests))
    return page(
        report.title,
        "\n\n".join(filter(None, (headline, *(answer(report) if replayed else ())))),
        [section for section in (*future, *replayed, *ends) if section],
        kicker=" · ".join(filter(None, ("Replay", report.scenario, f"requests of {period}" if report.first else ""))),
        tiles=list(_tiles(report)) if replayed else (),
        notice=report.notice,
        foot="A ruling says that no rule in force here forbids a placement, never that it is lawful. This is not legal "
        "advice.\n\nThis file asks no other for anything. Colours are Okabe and Ito's, told apart by every reader.",
    )


def _tiles(report: Report) -> Iterator[Tile]:
    """Shares of what the answer speaks of: of requests that were served, and else of those that were refused."""
    counts = report.total.counts
    served = counts.as_before + counts.re_placed + counts.refused + counts.overflow
    refused = counts.admitted + counts.still_refused
    found = (
        (counts.as_before, served, "placed as before", "that were served", served),
        (counts.re_placed, served, "go elsewhere", "that were served", served),
        (counts.refused, served, "refused now", "that were served", served),
        (counts.overflow, served, "without room", "that were served", False),
        (counts.admitted, refused, "admitted now", "that were refused", False),
        (counts.undecided, counts.requests, "not decided again", "in all", False),
    )
    for number, whole, says, note, always in found:
        if number or always:
            yield Tile(share(number, whole), says, f"{exact(number)} of {requests(whole)} {note}")


def _replayed(report: Report) -> Iterator[Section | None]:
    yield _before_and_after(report)
    yield _who(report)
    yield _why(report)
    yield _repair(report)
    yield _loads(report)
    yield _spent(report)


def _before_and_after(report: Report) -> Section:
    chains = [((flow.before or "refused", flow.after or "refused"), flow.requests) for flow in report.flows]
    lost = {"refused": VERMILLION, NO_ROOM: ORANGE}
    hues = [GREY if one == other else lost.get(other, BLUE) for (one, other), _ in chains]
    title = "Where requests went, and where they go"
    charts = [sankey(title, ("before", "after"), chains, "requests", hues=hues, kept=tuple(lost))]
    return Section("Before and after", _changes(report), charts if chains else (), [("In all", side_by_side(report))])


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
    alone = {cause.name: cause.alone for cause in report.causes if cause.kind == "rule"}
    causes = sorted(as_one(cause for cause in report.causes if cause.kind != "rule"), key=lambda cause: -cause.part)
    charts: list[Chart] = []
    tables: list[tuple[str, Table]] = []
    if causes := causes[:MOST_CAUSES]:
        parts = [(f"{each.name} ({each.kind})", each.part) for each in causes]
        charts.append(ranks("What has a part in the loss", parts, "requests", of=lost, hue=VERMILLION))
        heads = ("", "kind", "what it is", "has a part in", "alone accounts for")
        rows = tuple((each.name, each.kind, each.says, exact(each.part), exact(each.alone)) for each in causes)
        tables.append(("What accounts for how much", Table(heads, rows)))
    if rules := report.rules[:MOST_CAUSES]:
        counts = [(each.rule, each.requests) for each in rules]
        charts.append(ranks("Rules that refuse now", counts, "requests", hue=GREY))
        tables.append(("The rules", _rules(rules, alone)))
    said = (
        "A request can be lost for several reasons at once. “Has a part in” counts every one of them; “alone accounts "
        "for” counts the requests that would not be lost if this one were undone and all else stayed."
    )
    return Section("Why", said if report.causes else "", charts, tables) if charts else None


def _rules(rules: Sequence[Ruled], alone: Mapping[str, int]) -> Table:
    heads = ("", "law", "article", "basis", "has a part in", "alone accounts for")
    rows = []
    for each in rules:
        counts = (exact(each.requests), exact(alone[each.rule]) if each.rule in alone else "–")
        rows.append((each.rule, each.law, each.cite, each.basis, *counts))
    return Table(heads, tuple(rows))


def _repair(report: Report) -> Section | None:
    lost = report.total.counts.lost
    if not lost:
        return None
    if not report.repairs:
        none = f"No single agreement, certificate, site, model or capacity brings back any of {exact(lost)} requests."
        return Section("What would repair it", none)
    steps = [(f"{n}. {'; '.join(step.says)}", step) for n, step in enumerate(report.repairs[:MOST_REPAIRS], 1)]
    names = [" ".join(filter(None, (f"{n}. {step.kind}", step.deployment))) for n, (_, step) in enumerate(steps, 1)]
    rest = f"{exact(report.unrepaired)} requests stay lost." if report.unrepaired else "Nothing stays lost."
    said = (
        "Each step brings back the most that one step can, after those before it; each was confirmed by deciding "
        f"again. Five are told at most, and others may do as well. {rest}"
    )
    back = [(name, step.brings_back) for name, (_, step) in zip(names, steps, strict=True)]
    chart = ranks("What each step brings back", back, "requests", of=lost)
    body = tuple(
        (name, step.deployment, exact(step.brings_back), f"{exact(step.in_all)} ({share(step.in_all, lost)})")
        for name, step in steps
    )
    table = Table(("", "at", "brings back", "in all"), body)
    return Section("What would repair it", said, [chart], [("The steps", table)])


def _loads(report: Report) -> Section | None:
    if not report.loads:
        return None
    said = "Tokens of each month against what a deployment can do. Where the stack states no capacity, none is assumed."
    return Section("Load and capacity", said, *loads(report.loads))


def _spent(report: Report) -> Section:
    charts = by_application(report)
    whose = "The applications that change most." if charts else "Of no application does any of these change."
    said = (
        f"{whose} Energy is at the meter of the site, carbon that of operation alone. A band runs from low to high; "
        "what the stack does not state is estimated, and its band is wide."
    )
    table = ("Energy and carbon, with their bands", bands(report))
    return Section("Cost, time, energy and carbon by application", said, charts, [table])


def _assumed(report: Report) -> Section | None:
    parts = [report.reading.strip(), "\n".join(f"- {note}" for note in report.notes if note != report.notice)]
    said = "\n\n".join(filter(None, parts))
    return Section("How to read this, and what was assumed", said) if said else None


def _again(report: Report, command: str, digests: Sequence[tuple[str, str]]) -> Section | None:
    tables: list[tuple[str, Table]] = []
    if report.sources:
        tables.append(("Figures of the scenario", sources(report.sources)))
    if digests:
        tables.append(("What was read, by SHA-256", Table(("", "digest"), tuple(digests))))
    said = f"The same input gives this file again, byte for byte:\n\n    {command}" if command else ""
    return Section("Sources, and how to make this again", said, (), tables) if said or tables else None
