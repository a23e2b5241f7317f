"""`python -m bench.compare.soak [--seconds 600]`: memory of Comity's worker under full load, every ten seconds."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.compare.asks import script, whole
from bench.compare.command import command
from bench.compare.machine import described, slug
from bench.compare.measuring import CONNECTIONS, Direct, Once, Times, wrk
from bench.compare.processes import LOAD_CORES, Running
from bench.compare.reading import wrk as read_wrk
from bench.compare.rows import comity_rows
from bench.compare.world import BENCH, GATEWAY, world

EVERY_S = 10.0
LAST_S = 300.0
BYTES_PER_REQUEST = 2048
"""Of disk, for the log; the state folder is taken away at the end."""
FASTEST = 20_000
"""Requests per second that room on the disk is kept for."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Megabytes: the most, the last, and what was gained over the last five minutes (by halves' medians)."""

    most: float
    last: float
    gained: float


def judged(samples: Sequence[tuple[float, float]]) -> Verdict:
    """Of (second, megabytes). What was gained is the last minute's median less that of the minute five before it."""
    end = samples[-1][0]
    span = min(LAST_S, end)
    late = sorted(size for at, size in samples if at > end - span / 5)
    early = sorted(size for at, size in samples if end - span <= at <= end - span * 4 / 5)
    gained = late[len(late) // 2] - early[len(early) // 2] if early and late else 0.0
    return Verdict(max(size for _, size in samples), samples[-1][1], gained)


@command
def main() -> int:
    """Print the samples and the verdict, and keep them."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, LOAD_CORES)
    needed = int(arguments.seconds * FASTEST * BYTES_PER_REQUEST)
    if shutil.disk_usage(BENCH).free < needed:
        print(f"bench: a soak of {arguments.seconds:g} s may need {needed / 1e9:.0f} GB of disk", file=sys.stderr)
        return 1
    with world() as made:
        once = Once(made, comity_rows()[0], Times(1.0, 1.0), lambda name, text: None, Direct())
        try:
            once.begin()
            samples, text = _under_load(once, made.folder, arguments.seconds)
        finally:
            once.end()
        machine = described(made.folder)
    verdict, run = judged(samples), read_wrk(text)
    now = datetime.datetime.now(datetime.UTC)
    record = {
        "date": now.isoformat(timespec="seconds"),
        "machine": machine,
        "seconds": run.seconds,
        "requests": run.requests,
        "failed": run.failed,
        "samples": samples,
        "most_mb": verdict.most,
        "last_mb": verdict.last,
        "gained_in_the_last_five_minutes_mb": verdict.gained,
    }
    folder = BENCH / "results" if arguments.seconds >= 600 else BENCH / ".built"
    folder.mkdir(exist_ok=True)
    path = folder / f"{now.date().isoformat()}-{slug(machine)}-soak.json"
    path.write_text(json.dumps(record, indent=1) + "\n")
    print(
        f"{run.requests:,} requests in {run.seconds:.0f} s ({run.per_second:,.0f}/s, {run.failed} failed); "
        f"a worker's memory: most {verdict.most:.1f} MB, last {verdict.last:.1f} MB, "
        f"gained in the last five minutes {verdict.gained:+.1f} MB\n{path.relative_to(BENCH.parent)}"
    )
    return 0


def _under_load(once: Once, folder: Path, seconds: float) -> tuple[list[tuple[float, float]], str]:
    asking = folder / "soak.lua"
    script(whole(once.launch.whole, 1024), asking)
    texts: list[str] = []
    load = threading.Thread(target=lambda: texts.append(wrk(asking, GATEWAY, CONNECTIONS[0], seconds, False)))
    began, samples = time.monotonic(), []
    load.start()
    while load.is_alive():
        samples.append((round(time.monotonic() - began, 1), _megabytes(once.gateway, once.launch.worker)))
        print(f"{samples[-1][0]:6.0f} s  {samples[-1][1]:6.1f} MB", flush=True)
        load.join(EVERY_S)
    return samples, texts[0]


def _megabytes(gateway: Running, worker: str) -> float:
    return round(gateway.memory(worker).worker / 1e6, 2)


if __name__ == "__main__":
    sys.exit(main())
