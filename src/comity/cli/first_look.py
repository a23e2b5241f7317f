"""`comity replay --from`: usage of a gateway that is in use today, ruled on, with nothing in the path.

No stack file is needed to begin: one is drafted from what was used, and two or three flags say what no export knows.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from comity.adapters.archives import RealmArchive, library_of, worlds_of
from comity.adapters.clock import unix_ms
from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.adapters.scenario_files import nothing_changed, read_scenario_file
from comity.adapters.usage_imports.draft import CONTROLLER, NO_CURRENCY, Drafted, Facts, drafted, packs_for
from comity.adapters.usage_imports.forms import FIELDS
from comity.adapters.usage_imports.forms import FORMS as READERS
from comity.adapters.usage_imports.read import Usage, read_usage
from comity.adapters.whole_files import write_whole
from comity.cli.first_look_page import page_of
from comity.cli.first_look_told import told
from comity.cli.progress import progress
from comity.cli.told import Told
from comity.law.epoch import covered
from comity.law.realm import Realm
from comity.placement.stated import check_words
from comity.posture.futures.kinds import FUTURES
from comity.posture.replay.engine import replay
from comity.posture.replay.page import html
from comity.posture.replay.parties import Partner, partners
from comity.posture.replay.report import Report
from comity.posture.scenario.types import Scenario
from comity.stack.jurisdictions import NAMES
from comity.stack.types import Agreement, Assessment, Stack
from comity.terms.errors import UsageFault
from comity.terms.instants import day_of

FORMS = tuple(READERS)

A_YEAR = timedelta(days=365)


def add(parser: argparse.ArgumentParser) -> None:
    """Registers the options that say what no export knows."""
    facts = parser.add_argument_group("with --from: what no export says")
    facts.add_argument("--seat", metavar="CODE", help="where you are seated, such as FR")
    facts.add_argument("--data", default="personal", metavar="WORDS", help="kinds of data (default: personal)")
    facts.add_argument("--subjects", metavar="CODES", help="where the people are (default: where you are seated)")
    facts.add_argument("--purpose", default="customer-support", metavar="WORD", help="what for (default: %(default)s)")
    facts.add_argument("--law", metavar="PACKS", help="law packs (default: those of your seat and of the people)")
    facts.add_argument("--grounds", default="", metavar="WORDS", help="your legal grounds (default: taken as given)")
    facts.add_argument(
        "--agreement",
        action="append",
        default=[],
        metavar="PARTY=KINDS",
        help="an instrument on file, such as openai-ie=eu.art28,eu.scc-m2; repeat for more",
    )
    facts.add_argument("--currency", metavar="CODE", help="of the costs (default: USD; of a csv none is taken)")
    facts.add_argument("--own", default="", metavar="HOSTS", help="hosts that are yours")
    facts.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help=f"of a csv: {', '.join(FIELDS)}; repeat for more",
    )


def run(options: argparse.Namespace) -> int:
    """Prints the first look, or the report of a scenario; 0 whatever it says."""
    if options.usage is None:
        raise UsageFault(f"--from {options.foreign}: name the export, such as usage.csv")
    if options.seat is None:
        raise UsageFault("where are you seated? --seat FR; and --data, --subjects, --purpose where they are not usual")
    _check(_facts(options))
    now = unix_ms()
    with progress("reading the export") as step:
        usage = read_usage(options.usage, options.foreign, _pairs("--map", options.map), step)
    draft, realm = _realm(options, usage, now)
    worlds = worlds_of(RealmArchive((), realm))
    scenario = nothing_changed()
    if options.scenario is not None:
        scenario = read_scenario_file(options.scenario, FUTURES).scenario or scenario
    report = replay(draft.groups, worlds, scenario, library_of(None))
    notes = (*draft.notes, *_left_out(usage), *_not_run(scenario), *report.notes)
    title = report.title if options.scenario is not None else f"A first look at {options.usage.name}"
    report = msgspec.structs.replace(report, title=title, notes=notes, currency=_currency(report.currency))
    held = partners(draft.groups, realm.stack, day_of(now))
    if options.json:
        _json(report, held)
    elif options.html is not None:
        look = options.scenario is None
        facts = _facts(options)
        text = page_of(report, held, draft, facts, vocabulary()) if look else html(report, "", ())
        write_whole(options.html, text.encode())
        print(f"{options.html}: written")
    else:
        told(report, held, draft, _facts(options), vocabulary(), Told())
    return 0


def _realm(options: argparse.Namespace, usage: Usage, now: int) -> tuple[Drafted, Realm]:
    words, on = vocabulary(), day_of(now)
    facts = _facts(options)
    packs = load_packs(facts.law)
    probe = Realm(_empty(facts), packs, words, schema_text(), now, zone, on)
    cells = covered(packs, probe.epoch.groups, now, zone).cells
    draft = drafted(usage, facts, words, frozenset(place for place, *_ in cells), on)
    stack = msgspec.structs.replace(draft.stack, agreements=tuple(_agreements(options.agreement, draft, on)))
    return draft, Realm(stack, packs, words, schema_text(), now, zone, on)


def _facts(options: argparse.Namespace) -> Facts:
    subjects = _list(options.subjects) or (options.seat,)
    return Facts(
        seat=options.seat,
        data=_list(options.data),
        subjects=subjects,
        purpose=options.purpose,
        law=_list(options.law) or packs_for((options.seat, *subjects)),
        grounds=_list(options.grounds),
        own_hosts=_list(options.own),
        currency=options.currency or (NO_CURRENCY if options.foreign == "csv" else "USD"),
    )


def _currency(code: str) -> str:
    return "" if code == NO_CURRENCY else code


def _check(facts: Facts) -> None:
    words = vocabulary()
    if not re.fullmatch("[A-Z]{3}", facts.currency):
        raise UsageFault(f"--currency {facts.currency}: three capital letters, such as EUR")
    given: tuple[tuple[str, tuple[str, ...], Collection[str]], ...] = (
        ("--seat", (facts.seat,), NAMES),
        ("--subjects", facts.subjects, NAMES),
        ("--data", facts.data, words.data),
        ("--purpose", (facts.purpose,), words.purposes),
        ("--grounds", facts.grounds, words.grounds),
    )
    try:
        for option, said, known in given:
            check_words(option, said, known)
    except ValueError as error:
        raise UsageFault(str(error)) from error


def _empty(facts: Facts) -> Stack:
    return Stack(origin="first.look/draft", law=facts.law, sites={}, models={}, deployments={}, applications={})


def _agreements(given: Iterable[str], draft: Drafted, on: date) -> Iterable[Agreement]:
    """What is on file, taken to be assessed where a transfer has to be."""
    for party, kinds in _pairs("--agreement", given).items():
        if party not in draft.stack.parties:
            there = ", ".join(name for name in draft.stack.parties if name != CONTROLLER)
            raise UsageFault(f"--agreement {party}: the export shows no such party; it shows {there}")
        _check_kinds(_list(kinds))
        yield Agreement(
            between=(CONTROLLER, party),
            kinds=_list(kinds),
            until=on + A_YEAR,
            tia=Assessment("taken as given", on + A_YEAR),
        )


def _check_kinds(kinds: tuple[str, ...]) -> None:
    try:
        check_words("--agreement", kinds, vocabulary().kinds)
    except ValueError as error:
        raise UsageFault(str(error)) from error


def _pairs(option: str, given: Iterable[str]) -> Mapping[str, str]:
    pairs = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name or not value:
            raise UsageFault(f"{option} {each}: written as NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def _list(given: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (given or "").split(",") if word.strip())


def _left_out(usage: Usage) -> Iterable[str]:
    if usage.left_out:
        yield f"{usage.left_out:,} of {usage.rows:,} rows are left out: they say nothing of a request ({usage.reason})."


def _not_run(scenario: Scenario) -> Iterable[str]:
    if scenario.sweep is not None or scenario.future is not None:
        yield "The scenario's sweep and its model of the future are for logs of Comity's own; they were not run."


def _json(report: Report, held: tuple[Partner, ...]) -> None:
    document: dict[str, Any] = {"parties": held, "report": report}
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
