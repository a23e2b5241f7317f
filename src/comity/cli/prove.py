"""`comity prove`: whether a claim holds in every case that can be formed, or the smallest case that breaks it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from comity.adapters.claims import Provable
from comity.adapters.clock import unix_ms
from comity.adapters.stack_files import read_stack_file
from comity.cli.explain import day
from comity.placement.asked import instant_of
from comity.posture.claims.grammar import NoClaim
from comity.posture.claims.told import document, in_words
from comity.terms.errors import UsageFault


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    parser = commands.add_parser(
        "prove", help="whether a claim holds in every case, or the smallest that breaks it", description=__doc__
    )
    parser.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    parser.add_argument("claim", nargs="*", metavar="CLAIM", help="such as 'never data:health at jurisdiction:!EEA'")
    parser.add_argument("--all", action="store_true", help="the claims of the stack file too")
    parser.add_argument("--as-of", type=day, metavar="DATE", help="the day, such as 2027-05-13; today if left out")
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="write the first counterexample's case, for `comity explain --case`"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Prints what came of each claim; 0 if all hold, 1 if one does not."""
    provable = Provable(read_stack_file(options.config, None))
    texts = [*options.claim, *(provable.claims if options.all else ())]
    if not texts:
        raise UsageFault("what is claimed? Write a claim, or --all for those of the stack file")
    now = unix_ms() if options.as_of is None else instant_of(options.as_of)
    try:
        claims = [provable.read(text) for text in texts]  # each is read before any is decided
    except NoClaim as error:
        raise UsageFault(str(error)) from error
    proofs = []
    for claim in claims:
        proofs.append(provable.prove(claim, now))
        if not options.json:
            print(in_words(proofs[-1]) + ("\n" if len(claims) > 1 else ""))
    if options.json:
        documents = [document(proof) for proof in proofs]
        print(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2, ensure_ascii=False))
    else:
        print("A proof speaks of the rules as they are encoded, never of what is lawful. Not legal advice.")
    broken = [proof.broken for proof in proofs if proof.broken is not None]
    if broken and options.save is not None:
        _save(options.save, json.dumps(broken[0].case.document(), indent=2, ensure_ascii=False))
    return 1 if broken else 0


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise UsageFault(f"{path}: cannot be written: {error.strerror}") from error
