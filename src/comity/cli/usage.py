"""`comity usage`: who has used how much, counted from the log."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.database import Database
from comity.adapters.stack_files import read_stack_file
from comity.adapters.state import open_state, state_folder
from comity.runtime.book import Book
from comity.runtime.control_state import database_url
from comity.runtime.used import BY, grouped
from comity.terms.instants import end_of, start_of


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    usage = commands.add_parser("usage", help="who has used how much, counted from the log", description=__doc__)
    usage.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    usage.add_argument("--by", choices=BY, default="application", help="what is summed (default: application)")
    usage.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DATE", help="first day, in UTC")
    usage.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DATE", help="last day, in UTC")
    usage.add_argument("--state", type=Path, metavar="DIR", help="state folder (default: .comity beside FILE)")
    usage.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Prints a row for each; 1 if there is no such stack file."""
    if not options.config.is_file():
        print(f"comity: there is no stack file {options.config}", file=sys.stderr)
        return 1
    stack = read_stack_file(options.config, None).stack
    state = open_state(state_folder(options.config, options.state))
    with Database(state, database_url(options.config, os.environ)) as database:
        book = Book(state, database)
        book.count(unix_ms(), keep=False)
    first = start_of(options.first) if options.first else 0
    end = end_of(options.last) if options.last else None
    rows = grouped(book.accounts(), options.by, stack, first, end)
    if options.json:
        print(json.dumps({"by": options.by, "usage": rows}, indent=2))
        return 0
    for row in rows:
        print(
            f"{row['name'] or '-':<32}  {row['requests']:>10} requests  {row['prompt_tokens']:>14} in"
            f"  {row['completion_tokens']:>14} out  {row['cost'] or '-':>16} {row['currency']}"
        )
    if not rows:
        print("nothing was used")
    return 0
