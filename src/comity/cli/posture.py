"""`comity posture -c FILE`: what a stack depends on, seen from one jurisdiction; each score opens to its facts."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections import defaultdict
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.realms import build_realm
from comity.adapters.rollup import groups_of
from comity.adapters.stack_files import read_stack_file
from comity.adapters.whole_files import write_whole
from comity.cli.explain import day
from comity.cli.log_folder import log_folder
from comity.cli.progress import progress
from comity.placement.asked import instant_of
from comity.placement.conditions import configured
from comity.posture.replay.groups import Groups
from comity.posture.scores.document import document
from comity.posture.scores.page import posture_page
from comity.posture.scores.scores import Scores, Traffic, scores
from comity.posture.scores.told import in_words
from comity.posture.scores.trust import trust
from comity.stack import facts
from comity.stack.types import Stack
from comity.terms.errors import UsageFault


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    parser = commands.add_parser("posture", help="what a stack depends on, and how much", description=__doc__)
    parser.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    parser.add_argument("--as", dest="seen_from", metavar="CODE", help="whose eyes, such as FR or IN")
    parser.add_argument(
        "--trust", default="", metavar="CODES", help="jurisdictions that count as one's own besides, parted by commas"
    )
    parser.add_argument("--log", type=Path, metavar="DIR", help="a state folder, to weigh by its traffic")
    parser.add_argument("--open", metavar="NAME", help="one application, site or deployment with every fact and rule")
    parser.add_argument("--as-of", type=day, metavar="DATE", help="the day, such as 2027-05-13; today if left out")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print JSON")
    output.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts that needs no network")


def run(options: argparse.Namespace) -> int:
    """Prints the scores; 0 whatever they are."""
    now = unix_ms() if options.as_of is None else instant_of(options.as_of)
    realm = build_realm(read_stack_file(options.config, None), now)
    traffic = None
    if options.log is not None:
        with progress("reading the log"):
            traffic = _traffic(groups_of(log_folder(options.log)), options.log)
    seen_from = options.seen_from or _home(realm.stack)
    try:
        trusted = trust(seen_from, tuple(code.strip() for code in options.trust.split(",") if code.strip()))
    except ValueError as error:
        raise UsageFault(str(error)) from error
    with progress("scoring"):
        found = scores(realm, configured(realm.stack), now, trusted, traffic)
    if options.open is not None and (options.json or options.html is not None):
        raise UsageFault("--open is for reading here: --json and --html have everything opened")
    if options.open is not None and options.open not in {
        *filter(None, found.applications),
        *found.sites,
        *found.deployments,
    }:
        raise UsageFault(f"nothing that is scored has the name {options.open!r}")
    notice = realm.stack.notice if options.log is not None else None
    _show(found, notice or "", options)
    return 0


def _show(found: Scores, notice: str, options: argparse.Namespace) -> None:
    if options.html is not None:
        command = shlex.join(["comity", *sys.argv[1:]])
        write_whole(options.html, posture_page(found, command, notice).encode())
        print(f"{options.html}: written")
    elif options.json:
        said = {"notice": notice} if notice else {}
        print(json.dumps({**said, **document(found)}, indent=2, ensure_ascii=False))
    else:
        if notice:
            print(notice)
        print(in_words(found, options.open))


def _home(stack: Stack) -> str:
    """The seat of all controllers; with several, somebody has to say from where to look."""
    seats = sorted({facts.seat(stack, each.controller) for each in stack.applications.values()})
    if len(seats) != 1:
        raise UsageFault(
            f"the applications' controllers are seated in {', '.join(seats) or 'no place'}: give --as CODE"
        )
    return seats[0]


def _traffic(groups: Groups, log: Path) -> Traffic:
    requests: dict[tuple[str, str], int] = defaultdict(int)
    languages: dict[str, set[str]] = defaultdict(set)
    for asked, sums in groups.items():
        if asked.deployment:
            requests[asked.application, asked.deployment] += sums.n
            language = json.loads(asked.wish).get("language", "") if asked.wish else ""
            if language:
                languages[asked.application].add(language)
    if not requests:
        raise UsageFault(f"{log}: no request of its log was answered")
    return Traffic(dict(requests), {name: frozenset(each) for name, each in languages.items()}, observed=True)
