"""`comity check -c FILE`: everything that is wrong with a stack file, a law pack or a witness's file, at once."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from comity.adapters.claims import claim_problems
from comity.adapters.clock import unix_ms
from comity.adapters.node import names
from comity.adapters.packs import load_packs, read_folder, tried, zone
from comity.adapters.scenario_files import holds_scenario, read_scenario_file
from comity.adapters.stack_files import StackFile, read_stack_file
from comity.adapters.state import FOLDER, MODELS
from comity.adapters.witness.logs import is_witness_file, read_logs
from comity.law.coverage import DRAFT
from comity.law.pack import Pack
from comity.law.staleness import overdue, said
from comity.posture.futures.kinds import FUTURES
from comity.runtime.audience import TELEMETRY, can_export
from comity.runtime.stamps import stamps_of
from comity.runtime.witnessing import watch_of
from comity.terms.problems import Problem, Problems, in_order


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    check = commands.add_parser("check", help="all problems of a stack file, law pack or scenario", description=__doc__)
    check.add_argument(
        "-c",
        "--config",
        type=Path,
        required=True,
        metavar="FILE",
        help="a stack, scenario or witness's file, or a pack's folder",
    )
    check.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Prints every problem; 1 if there is any, 0 if there is none."""
    path: Path = options.config
    found, packs = _of_pack(path) if path.is_dir() else _of_scenario(path) or _of_witness(path) or _of_stack(path)
    problems, drafts = in_order(found), tuple(_drafts(path, packs))
    if options.json:
        print(json.dumps([asdict(problem) for problem in (*problems, *drafts)], indent=2, ensure_ascii=False))
    else:
        for problem in (*problems, *drafts):
            print(problem)
        count = len(problems)
        print(f"{path}: {'no problem' if not count else '1 problem' if count == 1 else f'{count} problems'}")
    return 1 if problems else 0


def _of_pack(folder: Path) -> tuple[tuple[Problem, ...], Sequence[Pack]]:
    pack, problems = read_folder(folder)
    return (problems, ()) if pack is None else (tried(pack).problems, (pack,))


def _of_witness(path: Path) -> tuple[tuple[Problem, ...], Sequence[Pack]] | None:
    """Of a witness's file; None if it is none."""
    if not is_witness_file(path):
        return None
    try:
        read_logs(path)
    except Problems as error:
        return error.problems, ()
    return (), ()


def _of_scenario(path: Path) -> tuple[tuple[Problem, ...], Sequence[Pack]] | None:
    """The problems of a scenario; None if the file is meant as something else."""
    if not holds_scenario(path):
        return None
    try:
        read_scenario_file(path, FUTURES)
    except Problems as error:
        return error.problems, ()
    return (), ()


def _drafts(path: Path, packs: Iterable[Pack]) -> Iterator[Problem]:
    """A warning for each draft, which is no problem: who names one wants it, and must not forget what it is."""
    for pack in packs:
        if pack.coverage.status == "draft":
            yield Problem(str(path), 0, 0, "law", f"{pack.name} is a DRAFT: {DRAFT}", severity="warning")


def _missing(file: StackFile) -> Iterator[Problem]:
    """What the stack asks for and this installation lacks, and what is wrong with witnesses and timestamps."""
    stack = file.reading.stack
    if stack is None:
        return
    for read in (watch_of, stamps_of):
        try:
            read(stack, file.path)
        except Problems as error:
            yield from error.problems
    if stack.telemetry is not None and not can_export():
        hint = "pip install 'comity[otel]'"
        yield Problem(str(file.path), 0, 0, TELEMETRY, "needs libraries that are not installed", "", hint)


def _stale(file: StackFile, packs: Sequence[Pack], refused: bool) -> Iterator[Problem]:
    """Packs past their review: a warning, since law that nobody looked at again may still be right."""
    line = file.reading.lines.get("law", 0)
    for sentence in said(packs, overdue(packs, unix_ms(), zone), refused=refused):
        yield Problem(str(file.path), line, 0, "law", sentence, "", "load a newer version of it", "warning")


def _errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _of_stack(path: Path) -> tuple[tuple[Problem, ...], Sequence[Pack]]:
    try:
        models = path.resolve().parent / FOLDER / MODELS
        file = read_stack_file(path, os.environ, embedded=names(models))
    except Problems as error:
        return error.problems, ()
    packs: Sequence[Pack] = ()
    problems = (*file.problems, *_missing(file))
    if file.reading.stack is not None:
        try:
            packs = load_packs(file.reading.stack.law, path.resolve().parent)
            problems += (*_stale(file, packs, file.reading.stack.stale_law == "refuse"),)
            problems += claim_problems(file, unix_ms()) if not _errors(problems) else ()
        except Problems as error:
            problems += error.problems
    return problems, packs
