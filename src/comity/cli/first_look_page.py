"""A first look as a page: who got what, what forbids it, what would repair it, and what was taken for granted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from comity.adapters.usage_imports.draft import Drafted, Facts
from comity.charts.chart import Table
from comity.charts.figures import exact, share
from comity.charts.page import Section, Tile, page
from comity.charts.palette import GREY, ORANGE
from comity.charts.ranks import ranks
from comity.cli.first_look_told import in_words, taken, you
from comity.law.vocabulary import Vocabulary
from comity.posture.replay.parties import Partner
from comity.posture.replay.report import Report

UNREVIEWED = (
    "UNREVIEWED: which companies these are and where they sit is common knowledge as of 2026-11, which nobody here has "
    "checked against their terms."
)


def page_of(report: Report, held: Sequence[Partner], draft: Drafted, facts: Facts, words: Vocabulary) -> str:
    """The page."""
    whole = sum(each.requests for each in held)
    bare = sum(each.requests for each in held if each.bare)
    counts = report.total.counts
    period = report.first if report.first == report.last else f"{report.first} to {report.last}"
    lead = f"{share(bare, whole)} of {exact(whole)} requests went to companies with which no agreement is on file."
    if counts.refused:
        lead += f" {share(counts.refused, counts.requests)} are forbidden where they went{_repaired(report)}."
    sections = (
        _who(held, whole, report.currency, draft),
        _forbidden(report),
        _steps(report, draft, words),
        Section("Taken for granted here, and to be checked", "\n".join(f"- {each}" for each in taken(report, draft))),
    )
    return page(
        report.title,
        f"{lead}\n\n{you(facts)}",
        [section for section in sections if section is not None],
        kicker=f"A first look · requests of {period}",
        tiles=list(_tiles(report, bare, whole)),
        notice=UNREVIEWED if any(not each.own for each in held) else "",
        foot="What no loaded rule forbids is not thereby lawful. This is not legal advice.\n\nThis file asks no other "
        "for anything. Colours are Okabe and Ito's, told apart by every reader.",
    )


def _repaired(report: Report) -> str:
    steps = report.repairs[:3]
    if not steps:
        return ", and no single step would repair any of it"
    many = {1: "one step", 2: "two steps", 3: "three steps"}[len(steps)]
    return f"; {many} would repair {share(steps[-1].in_all, report.total.counts.refused)} of that"


def _tiles(report: Report, bare: int, whole: int) -> Iterator[Tile]:
    counts = report.total.counts
    yield Tile(share(bare, whole), "no agreement on file", f"{exact(bare)} requests")
    yield Tile(share(counts.refused, counts.requests), "forbidden where they went", f"{exact(counts.refused)} requests")
    if counts.refused:
        mended = report.repairs[:3][-1].in_all if report.repairs else 0
        yield Tile(share(mended, counts.refused), "of those are repaired in three steps", f"{exact(mended)} requests")


def _who(held: Sequence[Partner], whole: int, currency: str, draft: Drafted) -> Section:
    names = ["you yourself" if each.own else draft.operators.get(each.party, each.party) for each in held]
    chart = ranks(
        "Requests by company",
        [(name, each.requests) for name, each in zip(names, held, strict=True)],
        "requests",
        of=whole,
        hue=ORANGE,
    )
    rows = tuple(
        (
            name,
            each.seat,
            "–" if each.own else ", ".join(each.kinds) or "none",
            exact(each.requests),
            f"{each.cost / 1e9:,.2f} {currency}".strip() if each.cost else "not known",
            "" if each.own else each.party,
        )
        for name, each in zip(names, held, strict=True)
    )
    table = Table(("", "seat", "agreement on file", "requests", "cost", "for --agreement"), rows)
    said = "None on file means that you named none: say what there is by `--agreement NAME=KINDS`."
    return Section("Who got them", said, [chart], [("By company", table)])


def _forbidden(report: Report) -> Section | None:
    if not report.rules:
        return None
    counts = [(each.rule, each.requests) for each in report.rules]
    chart = ranks("Rules that forbid them", counts, "requests", of=report.total.counts.requests, hue=GREY)
    rows = tuple(
        (each.rule, each.says, f"{each.law}, {each.cite}", each.basis, exact(each.requests)) for each in report.rules
    )
    table = Table(("", "says", "source", "basis", "requests"), rows)
    return Section("What forbids them", "A request may be forbidden by several.", [chart], [("The rules", table)])


def _steps(report: Report, draft: Drafted, words: Vocabulary) -> Section | None:
    lost = report.total.counts.refused
    if not lost:
        return None
    if not report.repairs:
        return Section("What would repair it", "No single agreement, certificate or site would repair any of it.")
    rows = tuple(
        (
            str(number),
            "; ".join(in_words(step, draft, words)),
            exact(step.brings_back),
            f"{exact(step.in_all)} ({share(step.in_all, lost)})",
        )
        for number, step in enumerate(report.repairs, 1)
    )
    table = Table(("step", "what is to be done", "brings back", "in all"), rows)
    said = (
        "Each is the step that adds the most to those before it, confirmed by deciding again; five are told at most, "
        "and others may do as well."
    )
    chart = ranks(
        "What each step brings back",
        [(f"step {number}", step.brings_back) for number, step in enumerate(report.repairs, 1)],
        "requests",
        of=lost,
    )
    return Section("What would repair it", said, [chart], [("The steps", table)])
