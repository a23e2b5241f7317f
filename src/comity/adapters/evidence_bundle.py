"""Evidence from a state folder, and the folder that it is written to: papers, receipts, and a list of digests."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from comity.adapters.ledger import shards
from comity.adapters.ledger.failures import NotYetCovered
from comity.adapters.ledger.reading import entries
from comity.adapters.ledger.receipts import build_receipt, parse_receipt_id
from comity.adapters.realms import load_realm
from comity.evidence.activity import Event, Told
from comity.law.realm import Realm
from comity.terms.digests import sha256_hex
from comity.terms.problems import Problems

MANIFEST = "SHA256SUMS"
_KINDS = ("intent", "outcome", "denial")


def told(state: Path) -> Iterator[Told]:
    """Every request's entries of every shard, in order."""
    for shard in shards(state):
        for entry in entries(state, shard):
            if entry.kind in _KINDS:
                blocks = (json.loads(block) for block in (entry.party, entry.decision, entry.content))
                yield Told(shard, entry.index, entry.kind, entry.intent, *blocks)


def realms(state: Path, digests: set[str]) -> dict[str, Realm]:
    """The realms of `digests` that are kept and can be read again; papers say which are missing."""
    found = {}
    for digest in sorted(digests):
        try:
            found[digest] = load_realm(state, digest)
        except Problems:
            continue
    return found


def receipts(state: Path, events: tuple[Event, ...], most: int) -> dict[str, bytes]:
    """Receipts of the first `most` events, by id; what no checkpoint covers yet is left out."""
    made: dict[str, bytes] = {}
    for event in events:
        if len(made) >= most:
            break
        try:
            document = build_receipt(state, *parse_receipt_id(event.receipt), openings=False)
        except NotYetCovered:
            continue
        made[event.receipt] = json.dumps(document, indent=1).encode() + b"\n"
    return made


def events_csv(events: tuple[Event, ...]) -> bytes:
    """Every event, a line each."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(
        (
            "receipt",
            "received_ms",
            "finished_ms",
            "application",
            "controller",
            "purpose",
            "data",
            "subjects",
            "deployment",
            "realm",
            "mode",
            "finish",
            "rules",
        )
    )
    for event in events:
        flow = event.flow
        rows.writerow(
            (
                event.receipt,
                event.received,
                event.finished,
                flow.application,
                flow.controller,
                flow.purpose,
                " ".join(flow.data),
                " ".join(flow.subjects),
                flow.deployment,
                flow.realm,
                flow.mode,
                event.finish,
                " ".join(event.rules),
            )
        )
    return text.getvalue().encode()


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes `files` and the list of their digests into a folder that is new or empty.

    Raises:
        FileExistsError: something is in the folder already; nothing is written over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name a new folder")
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    sums = "".join(f"{sha256_hex(data)}  {name}\n" for name, data in sorted(files.items()))
    (folder / MANIFEST).write_text(sums)


def altered(folder: Path) -> Iterator[str]:
    """Yields a sentence for each file of a bundle that is missing, altered, or was not there when it was written.

    Raises:
        OSError: the folder has no list of digests.
    """
    lines = (folder / MANIFEST).read_text().splitlines()
    stated = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for name, digest in sorted(stated.items()):
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif sha256_hex(path.read_bytes()) != digest:
            yield f"{name} is not what was written"
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST and name not in stated:
            yield f"{name} was added"


def receipt_files(folder: Path) -> dict[str, Any]:
    """The receipts of a bundle, by file name."""
    return {path.name: json.loads(path.read_bytes()) for path in sorted((folder / "receipts").glob("*.json"))}
