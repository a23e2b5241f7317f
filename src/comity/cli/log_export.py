"""`comity log export`: a log's requests as Parquet, one row each."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.cli.log_folder import log_folder
from comity.cli.progress import progress
from comity.terms.errors import UsageFault

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

EPOCH = date(1970, 1, 1)


def add(verbs: Verbs) -> None:
    """Registers the verb."""
    export = verbs.add_parser(
        "export",
        help="write a log's requests as Parquet",
        description="One row for each request that has ended (docs/reference/export.md). No prompt, no person.",
    )
    export.add_argument("log", metavar="DIR", help="a state folder such as .comity")
    export.add_argument("--to", type=Path, required=True, metavar="FILE.parquet|FOLDER", help="what to write")
    export.add_argument("--since", type=date.fromisoformat, metavar="DATE", help="first day, in UTC")
    export.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="last day, in UTC")
    export.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Writes the export and says what it came to."""
    try:
        from comity.adapters.duck.export import of_log, write
    except ModuleNotFoundError as error:
        if error.name not in ("duckdb", "numpy", "msgspec"):
            raise
        raise UsageFault(f"log export needs {error.name}: pip install 'comity[serve,replay]'") from error
    span = (_day(options.since, 0), _day(options.until, 2**62))
    with progress("exporting requests") as tell:
        done = write(of_log(log_folder(Path(options.log)), *span), options.to, tell)
    said: dict[str, Any] = {"rows": done.rows, "files": done.files, "bytes": done.bytes, "to": str(options.to)}
    if options.json:
        print(json.dumps(said, indent=2))
    else:
        many = f", {done.files} files" if done.files > 1 else ""
        print(f"{options.to}: {done.rows:,} requests{many}, {done.bytes / max(done.rows, 1):.1f} bytes each")
    return 0


def _day(given: date | None, otherwise: int) -> int:
    return otherwise if given is None else (given - EPOCH).days
