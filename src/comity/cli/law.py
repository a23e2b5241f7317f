"""`comity law list | show RULE | test [PACK]`: the law that is loaded, as people read it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from comity.adapters.packs import pack_folders, read_folder, tried
from comity.law.coverage import TOUCHES, Cover
from comity.law.pack import Pack
from comity.law.trial import Trial
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
    test = verbs.add_parser("test", help="run the cases of all packs, or of one, and print the coverage by rule")
    test.add_argument("pack", nargs="?", help="a pack's name, or a folder")
    for verb in (each, show, test):
        verb.add_argument("--json", action="store_true", help="print JSON")
        verb.add_argument("--packs", type=Path, metavar="DIR", help="a folder that has further packs in DIR/packs")


def run(options: argparse.Namespace) -> int:
    """Runs the verb; 1 if a pack does not hold."""
    if options.verb == "list":
        return _list(_packs(options), as_json=options.json)
    if options.verb == "show":
        return _show(_packs(options), options.rule, as_json=options.json)
    return _test(_chosen(options), as_json=options.json)


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
        for name, value in (("remedy", citation.remedy), ("obligation", rule.obligation)):
            if value:
                print(f"    {name}: {value}")
        if rule.kind == "advise":
            print(f"    exposure: {rule.exposure / 1000:.2f}")
        print()
    return 0


def _chosen(options: argparse.Namespace) -> list[Path]:
    folders = dict(pack_folders(options.packs))
    if options.pack is None:
        return list(folders.values())
    if options.pack in folders:
        return [folders[options.pack]]
    if Path(options.pack).is_dir():
        return [Path(options.pack)]
    near = nearest(options.pack, list(folders))
    hint = f"did you mean {near}?" if near else f"there are {', '.join(folders)}"
    raise Problems([Problem(options.pack, 0, 0, "", "no such pack", "", hint)])


def _test(folders: Sequence[Path], *, as_json: bool) -> int:
    trials: list[Trial] = []
    for folder in folders:
        pack, problems = read_folder(folder)
        trials.append(Trial(folder.name, (), (), problems) if pack is None else tried(pack))
    failed = sum(bool(trial.problems) for trial in trials)
    if as_json:
        print(json.dumps([_trial_document(trial) for trial in trials], indent=2, ensure_ascii=False))
        return 1 if failed else 0
    for trial in trials:
        held = sum(not result.differences for result in trial.results)
        print(f"{trial.pack}: {held} of {len(trial.results)} cases hold")
        for rule in trial.rules:
            print(f"    {rule.rule:<44} fires in {rule.fires:>3}, silent in {rule.silent:>3}")
        for problem in trial.problems:
            print(f"    {problem}")
    cases = sum(len(trial.results) for trial in trials)
    print(f"{len(trials)} packs, {sum(len(t.rules) for t in trials)} rules, {cases} cases", end="")
    print(f": {failed} packs do not hold" if failed else ": all hold")
    return 1 if failed else 0


def _trial_document(trial: Trial) -> dict[str, object]:
    return {
        "pack": trial.pack,
        "cases": len(trial.results),
        "rules": [{"rule": rule.rule, "fires": rule.fires, "silent": rule.silent} for rule in trial.rules],
        "problems": [str(problem) for problem in trial.problems],
    }
