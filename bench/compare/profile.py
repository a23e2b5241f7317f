"""Where the gateway's CPU time goes: `python -m bench.compare.profile [--seconds 10] [--row comity] [--streams]`.

py-spy (make bench-peers) looks at the worker a thousand times a second under the load of 64 connections. Time inside
C, a call of the kernel included, counts for the Python function that called it (reading and writing sockets for the
loop, Runner.run); `--native` splits it up. SegmentWriter.sync is a thread that waits for the disk, not CPU time.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bench.compare.command import command
from bench.compare.measuring import Direct, Once, Times
from bench.compare.processes import LOAD_CORES
from bench.compare.reading import NotMeasured
from bench.compare.rows import comity_rows
from bench.compare.world import BUILT, PEERS, world

LINES = 40
SAMPLES_PER_S = 1000


def shares(folded: Iterable[str]) -> tuple[int, Counter[str], Counter[str]]:
    """Samples in all, by the function that was running, and by every function that was on the stack."""
    total, own, within = 0, Counter[str](), Counter[str]()
    for line in folded:
        stack, _, count = line.rpartition(" ")
        if not count.isdigit():
            continue
        frames = [re.sub(r":\d+\)$", ")", frame) for frame in stack.split(";")]
        total += int(count)
        own[frames[-1]] += int(count)
        for frame in set(frames):
            within[frame] += int(count)
    return total, own, within


def rendered(folded: Iterable[str], us_per_unit: float) -> str:
    """The functions that take most, with their share and what it is in microseconds of each request (or chunk)."""
    total, own, within = shares(folded)
    lines = [f"{'own':>6} {'µs':>7} {'with all below':>15}   function"]
    for name, count in own.most_common(LINES):
        share = count / total
        lines.append(f"{share:>6.1%} {share * us_per_unit:>7.2f} {within[name] / total:>15.1%}   {name}")
    return "\n".join(lines)


@command
def main() -> int:
    """Print the table; the folded stacks stay in bench/.built/profile.folded, for a flame graph."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare.profile", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--row", default="comity", choices=[row.name for row in comity_rows()])
    parser.add_argument("--streams", action="store_true", help="chunks one by one instead of whole answers")
    parser.add_argument("--native", action="store_true", help="C functions too")
    arguments = parser.parse_args()
    spy = PEERS / "py-spy/bin/py-spy"
    if not spy.exists():
        print("bench: py-spy is not installed: make bench-peers", file=sys.stderr)
        return 1
    os.sched_setaffinity(0, LOAD_CORES)
    folded = BUILT / "profile.folded"
    row = next(row for row in comity_rows() if row.name == arguments.row)
    with world() as made:
        once = Once(made, row, Times(1.0, arguments.seconds + 2), lambda name, text: None, Direct())
        try:
            once.begin()
            load = threading.Thread(target=once.chunks if arguments.streams else lambda: once.closed(64))
            load.start()
            _watch(spy, once.gateway.worker(once.launch.worker), folded, arguments.seconds, arguments.native)
            load.join()
        finally:
            once.end()
    cost = once.figures["chunk_cpu_us" if arguments.streams else "cpu_us_64"]
    print(f"{row.title}: {cost:.1f} µs of CPU for each {'chunk' if arguments.streams else 'request'}, slowed by py-spy")
    print(rendered(folded.read_text().splitlines(), cost))
    return 0


def _watch(spy: Path, pid: int, folded: Path, seconds: int, native: bool) -> None:
    command = [str(spy), "record", "--pid", str(pid), "--duration", str(seconds), "--rate", str(SAMPLES_PER_S)]
    command += ["--format", "raw", "--function", "--nonblocking", "--output", str(folded)]
    if native:
        command.append("--native")
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    if ran.returncode:
        raise NotMeasured(f"py-spy: {ran.stderr.strip()[-500:]}")


if __name__ == "__main__":
    sys.exit(main())
