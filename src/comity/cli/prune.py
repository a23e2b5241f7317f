"""`comity log prune`: what the log need not keep any more."""

from __future__ import annotations

import argparse
import json
import os

from comity.adapters.clock import unix_ms
from comity.adapters.database import Database
from comity.adapters.database.notes import note
from comity.adapters.stack_files import read_stack_file
from comity.adapters.state import open_state, state_folder
from comity.runtime.control_state import database_url
from comity.runtime.erasing import carry_out
from comity.runtime.milestones import PRUNE
from comity.runtime.pruning import Pruned, document, prune_all
from comity.stack.types import Stack
from comity.terms.errors import UsageFault
from comity.terms.instants import day_of


def run(options: argparse.Namespace) -> int:
    """Prunes every shard, or tells what would go; 0 if it could."""
    if not options.config.is_file():
        raise UsageFault(f"there is no stack file {options.config}")
    stack = read_stack_file(options.config).stack
    state = open_state(state_folder(options.config, options.state))
    today = day_of(unix_ms())
    if not options.dry_run:
        carry_out(state, stack, today)
    done = prune_all(state, stack, today, dry=options.dry_run)
    told = document(done)
    if told and not options.dry_run:
        with Database(state, database_url(options.config, os.environ)) as database, database.writing() as writing:
            note(writing, unix_ms(), "console", PRUNE, "pruning", told)
    if options.json:
        shown = [each._asdict() for each in done]
        print(json.dumps({"keep_log": stack.keep_log, "dry_run": options.dry_run, "shards": shown}, indent=2))
    else:
        print("\n".join(_lines(done, stack, dry=options.dry_run)))
    return 0


def _lines(done: list[Pruned], stack: Stack, *, dry: bool) -> list[str]:
    if stack.keep_log is None:
        return ["nothing is pruned: the stack file has no keep_log (docs/guides/retention.md)"]
    would = "would be" if dry else "were"
    lines = []
    for each in done:
        old, new = each.minimum
        lines.append(f"shard {each.shard}: {each.pruned} entries {would} pruned, minimum index {old} -> {new}")
        if each.erased:
            lines.append(f"  {each.erased} entries above it {would} erased, between others that stay")
        lines += [f"  {count} entries past {stack.keep_log} stay: {why}" for why, count in sorted(each.kept.items())]
    return lines or ["there is no log yet"]
