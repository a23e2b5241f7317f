"""`comity law list | show RULE | test [PACK] | diff`: the law that is loaded, as people read it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from comity.adapters.packs import pack_folders, read_folder
from comity.cli import law_diff, law_test
from comity.law.coverage import DRAFT, TOUCHES, Cover
from comity.law.pack import Pack
from comity.stack.spelling import nearest
from comity.terms.problems import Problem, Problems

UNREVIEWED = "UNREVIEWED by counsel"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    law = commands.add_parser("law", help="list, show and test the law packs", description=__doc__)
    verbs = law.add_subparsers(dest="verb", metavar="VERB", required=True)
    each = verbs.add_parser("list", help="packs, what they cover, and their rules")
    show = verbs.add_parser("show", help="one rule, or all rules of a pack")
    show.add_argument("rule", help="a rule's id, such as eu.gdpr/44-site, or a pack's name")
    test = verbs.add_parser("test", help="run the cases of all packs, of one, or of a file; print the coverage by rule")
    test.add_argument("pack", nargs="?", help="a pack's name, its folder, or a file of cases")
    test.add_argument("--law", default="", metavar="PACKS", help="for a file of cases: the packs it is run before")
    diff = verbs.add_parser("diff", help="what changes between two dates, packs or stack files, and for whom")
    law_diff.add(diff)
    for verb in (each, show, test, diff):
        verb.add_argument("--json", action="store_true", help="print JSON")
        verb.add_argument("--packs", type=Path, metavar="DIR", help="a folder that has further packs in DIR/packs")


def run(options: argparse.Namespace) -> int:
    """Runs the verb; 1 if a pack does not hold."""
    if options.verb == "list":
        return _list(_packs(options), as_json=options.json)
    if options.verb == "show":
        return _show(_packs(options), options.rule, as_json=options.json)
    if options.verb == "diff":
        return law_diff.run(options)
    return law_test.run(options)


def _packs(options: argparse.Namespace) -> list[Pack]:
    packs: list[Pack] = []
    problems: list[Problem] = []
    for folder in pack_folders(options.packs).values():
        pack, faults = read_folder(folder)
        problems += faults
        if pack is not None:
            packs.append(pack)
    if problems:
        raise Problems(problems)
    return packs


def _list(packs: Sequence[Pack], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps([_pack_document(pack) for pack in packs], indent=2, ensure_ascii=False))
        return 0
    for pack in packs:
        coverage = pack.coverage
        print(f"{pack.name}  {coverage.title}  [{coverage.status}; review by {coverage.review_by}]")
        for cover in coverage.covers:
            print(f"    covers {_covered(cover)}")
        for rule in pack.rules:
            until = f" until {rule.until}" if rule.until else ""
            mark = "" if rule.citation.reviewed else f"  {UNREVIEWED}"
            mark += "  DRAFT" if rule.citation.draft else ""
            print(f"    {rule.id}  {rule.kind}, {rule.citation.basis}  {rule.citation.cite}", end="")
            print(f"  from {rule.since}{until}{mark}")
        print()
    return 0


def _covered(cover: Cover) -> str:
    """What a cover answers for. A part of the touches is named: who covers a site covers no person who lives there."""
    roles = "" if set(cover.roles) == set(TOUCHES) else f" as {', '.join(cover.roles)}"
    until = f" until {cover.until}" if cover.until else ""
    what = f"{', '.join(cover.data)} data in {', '.join(cover.jurisdictions)}{roles}"
    return f"{what}, to {' or '.join(cover.operations)}, from {cover.since}{until}"


def _pack_document(pack: Pack) -> dict[str, object]:
    return {
        "pack": pack.name,
        "title": pack.coverage.title,
        "status": pack.coverage.status,
        "timezone": pack.coverage.timezone,
        "review_by": pack.coverage.review_by.isoformat(),
        "covers": [msgspec.to_builtins(cover) for cover in pack.coverage.covers],
        "not_covered": list(pack.coverage.not_covered),
        "cases": len(pack.cases),
        "rules": [rule.document() for rule in pack.rules],
    }


def _show(packs: Sequence[Pack], wanted: str, *, as_json: bool) -> int:
    rules = [rule for pack in packs for rule in pack.rules if wanted in (rule.id, pack.name)]
    if not rules:
        known = [rule.id for pack in packs for rule in pack.rules]
        near = nearest(wanted, [*known, *(pack.name for pack in packs)])
        hint = f"; did you mean {near}?" if near else "; `comity law list` names them all"
        print(f"comity: no rule or pack {wanted}{hint}", file=sys.stderr)
        return 2
    if as_json:
        print(json.dumps([rule.document() for rule in rules], indent=2, ensure_ascii=False))
        return 0
    for rule in rules:
        citation = rule.citation
        print(f"{rule.id}  ({rule.kind}; basis: {citation.basis})")
        print(f"    {citation.says}")
        print(f"    {citation.law}, {citation.cite}")
        print(f"    {citation.url}")
        print(f"    in force from {rule.since}" + (f" until {rule.until}" if rule.until else ""))
        print(f"    read in a {rule.source} source; {'reviewed: ' + rule.review if citation.reviewed else UNREVIEWED}")
        if citation.draft:
            print(f"    DRAFT: a rule of a pack of which is said: {DRAFT}")
        for name, value in (("remedy", citation.remedy), ("obligation", rule.obligation)):
            if value:
                print(f"    {name}: {value}")
        if rule.kind == "advise":
            print(f"    exposure: {rule.exposure / 1000:.2f}")
        print()
    return 0
