"""`comity explain`: which deployments may serve a case, under which rules, and what would change it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from comity.adapters.clock import unix_ms
from comity.adapters.realms import build_realm
from comity.adapters.remedies import confirmed
from comity.adapters.stack_files import read_stack_file
from comity.cli.case_file import read_case, read_words
from comity.cli.explained import as_text
from comity.cli.looked import as_line, looked
from comity.cli.remedied import remedied
from comity.law.case import ordered
from comity.law.realm import Realm
from comity.placement.answer_document import NOT_ADVICE, answer_document
from comity.placement.asked import Question, answer, instant_of
from comity.relay.looking import detected
from comity.stack.jurisdictions import NAMES
from comity.terms.errors import UsageFault


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
    parser.add_argument("--text", metavar="FILE", help="a request's body, or - : what is found in it is added too")
    parser.add_argument("--model", metavar="M", help="the model asked for; every model of the stack if left out")
    parser.add_argument("--as-of", type=day, metavar="DATE", help="the day, such as 2027-05-13")
    parser.add_argument(
        "--why-not",
        metavar="DEPLOYMENT",
        help="one deployment: what forbids it, and the smallest change that admits it",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Prints the explanation; 0 if there is a placement for every model asked for, 1 if one is refused."""
    now = unix_ms() if options.as_of is None else instant_of(options.as_of)
    file = read_stack_file(options.config, None)  # read as of today: what was measured since is no mistake
    realm = build_realm(file, now)
    seen, data = (None, ()) if options.text is None else looked(options.text, options.app, realm.stack)
    try:
        question = _question(options, realm)
        if seen is not None:
            question = replace(
                question,
                data=ordered((*question.data, *data)),
                subjects=ordered((*question.subjects, *seen.subjects)),
            )
        found = answer(question, realm, now)
    except ValueError as error:
        raise UsageFault(str(error)) from error
    if found.why_not is not None:
        found = replace(found, why_not=confirmed(found.why_not, question, file, now))
    if options.json:
        told = answer_document(found, realm)
        document = told if seen is None else {"detected": detected(seen), "answer": told}
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        if seen is not None:
            print(as_line(seen) + "\n")
        for explanation in found.explanations:
            print(as_text(explanation, realm))
        if found.why_not is not None:
            print()
            for line in remedied(found.why_not, options.why_not, realm):
                print(line)
        print(NOT_ADVICE)
    return 0 if found.placed else 1


def day(text: str) -> date:
    """A day as an option has it."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date, such as 2027-05-13") from error


def _question(options: argparse.Namespace, realm: Realm) -> Question:
    words = realm.vocabulary
    case: Mapping[str, Any] | None = None
    if options.case is not None:
        stated = read_case(options.case, realm)
        case = {name: getattr(stated, name) for name in stated.__struct_fields__}
    return Question(
        app=options.app,
        case=None if case is None else dict(case),
        data=read_words("--data", options.data, words.data),
        subjects=read_words("--subjects", options.subjects, NAMES),
        purposes=read_words("--purpose", options.purpose, words.purposes),
        model=options.model,
        as_of=options.as_of,
        why_not=options.why_not,
    )
