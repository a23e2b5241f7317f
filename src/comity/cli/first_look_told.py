"""A first look on a terminal: who got what without an agreement, what is forbidden, and what would repair most."""

from __future__ import annotations

from collections.abc import Iterator

from comity.adapters.usage_imports.draft import CONTROLLER, Drafted, Facts
from comity.cli.told import Told, listed, percent
from comity.law.vocabulary import Vocabulary
from comity.posture.replay.engine import OF_LATENCY
from comity.posture.replay.parties import Partner
from comity.posture.replay.repairs import GREEDY
from comity.posture.replay.report import Repair, Report

STEPS = 3
"""Of the repair that are told: what somebody does this week."""

RULES = 3
"""That are told, the most frequent; a page has all."""

_MANY = {1: "One step repairs", 2: "Two steps repair", 3: "Three steps repair"}


def told(
    report: Report, held: tuple[Partner, ...], draft: Drafted, facts: Facts, words: Vocabulary, show: Told
) -> None:
    """Prints it."""
    counts = report.total.counts
    months = report.first if report.first == report.last else f"{report.first} to {report.last}"
    show.title(report.title, f"{counts.requests:,} request{'' if counts.requests == 1 else 's'}, {months}")
    show.say(you(facts))
    _who(report, held, draft, show)
    if not counts.refused:
        show.heading("No rule that is loaded forbids any of them where they went")
    else:
        _forbidden(report, show)
        _steps(report, held, draft, words, show)
    show.heading("Taken for granted here, and to be checked")
    show.items(list(taken(report, draft)))
    show.say("")
    show.say("What no loaded rule forbids is not thereby lawful. This is not legal advice.")
    show.say("Next: --html FILE for a page, --scenario S.yaml for what breaks when.", "dim")
    show.say("More: docs/guides/first-look.md", "dim")


def you(facts: Facts) -> str:
    """Who sent what, of whom and what for, as the flags have it."""
    data = listed(facts.data) if facts.data else "no regulated"
    return (
        f"You, in {facts.seat}, sent {data} data of people in {listed(facts.subjects)}, for {facts.purpose}; "
        f"law read: {listed(facts.law)}."
    )


def _who(report: Report, held: tuple[Partner, ...], draft: Drafted, show: Told) -> None:
    whole = sum(each.requests for each in held)
    bare = sum(each.requests for each in held if each.bare)
    show.heading(f"{percent(bare, whole)} of them went to companies with no agreement on file")
    show.rows([_partner(each, whole, report.currency, draft) for each in held], (1, 2))
    if any(not each.own for each in held):
        show.say("  UNREVIEWED: who and where they are is common knowledge that nobody checked.")
    if party := next((each.party for each in held if each.bare), ""):
        signed = dict(each for step in reversed(report.repairs) for each in _agreements(step))
        show.say(f"  One is on file? Say so: --agreement {party}={signed.get(party, 'eu.art28')}", "dim")


def _partner(each: Partner, whole: int, currency: str, draft: Drafted) -> tuple[str, ...]:
    name = draft.operators.get(each.party, each.party)
    cost = f"{each.cost / 1e9:,.2f} {currency}".strip() if each.cost else ""
    if each.own:
        return "you yourself", percent(each.requests, whole), cost, ""
    kinds = f": {', '.join(each.kinds)}" if each.kinds else ""
    return name, percent(each.requests, whole), cost, f"{each.party}{kinds}"


def _forbidden(report: Report, show: Told) -> None:
    counts = report.total.counts
    show.heading(f"{percent(counts.refused, counts.requests)} are forbidden where they went")
    show.rows(
        [
            (percent(each.requests, counts.requests), f"{each.says or each.rule} {each.law}, {each.cite}.")
            for each in report.rules[:RULES]
        ],
        (0,),
    )
    if len(report.rules) > RULES:
        show.say(f"  and {len(report.rules) - RULES} rules more", "dim")


def _steps(report: Report, held: tuple[Partner, ...], draft: Drafted, words: Vocabulary, show: Told) -> None:
    refused = report.total.counts.refused
    steps = report.repairs[:STEPS]
    if not steps:
        show.heading("No single agreement, certificate or site would repair any of it")
        return
    show.heading(f"{_MANY[len(steps)]} {percent(steps[-1].in_all, refused)} of that")
    show.rows(
        [
            (f"{number}.", f"+{percent(step.brings_back, refused)}", "; ".join(in_words(step, draft, words)))
            for number, step in enumerate(steps, 1)
        ],
        (1,),
    )
    if len(report.repairs) > 1:
        show.say("  Each is the step that adds the most to those before it; others may do as well.", "dim")


def in_words(step: Repair, draft: Drafted, words: Vocabulary) -> Iterator[str]:
    """An agreement by its name in the vocabulary and the company's; anything else as the repair says it."""
    for said in step.says:
        signed = next(
            (each for each in _agreements(step) if said == f"{CONTROLLER} and {each[0]} sign {each[1]}"), None
        )
        if signed is not None:
            party, kind = signed
            means = words.kinds[kind].says if kind in words.kinds else kind
            yield f"sign with {draft.operators.get(party, party)}: {means} ({kind})"
        elif said.startswith("the transfer under ") and said.endswith("(TIA)"):
            yield "assess that transfer"
        else:
            yield said


def _agreements(step: Repair) -> Iterator[tuple[str, str]]:
    for each in step.lines.get("agreements", ()):
        for party in each["between"]:
            yield from ((party, kind) for kind in each["kinds"])


def taken(report: Report, draft: Drafted) -> Iterator[str]:
    """What the look rests on that nobody said."""
    yield from (note for note in report.notes if note not in (GREEDY, OF_LATENCY))
    if draft.sources:
        yield f"The companies' terms, unread: {', '.join(draft.sources.values())}"
