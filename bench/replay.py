"""`python -m bench.replay [--quick] [--requests 1000000,…] [--billion] [--keep]`: how quickly a large log is replayed.

Exports of a made log are grouped by DuckDB, each in a process of its own on two cores; then the groups are replayed: as
it was, under a first scenario, and under others, without and with causes and repairs. The files are made first, used,
and removed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.compare.command import command
from bench.compare.machine import described, slug
from bench.compare.world import BENCH, BUILT
from bench.made import exports
from bench.made.spans import Span, spans
from bench.made.trace import SAID
from comity.cli.progress import progress

CORES = 2
SIZES = (1_000_000, 10_000_000, 100_000_000)
TIMES = 10
"""A billion requests are the files of the largest export, each named ten times: a disk need not hold them."""

GONE: tuple[dict[str, Any], ...] = ({"suppliers": {"withdraw": ["pacific"]}},)
STRUCK: tuple[dict[str, Any], ...] = (
    {"adequacy": {"strike": ["eu.dpf"]}},
    {"suppliers": {"withdraw": ["columbia-inc"]}},
)
SCENARIOS: tuple[tuple[str, tuple[dict[str, Any], ...], bool], ...] = (
    ("2026-12-15", GONE, True),
    ("2026-12-15", STRUCK, False),
    ("2026-12-16", STRUCK, True),
)
"""One supplier gone; an adequacy decision struck with another gone; and that again a day later, with causes and
repairs: another day is another law, so nothing of it has been asked before. All is decided as of that one day, so
realms that differ by their dates alone become one.
"""

MAX_BYTES = 10_000_000_000
"""Of the disk; the largest export has a sixth of it."""


@command
def main() -> int:
    """Measures, prints a table, and keeps it where it is a whole run."""
    arguments = _arguments()
    if arguments.group is not None:
        print(json.dumps(_grouped(arguments.group, arguments.times, arguments.state)))
        return 0
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    sizes = (SIZES[0],) if arguments.quick else arguments.requests
    BUILT.mkdir(exist_ok=True)
    load = os.getloadavg()[0]
    found: list[dict[str, Any]] = []
    with TemporaryDirectory(prefix="replay-", dir=BUILT) as folder:
        machine = described(Path(folder))
        if arguments.made:
            for at, made in enumerate(arguments.made, 1):
                last = arguments.billion and at == len(arguments.made)
                found += _ran(made, arguments.state or made / "state", last)
        else:
            year = spans(Path(folder) / "state")
            for size in sizes:
                found += _measured(size, year, Path(folder), arguments.billion and size == max(sizes))
    machine["load before"] = f"{load:.1f}"
    text = _page(machine, found)
    print(text)
    if arguments.keep or not arguments.quick:
        _keep(machine, found, text)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description="How quickly a large log is replayed.")
    parser.add_argument("--quick", action="store_true", help=f"{SIZES[0]:,} requests alone")
    parser.add_argument("--requests", type=_sizes, default=SIZES, help="how many, separated by commas")
    parser.add_argument("--billion", action="store_true", help="the largest export's files, ten times each, as well")
    parser.add_argument("--made", type=Path, nargs="+", help="exports of `python -m bench.made` that are there already")
    parser.add_argument("--state", type=Path, help="with --made: where their realms are (default: state in each)")
    parser.add_argument("--keep", action="store_true", help="keep the results in bench/results even if quick")
    parser.add_argument("--group", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--times", type=int, default=1, help=argparse.SUPPRESS)
    return parser.parse_args()


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in text.replace("_", "").split(","))


def _measured(size: int, year: list[Span], folder: Path, billion: bool) -> list[dict[str, Any]]:
    """One row for an export of this size, and one for its files ten times over."""
    made, state = folder / str(size), folder / "state"
    made.mkdir()
    if size * 20 > min(MAX_BYTES, shutil.disk_usage(folder).free):
        raise SystemExit(f"bench: {size:,} requests need {size * 20 / 1e9:.1f} GB on the disk")
    began = time.monotonic()
    with progress(f"making {size:,} requests", size) as tell:
        files = exports.write(year, size, made, tell)
    took = time.monotonic() - began
    size_of = sum(file.stat().st_size for file in files)
    print(f"bench: {size:,} requests made in {took:.0f} s, {size_of / 1e6:,.0f} MB", file=sys.stderr)
    found = _ran(made, state, billion)
    shutil.rmtree(made)
    return found


def _ran(made: Path, state: Path, billion: bool) -> list[dict[str, Any]]:
    """What a process of its own measures of an export; and another, of its files ten times over."""
    found = []
    size = sum(file.stat().st_size for file in made.glob("*.parquet"))
    for times in (1, TIMES) if billion else (1,):
        ran = subprocess.run(
            [sys.executable, "-m", "bench.replay", "--group", made, "--times", str(times), "--state", state],
            capture_output=True,
            check=True,
        )
        found.append({"bytes": size * times, **json.loads(ran.stdout)})
    return found


def _grouped(folder: Path, times: int, state: Path) -> dict[str, Any]:
    """What one process measures of one export: grouping with its memory, and then replays of the groups."""
    from comity.adapters.archives import StateArchive, library_of, worlds_of
    from comity.adapters.capacity import share_out
    from comity.adapters.duck import exported, parquet_groups
    from comity.adapters.scenario_files import nothing_changed
    from comity.adapters.settled import settled
    from comity.posture.replay.engine import replay
    from comity.posture.replay.lots import log_of
    from comity.posture.scenario.read import read_scenario

    files = exported(folder) * times
    began, cpu = time.monotonic(), time.process_time()
    groups = parquet_groups(files)
    told: dict[str, Any] = {
        "requests": sum(sums.n for sums in groups.values()),
        "groups": len(groups),
        "group_s": time.monotonic() - began,
        "group_cpu_s": time.process_time() - cpu,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    log, worlds, library = log_of(groups), worlds_of(StateArchive(state)), library_of(None)
    cpu = time.process_time()
    report = replay(log, worlds, nothing_changed(), library, share_out)
    told |= {"as_it_was_s": time.process_time() - cpu, "reproduced": report.reproduced}
    with settled():
        for name, (day, changes, why) in zip(("first_s", "without_why_s", "second_s"), SCENARIOS, strict=True):
            document = {"scenario": "bench", "title": "bench", "date": date.today().isoformat(), "from": day}
            reading = read_scenario(json.dumps(document | {"changes": changes}).encode(), "bench")
            assert reading.scenario is not None, reading.problems
            cpu = time.process_time()
            replay(log, worlds, reading.scenario, library, share_out, why=why)
            told[name] = time.process_time() - cpu
    told["all_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return told


HEADS: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
    ("requests", lambda row: f"{row['requests']:,}"),
    ("file, MB", lambda row: f"{row['bytes'] / 1e6:,.0f}"),
    ("groups", lambda row: f"{row['groups']:,}"),
    ("grouped in, s", lambda row: f"{row['group_s']:.1f}"),
    ("million/s", lambda row: f"{row['requests'] / row['group_s'] / 1e6:.1f}"),
    ("CPU, s", lambda row: f"{row['group_cpu_s']:.1f}"),
    ("RSS, MB", lambda row: f"{row['rss_mb']:.0f}"),
    ("as it was, CPU s", lambda row: f"{row['as_it_was_s']:.2f}"),
    ("reproduced", lambda row: f"{row['reproduced'] / row['requests']:.2%}"),
    ("1st scenario, CPU s", lambda row: f"{row['first_s']:.2f}"),
    ("another, CPU s", lambda row: f"{row['without_why_s']:.2f}"),
    ("with causes and repairs, CPU s", lambda row: f"{row['second_s']:.2f}"),
    ("RSS at the end, MB", lambda row: f"{row['all_rss_mb']:.0f}"),
)


def _page(machine: dict[str, str], found: list[dict[str, Any]]) -> str:
    cells = [[name for name, _ in HEADS], *([shown(row) for _, shown in HEADS] for row in found)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(HEADS))]
    lines = [
        "| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|")
    machine = {key: value for key, value in machine.items() if key != "file system of the log"}
    said = "; ".join(f"{key} {value}" for key, value in machine.items())
    return "\n".join([f"Replay of large logs. Machine: {said}; {CORES} cores used.", SAID, "", *lines, ""])


def _keep(machine: dict[str, str], found: list[dict[str, Any]], text: str) -> None:
    stem = BENCH / "results" / f"{datetime.now(UTC).date().isoformat()}-{slug(machine)}-replay"
    stem.with_suffix(".md").write_text(text)
    record = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "said": SAID, "rows": found}
    stem.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
