"""`comity explain`: which deployments may serve a case, under which rules, and what would change it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec

from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.cli.explained import as_document, as_text
from comity.law.case import Addition, Case, ordered
from comity.law.plain_yaml import load
from comity.law.realm import Realm
from comity.placement.cases import observed, registered, widened
from comity.placement.conditions import configured
from comity.placement.explanation import Explanation, explain
from comity.placement.types import Wish
from comity.stack.check_words import FLOORS
from comity.stack.jurisdictions import NAMES
from comity.stack.spelling import nearest
from comity.stack.types import EVIDENCE_LEVELS, Stack
from comity.terms.errors import UsageFault
from comity.terms.instants import Instant

MAX_CASE = 1 << 16  # characters; a case is a dozen short lists


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
    allowed = sorted(served if own is None else served.intersection(own))
    if not options.model:
        return allowed
    asked = stack.deployments[options.model].model if options.model in stack.deployments else options.model
    if own is not None and asked not in own:
        raise UsageFault(f"{options.app} may not ask for {options.model}; it may ask for {', '.join(allowed)}")
    return [options.model]


def _cases(options: argparse.Namespace, realm: Realm, now: Instant) -> tuple[tuple[Case, ...], bool]:
    addition = Addition(
        data=_words("--data", options.data, realm.vocabulary.data),
        subjects=_words("--subjects", options.subjects, NAMES),
        purposes=_words("--purpose", options.purpose, realm.vocabulary.purposes),
    )
    if options.case is not None:
        return widened(_read_case(options.case, realm), addition), False
    application = realm.stack.applications.get(options.app)
    if application is None:
        raise UsageFault(_unknown("application", options.app, realm.stack.applications))
    cases = widened(registered(application), addition)
    return cases, observed(application, now)


def _read_case(name: str, realm: Realm) -> Case:
    try:
        stated = _mapping(load(_text(name)))
        for member in map(str, stated):
            if member not in Case.__struct_fields__:
                raise ValueError(_unknown("member", member, Case.__struct_fields__))
        case = msgspec.convert({"operation": "infer", **stated}, type=Case)
    except OSError as error:
        raise UsageFault(f"{name}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageFault(f"{name}: {error}") from error
    words = realm.vocabulary
    if case.controller not in realm.stack.parties and case.controller not in NAMES:
        raise UsageFault(f"{name}: {_unknown('controller', case.controller, realm.stack.parties)}")
    for member, given, known in (
        ("data", case.data, words.data),
        ("subjects", case.subjects, NAMES),
        ("purpose", (case.purpose,), words.purposes),
        ("operation", (case.operation,), words.operations),
        ("grounds", case.grounds, words.grounds),
        ("roles", case.roles, words.roles),
        ("output", case.output, NAMES),
        ("sector", (case.sector,), words.sectors),
        ("risk", (case.risk,), words.risks),
        ("floor", case.floor, [f"{kind}:{level}" for kind in sorted(FLOORS) for level in EVIDENCE_LEVELS]),
    ):
        for word in given:
            if word not in known:
                raise UsageFault(f"{name}: {member}: {_unknown('word', word, known)}")
    return msgspec.structs.replace(
        case,
        data=ordered(case.data),
        subjects=ordered(case.subjects),
        grounds=ordered(case.grounds),
        roles=ordered(case.roles),
        output=ordered(case.output),
        floor=ordered(case.floor),
    )


def _text(name: str) -> str:
    if name == "-":
        text = sys.stdin.read(MAX_CASE + 1)
    else:
        with Path(name).open(encoding="utf-8-sig") as file:
            text = file.read(MAX_CASE + 1)
    if len(text) > MAX_CASE:
        raise ValueError(f"a case of more than {MAX_CASE} characters")
    return text


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("a case is a mapping")
    return value


def _words(option: str, text: str, known: Collection[str]) -> tuple[str, ...]:
    words = ordered(word.strip() for word in text.split(",") if word.strip())
    for word in words:
        if word not in known:
            raise UsageFault(f"{option}: {_unknown('word', word, known)}")
    return words


def _unknown(what: str, word: str, known: Collection[str]) -> str:
    names = list(known)
    near = nearest(word, names)
    return f"no {what} {word!r}" + (f"; did you mean {near}?" if near else f"; there are {', '.join(names[:20])}")


def _only(explanations: Sequence[Explanation], name: str, stack: Stack) -> list[Explanation]:
    if name not in stack.deployments:
        raise UsageFault(_unknown("deployment", name, stack.deployments))
    kept = []
    for explanation in explanations:
        each = tuple(item for item in explanation.deployments if item.deployment == name)
        if each:
            kept.append(msgspec.structs.replace(explanation, deployments=each))
    if not kept:
        raise UsageFault(f"{name} serves the model {stack.deployments[name].model}, which was not asked for")
    return kept
