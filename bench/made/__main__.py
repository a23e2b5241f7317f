"""`python -m bench.made log DIR | export FOLDER --requests N [--state DIR]`: ledgers of traffic that never was."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bench.made import exports, log
from bench.made.spans import spans
from bench.made.trace import SAID
from comity.cli.progress import progress


def main() -> int:
    """Makes what is asked for, and says what it is."""
    parser = argparse.ArgumentParser(prog="python -m bench.made", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    one = what.add_parser(
        "log", help="a state folder with the trace's 19,366 requests, as a gateway would have left it"
    )
    one.add_argument("folder", type=Path)
    large = what.add_parser("export", help="a large export, in files of a month and realm each")
    large.add_argument("folder", type=Path)
    large.add_argument("--requests", type=int, default=1_000_000)
    large.add_argument("--state", type=Path, help="where to keep its realms (default: FOLDER/state)")
    options = parser.parse_args()
    began = time.monotonic()
    if options.what == "log":
        requests = log.write(options.folder)
        print(f"{options.folder}: {requests:,} requests in {time.monotonic() - began:.0f} s")
    else:
        options.folder.mkdir(parents=True, exist_ok=True)
        with progress("making requests", options.requests) as tell:
            files = exports.write(
                spans(options.state or options.folder / "state"), options.requests, options.folder, tell
            )
        size = sum(file.stat().st_size for file in files)
        print(f"{options.folder}: {len(files)} files, {size / 1e6:.0f} MB in {time.monotonic() - began:.0f} s")
    print(SAID)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
