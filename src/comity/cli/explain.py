"""`comity explain`: which deployments may serve a case, under which rules, and what would change it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec

from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.cli.case_file import read_case, read_words, unknown
from comity.cli.explained import as_document, as_text
from comity.law.case import Addition, Case
from comity.law.realm import Realm
from comity.placement.cases import observed, registered, widened
from comity.placement.conditions import configured
from comity.placement.explanation import Explanation, explain
from comity.placement.types import Wish
from comity.stack.jurisdictions import NAMES
from comity.stack.types import Stack
from comity.terms.errors import UsageFault
from comity.terms.instants import Instant


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    parser = commands.add_parser(
        "explain", help="which deployments may serve a case, under which rules", description=__doc__
    )
    parser.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--app", metavar="A", help="an application of the stack")
    asked.add_argument("--case", metavar="FILE", help="a case, as JSON or YAML; - for standard input")
    parser.add_argument("--data", default="", help="data classes that a request adds, as in Comity-Data")
    parser.add_argument("--subjects", default="", help="jurisdictions that a request adds, as in Comity-Subjects")
    parser.add_argument("--purpose", default="", help="purposes that a request adds, as in Comity-Purpose")
    parser.add_argument("--model", metavar="M", help="the model asked for; every model of the stack if left out")
    parser.add_argument("--as-of", type=_day, metavar="DATE", help="the day, such as 2027-05-13")
    parser.add_argument("--why-not", metavar="DEPLOYMENT", help="one deployment: what forbids it, what would change it")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Prints the explanation; 0 if there is a placement for every model asked for, 1 if one is refused."""
    now = _instant(options.as_of)
    file = read_stack_file(options.config, None)  # read as of today: what was measured since is no mistake
    realm = build_realm(file, now)
    cases, observe = _cases(options, realm, now)
    models = _models(options, realm.stack)
    conditions = configured(realm.stack)
    explanations = [explain(cases, Wish(model), realm, conditions, now, observe=observe) for model in models]
    if options.why_not:
        explanations = _only(explanations, options.why_not, realm.stack)
    if options.json:
        documents = [as_document(explanation, realm) for explanation in explanations]
        print(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2, ensure_ascii=False))
    else:
        for explanation in explanations:
            print(as_text(explanation, realm))
        print("A ruling says that no rule in force here forbids it, never that it is lawful. Not legal advice.")
    return 0 if all(any(each.tier for each in explanation.deployments) for explanation in explanations) else 1


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date, such as 2027-05-13") from error


def _instant(as_of: date | None) -> Instant:
    """Now, or noon UTC of the day: by then the day has begun in every time zone that a pack states."""
    at = datetime.now(UTC) if as_of is None else datetime.combine(as_of, time(12), UTC)
    return int(at.timestamp() * 1000)


def _models(options: argparse.Namespace, stack: Stack) -> list[str]:
    served = {each.model for each in stack.deployments.values()}
    own = stack.applications[options.app].models if options.app else None
    allowed = sorted(served if own is None else own)
    if not allowed:
        raise UsageFault("no model is served: the stack file has no deployment")
    if not options.model:
        return allowed
    asked = stack.deployments[options.model].model if options.model in stack.deployments else options.model
    if own is not None and asked not in own:
        raise UsageFault(f"{options.app} may not ask for {options.model}; it may ask for {', '.join(allowed)}")
    return [options.model]


def _cases(options: argparse.Namespace, realm: Realm, now: Instant) -> tuple[tuple[Case, ...], bool]:
    addition = Addition(
        data=read_words("--data", options.data, realm.vocabulary.data),
        subjects=read_words("--subjects", options.subjects, NAMES),
        purposes=read_words("--purpose", options.purpose, realm.vocabulary.purposes),
    )
    if options.case is not None:
        return widened(read_case(options.case, realm), addition), False
    application = realm.stack.applications.get(options.app)
    if application is None:
        raise UsageFault(unknown("application", options.app, realm.stack.applications))
    cases = widened(registered(application), addition)
    return cases, observed(application, now)


def _only(explanations: Sequence[Explanation], name: str, stack: Stack) -> list[Explanation]:
    if name not in stack.deployments:
        raise UsageFault(unknown("deployment", name, stack.deployments))
    kept = []
    for explanation in explanations:
        each = tuple(item for item in explanation.deployments if item.deployment == name)
        if each:
            kept.append(msgspec.structs.replace(explanation, deployments=each))
    if not kept:
        raise UsageFault(f"{name} serves the model {stack.deployments[name].model}, which was not asked for")
    return kept
