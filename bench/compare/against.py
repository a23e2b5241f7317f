"""This checkout beside another one: `python -m bench.compare.against FOLDER [--rounds 20] [--streams] [--bytes N]`.

Both gateways run at once on the gateway's core, and are asked by turns: what else the machine does meanwhile, it does
to both. Each round gives a ratio of CPU time; the median of those, and where the middle half of them lies, say whether
a change was one. FOLDER is a clone with its own `src`; dependencies are those of this environment.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from bench.compare.asks import KB
from bench.compare.command import command
from bench.compare.measuring import Direct, Once, Times
from bench.compare.processes import LOAD_CORES
from bench.compare.reading import NotMeasured
from bench.compare.rows import Row, comity_of
from bench.compare.world import BENCH, CONTROL, GATEWAY, SPARE, SPARE_CONTROL, World, world

FEWEST = 4
"""Rounds of which the middle half can be told."""


@command
def main() -> int:
    """Print the CPU time of each side, and the ratio."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare.against", description=__doc__)
    parser.add_argument("other", type=Path, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=1, help="of each load")
    parser.add_argument("--streams", action="store_true", help="chunks one by one instead of whole answers")
    parser.add_argument("--bytes", type=int, default=KB, help="of each request's body")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, LOAD_CORES)
    rows = (
        comity_of(arguments.other.resolve(), SPARE, SPARE_CONTROL, arguments.bytes),
        comity_of(BENCH.parent, GATEWAY, CONTROL, arguments.bytes),
    )
    with world() as made:
        found = _by_turns(made, rows, arguments.rounds, arguments.seconds, streams=arguments.streams)
    unit = "chunk" if arguments.streams else "request"
    for row, figures in zip(rows, found, strict=True):
        print(f"{median(figures):8.2f} µs of CPU a {unit}, {min(figures):.2f} to {max(figures):.2f}: {row.title}")
    ratios = [this / other for other, this in zip(*found, strict=True)]
    low, _, high = quantiles(ratios, n=4)
    print(f"this one takes {median(ratios):.3f} of what the other does; half of the rounds {low:.3f} to {high:.3f}")
    return 0


def _by_turns(
    made: World, rows: Sequence[Row], rounds: int, seconds: int, *, streams: bool
) -> tuple[list[float], list[float]]:
    """CPU microseconds of each round, of the other and of this one."""
    sides = [Once(made, row, Times(1.0, seconds), lambda name, text: None, Direct()) for row in rows]
    found: tuple[list[float], list[float]] = [], []
    try:
        for side in sides:
            side.begin()
        for number in range(rounds):
            try:
                for side in sides if number % 2 else reversed(sides):
                    if streams:
                        side.chunks()
                    else:
                        side.closed(64)
            except NotMeasured as error:  # nobody had a core, or the disk, for as long as it took
                print(f"bench: a round is left out: {error}", file=sys.stderr)
                continue
            for side, figures in zip(sides, found, strict=True):
                figures.append(side.figures["chunk_cpu_us" if streams else "cpu_us_64"])
    finally:
        for side in sides:
            side.end()
    if len(found[0]) < FEWEST:
        raise NotMeasured(f"{len(found[0])} rounds are too few to compare")
    return found


if __name__ == "__main__":
    sys.exit(main())
