"""`make interop`: foreign verifiers on a log that Comity wrote, as one table. 1 if any of them disagrees."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.interop import aics, cwt, go_sumdb, our_witness, scales, timestamp, transmute
from tests.interop.places import Places
from tests.interop.result import Result, tried
from tests.interop.written import Written, write

Verify = Callable[[Result, Written, Places], None]

VERIFIERS: tuple[tuple[str, str, Verify], ...] = (
    ("tlog-scales", "tlog-tiles, signed-note, cosignature", lambda result, log, _: scales.verify(result, log)),
    ("Go x/mod/sumdb", "signed-note, tiles, proofs", go_sumdb.verify),
    ("aics-witness", "tlog-witness", aics.verify),
    ("aics-witness's client", "comity witness serve", our_witness.verify),
    ("@transmute/cose", "RFC 9942 receipts", transmute.verify),
    ("cwt", "COSE_Sign1 of RFC 9943 statements", cwt.verify),
    ("openssl ts", "RFC 3161", lambda result, log, _: timestamp.verify(result, log)),
)


def main() -> int:
    """Write the log, hold each verifier against it, print the table."""
    places = Places()
    with TemporaryDirectory(prefix="comity-interop-") as folder:
        log = write(Path(folder))
        results = [
            tried(Result(name, of), lambda row, verify=verify: verify(row, log, places))
            for name, of, verify in VERIFIERS
        ]
        entries, shards = log.entries, len(log.shards)
    if "--json" in sys.argv[1:]:
        print(json.dumps([{**vars(row), "result": row.word} for row in results], indent=1))
    else:
        print(f"A log of {entries} entries in {shards} shards, witnessed, written by Comity:")
        print(table(results))
    return 1 if any(row.word == "FAILED" for row in results) else 0


def table(results: list[Result]) -> str:
    """The rows, one below the other, and under each what was seen or what was missing."""
    lines = []
    for row in results:
        lines.append(f"{row.word:<8} {row.verifier} {row.version}: {row.of}")
        lines += [f"           {each}" for each in (*row.checks, row.failed, row.missing) if each]
    counts = {word: sum(row.word == word for row in results) for word in ("passed", "FAILED", "not run")}
    lines.append(", ".join(f"{count} {word}" for word, count in counts.items()))
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
