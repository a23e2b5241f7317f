"""`comity erase`: destroy what links a log to what an application, or one of its refs, had asked."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.database import Database
from comity.adapters.database.notes import new_id, note, notes
from comity.adapters.stack_files import read_stack_file
from comity.adapters.state import StateError, StateLock, open_state, state_folder
from comity.runtime.control_state import database_url
from comity.runtime.erasing import Erased, carry_out, order
from comity.runtime.milestones import ERASE
from comity.stack.types import Stack
from comity.terms.errors import Fault, UsageFault
from comity.terms.instants import day_of

MAX_REF = 128
_REF = re.compile(f"[!-~]{{1,{MAX_REF}}}")
"""As the header Comity-Erasure-Ref."""

ENTRY_S = 5.0
"""How long it waits for a gateway that runs to enter what was done: some of its looks."""

OTHERS_S = 0.3
"""After one worker has entered it, for the others, which were told at the same time."""

_STEP_S = 0.1


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    erase = commands.add_parser(
        "erase", help="destroy what links the log to content, of an application or of one ref", description=__doc__
    )
    erase.add_argument("--application", required=True, metavar="APP", help="whose")
    erase.add_argument(
        "--ref",
        metavar="REF",
        help="only what was asked under this Comity-Erasure-Ref; - reads it from standard input, away from the shell",
    )
    erase.add_argument("--dry-run", action="store_true", help="tell what would go, and destroy nothing")
    erase.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    erase.add_argument("--state", type=Path, metavar="DIR", help="state folder (default: .comity beside FILE)")
    erase.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Erases; 1 if a legal hold lies on it or something failed."""
    if not options.config.is_file():
        raise UsageFault(f"there is no stack file {options.config}")
    ref = sys.stdin.readline(2 * MAX_REF).strip() if options.ref == "-" else options.ref or ""
    if options.ref is not None and not _REF.fullmatch(ref):
        raise UsageFault(f"--ref has 1 to {MAX_REF} visible ASCII characters, as Comity-Erasure-Ref")
    stack = read_stack_file(options.config).stack
    state = open_state(state_folder(options.config, options.state))
    today = day_of(unix_ms())
    if options.application not in stack.applications and not _left(state, stack, options.application, today):
        raise UsageFault(
            f"{options.config} has no application {options.application[:80]!r}, and nothing is kept of one"
        )
    with Database(state, database_url(options.config, os.environ)) as database:
        name = new_id()
        try:
            done = order(
                state, stack, options.application, ref, today, partial(_note, database, options.application, name),
                settle=partial(_settle, state, database, name), dry=options.dry_run,
            )  # fmt: skip
        except ValueError as error:  # a salt or a key is damaged
            raise Fault(f"{error}; the order was not carried out in full") from error
        waiting = 0
        if not options.dry_run:
            waiting = carry_out(state, stack, today).entries
    _tell(done, waiting, options)
    return 0


def _left(state: Path, stack: Stack, application: str, today: date) -> bool:
    """Whether anything is left of an application that is in the stack file no more.

    Raises:
        UsageFault: it is no id of one, or its salt is damaged.
    """
    try:
        found = order(state, stack, application, "", today, lambda _: None, dry=True)
    except ValueError as error:
        raise UsageFault(str(error)) from error
    return bool(found.salts or found.entries or found.kept)


def _note(database: Database, application: str, name: str, done: Erased) -> None:
    told = {"application": application, "salts": done.salts, "entries": done.entries}
    with database.writing() as writing:
        note(writing, unix_ms(), "console", ERASE, "erasure", told, name)


def _runs(state: Path) -> bool:
    try:
        StateLock(state).release()
    except StateError:
        return True
    return False


def _settle(state: Path, database: Database, name: str) -> None:
    """Until a gateway that runs has entered it, and begun new segments."""
    if not _runs(state):
        return
    patience = time.monotonic() + ENTRY_S
    while time.monotonic() < patience and any(each.id == name for each in notes(database)):
        time.sleep(_STEP_S)
    time.sleep(OTHERS_S)


def _tell(done: Erased, waiting: int, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps({**done._asdict(), "waiting": waiting, "dry_run": options.dry_run}, indent=2))
        return
    would = "would be " if options.dry_run else ""
    print(f"{done.salts} erasure salts and {done.contents} keys of kept contents {would}destroyed")
    later = f"; {waiting} wait for the end of a request or a segment" if waiting else ""
    print(f"{done.entries} entries {would}destroyed{later}")
    for why, count in sorted(done.kept.items()):
        print(f"{count} entries stay: {why}")
    if options.ref is not None and not (done.entries or done.kept or done.contents):
        print("no entry that is left was asked under this ref: is it written as the application sends it?")
