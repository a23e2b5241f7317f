"""`comity log export`: a log's requests as Parquet, one row each."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.cli.auditor import add_auditor, auditor_key
from comity.cli.log_folder import log_folder
from comity.cli.progress import progress
from comity.terms.errors import UsageFault

if TYPE_CHECKING:
    from comity.posture.replay.requests import Request

    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

EPOCH = date(1970, 1, 1)


def add(verbs: Verbs) -> None:
    """Registers the verb."""
    export = verbs.add_parser(
        "export",
        help="write a log's requests as Parquet",
        description="One row for each request that has ended (docs/reference/export.md). No prompt, no person.",
    )
    export.add_argument("log", metavar="DIR|URL", help="a state folder such as .comity, or the URL of /log/")
    export.add_argument("--to", type=Path, required=True, metavar="FILE.parquet|FOLDER", help="what to write")
    export.add_argument("--since", type=date.fromisoformat, metavar="DATE", help="first day, in UTC")
    export.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="last day, in UTC")
    add_auditor(export, "with a URL: an auditor's key, entries are private")
    export.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Writes the export and says what it came to."""
    try:
        from comity.adapters.duck.export import of_log, write
    except ModuleNotFoundError as error:
        if error.name not in ("duckdb", "numpy", "msgspec"):
            raise
        raise UsageFault(f"log export needs {error.name}: pip install 'comity[serve,replay]'") from error
    first, last = _day(options.since, 0), _day(options.until, 2**62)
    if "://" in options.log:
        from comity.adapters.remote_groups import remote_requests

        requests = _within(remote_requests(options.log, _key(options)), first, last)
    else:
        requests = of_log(log_folder(Path(options.log)), first, last)
    with progress("exporting requests") as tell:
        done = write(requests, options.to, tell)
    said: dict[str, Any] = {"rows": done.rows, "files": done.files, "bytes": done.bytes, "to": str(options.to)}
    if options.json:
        print(json.dumps(said, indent=2))
    else:
        many = f", {done.files} files" if done.files > 1 else ""
        print(f"{options.to}: {done.rows:,} requests{many}, {done.bytes / max(done.rows, 1):.1f} bytes each")
    return 0


def _key(options: argparse.Namespace) -> str:
    key = auditor_key(options, options.log)
    if not key:
        raise UsageFault("entries of a log are private: give an auditor's key with --auditor FILE or env:NAME")
    return key


def _within(requests: Iterable[tuple[str, Request]], first: int, last: int) -> Iterator[tuple[str, Request]]:
    return ((shard, request) for shard, request in requests if first <= request.day <= last)


def _day(given: date | None, otherwise: int) -> int:
    return otherwise if given is None else (given - EPOCH).days
