"""`comity law test`: cases run, and what of the law they try: by rule, by date, and whether there is a trap."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from comity.adapters.packs import load_packs, pack_folders, read_cases, read_folder, tried, tried_cases
from comity.law.trial import Trial
from comity.law.trial_document import trial_document
from comity.stack.spelling import nearest
from comity.terms.problems import Problem, Problems


def run(options: argparse.Namespace) -> int:
    """Runs the cases; 1 if one does not hold, or a pack leaves a rule or a date untried."""
    trials = [_of_cases(options)] if options.pack and Path(options.pack).is_file() else list(_of_packs(options))
    failed = sum(not trial.whole for trial in trials)
    if options.json:
        print(json.dumps([trial_document(trial) for trial in trials], indent=2, ensure_ascii=False))
        return 1 if failed else 0
    for trial in trials:
        print("\n".join(_lines(trial)))
    cases = sum(len(trial.results) for trial in trials)
    traps = sum(trial.traps for trial in trials)
    dates = [each for trial in trials for each in trial.dates]
    if any(trial.dates for trial in trials):
        print(
            f"{len(trials)} packs, {sum(len(t.rules) for t in trials)} rules, {cases} cases, {traps} of them traps",
            end="",
        )
        print(f"; {sum(each.tried for each in dates)} of {len(dates)} dates tried on both sides", end="")
        print(f": {failed} packs do not hold" if failed else ": all hold")
    else:
        print(f"{cases} {'case' if cases == 1 else 'cases'}: {'they do not all hold' if failed else 'all hold'}")
    return 1 if failed else 0


def _lines(trial: Trial) -> Iterator[str]:
    held = sum(not result.differences for result in trial.results)
    yield f"{trial.pack}: {held} of {len(trial.results)} cases hold"
    days = {rule.rule: [each for each in trial.dates if each.what == rule.rule] for rule in trial.rules}
    for rule in trial.rules:
        if not (rule.fires or trial.dates):
            continue  # of all the packs that a file of cases is run before, those rules that it reaches
        told = "  ".join(f"{each.day}: {each.eve} before, {each.first} on it" for each in days[rule.rule])
        yield f"    {rule.rule:<44} fires in {rule.fires:>3}, silent in {rule.silent:>3}  {told}".rstrip()
    for each in trial.dates:
        if each.what not in days:
            yield f"    {each.what:<44} {each.day}: {each.eve} before, {each.first} on it"
    yield from (f"    untried: {gap}" for gap in trial.gaps)
    yield from (f"    {problem}" for problem in trial.problems)


def _of_cases(options: argparse.Namespace) -> Trial:
    """A file of cases, before the packs named by --law, else before all that are no drafts."""
    names = [name.strip() for name in options.law.split(",") if name.strip()]
    if not names:
        read = [(name, read_folder(folder)[0]) for name, folder in pack_folders(options.packs).items()]
        names = [name for name, pack in read if pack is not None and pack.coverage.status != "draft"]
    return tried_cases(read_cases(Path(options.pack)), load_packs(names, options.packs))


def _of_packs(options: argparse.Namespace) -> Iterator[Trial]:
    for folder in _chosen(options):
        pack, problems = read_folder(folder)
        yield Trial(folder.name, (), (), problems) if pack is None else tried(pack)


def _chosen(options: argparse.Namespace) -> Sequence[Path]:
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
