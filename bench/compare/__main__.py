"""`python -m bench.compare [--quick] [--rows comity,nginx] [--rounds 3] [--seconds 3] [--keep FOLDER]`."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.compare import goals, table
from bench.compare.command import command
from bench.compare.figures import gathered
from bench.compare.machine import described, said, slug
from bench.compare.measuring import Direct, Figures, Once, Times
from bench.compare.peers import peer_rows
from bench.compare.processes import LOAD_CORES
from bench.compare.rows import Row, comity_rows, nginx_rows
from bench.compare.world import BENCH, BUILT, world

IDLE_LOAD = 0.3
"""Runnable programs in the last minute; above it, somebody else is using the cores."""


@command
def main() -> int:
    arguments = _arguments()
    os.sched_setaffinity(0, LOAD_CORES)
    every = [*nginx_rows(), *comity_rows(), *peer_rows()]
    wanted = arguments.rows or [row.name for row in every if row.quick or not arguments.quick]
    rows = [row for row in every if row.name in wanted]
    rounds, seconds = (1, 1.5) if arguments.quick else (arguments.rounds, arguments.seconds)
    for row in rows:
        if row.missing:
            print(f"bench: no row for {row.title}: {row.missing}", file=sys.stderr)
    present = [row for row in rows if not row.missing]
    load = os.getloadavg()[0]
    if load > IDLE_LOAD:
        print(
            f"bench: this machine is not idle (load {load:.2f}); the figures will be lower than they are",
            file=sys.stderr,
        )
    began = time.monotonic()
    with world() as made:
        machine = described(made.folder)
        folder = _folder(arguments, machine)
        found, notes = _measured(made, present, rounds, Times(1.0, seconds), folder)
    gathered_rows = {name: gathered(each) for name, each in found.items() if any(each)}
    titles = {row.name: row.title for row in rows}
    reached = goals.goals(gathered_rows)
    text = _page(machine, present, table.rendered(gathered_rows, titles), table.rendered_goals(reached), notes)
    (folder / "table.md").write_text(text)
    record = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "took_s": round(time.monotonic() - began),
        "machine": machine,
        "load_before": load,
        "rounds": rounds,
        "seconds": seconds,
        "tools": {"wrk": said(["wrk", "-v"], r"wrk (\S+)"), "gcc": said(["gcc", "--version"], r"gcc .*?(\d+\.\d+\S*)")},
        "comity": _commit(),
        "rows": {
            row.name: {
                "title": row.title,
                "version": row.version,
                "missing": row.missing,
                "figures": {k: asdict(v) for k, v in gathered_rows.get(row.name, {}).items()},
            }
            for row in rows
        },
        "goals": [asdict(goal) for goal in reached],
        "notes": notes,
    }
    (folder / "results.json").write_text(json.dumps(record, indent=1) + "\n")
    print(text)
    print(f"raw outputs in {folder.relative_to(BENCH.parent)}; {record['took_s']} s")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description="Comity beside its peers.")
    parser.add_argument("--quick", action="store_true", help="one round, less of each; for whoever changes the gateway")
    parser.add_argument("--rows", type=lambda text: text.split(","), help="only these, by name")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each load")
    parser.add_argument(
        "--keep", action="store_true", help="keep the results in bench/results even if quick or partial"
    )
    return parser.parse_args()


def _folder(arguments: argparse.Namespace, machine: dict[str, str]) -> Path:
    """Where results go: what is whole is kept in the repository, the rest beside what was compiled."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    partial = (arguments.quick or arguments.rows) and not arguments.keep
    folder = (BUILT if partial else BENCH / "results") / f"{today}-{slug(machine)}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "raw").mkdir(parents=True)
    return folder


def _measured(
    made: object, rows: Sequence[Row], rounds: int, times: Times, folder: Path
) -> tuple[dict[str, list[Figures]], dict[str, list[str]]]:
    """Every row once in each round, each round beginning with another row."""
    found: dict[str, list[Figures]] = {row.name: [] for row in rows}
    notes: dict[str, list[str]] = {}
    for number in range(rounds):
        direct: Direct = {}
        for place in range(len(rows)):
            row = rows[(place + number * (len(rows) // rounds or 1)) % len(rows)]
            began = time.monotonic()

            def keep(name: str, text: str, row: Row = row, number: int = number) -> None:
                (folder / "raw" / f"{number + 1}-{row.name}-{name}.txt").write_text(text)

            once = Once(made, row, times, keep, direct)  # type: ignore[arg-type]
            once.run()
            found[row.name].append(once.figures)
            if once.notes:
                notes.setdefault(row.name, []).extend(
                    f"round {number + 1}, {_without_paths(note)}" for note in once.notes
                )
            told = f"{once.figures.get('per_s_64', 0):,.0f}/s" if once.figures else "nothing"
            print(f"bench: round {number + 1}, {row.title}: {told} ({time.monotonic() - began:.0f} s)", file=sys.stderr)
    return found, notes


def _without_paths(text: str) -> str:
    """A gateway's last words may name where it lies; results are for everybody."""
    return " ".join(text.replace(str(BENCH.parent), ".").split())


def _page(
    machine: dict[str, str], rows: Sequence[Row], rows_table: str, goals_table: str, notes: dict[str, list[str]]
) -> str:
    about = "; ".join(f"{name} {what}" for name, what in machine.items())
    versions = ", ".join({f"{row.title.partition(',')[0]} {row.version}": None for row in rows if row.version})
    said_notes = "".join(f"- {name}: {note}\n" for name, each in notes.items() for note in each)
    return (
        f"Machine: {about}.\nVersions: {versions}.\n\n{rows_table}\n\n"
        "\\* the gateway's core was not saturated: load, upstream or disk were the limit.\n\n"
        f"{goals_table}\n" + (f"\nNotes:\n\n{said_notes}" if said_notes else "")
    )


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    ran = subprocess.run(command, cwd=BENCH, check=False, capture_output=True, text=True)
    return ran.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
