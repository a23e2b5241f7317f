"""`comity witness serve`, asked by a client that is not ours: that of aics-witness, which verifies what it is given."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from comity.proof.checkpoint import Checkpoint
from comity.proof.note import Note
from tests.interop.forged import forged
from tests.interop.places import Places
from tests.interop.result import CannotRun, Result, must, ran
from tests.interop.written import Shard, Written

CLIENT = Path(__file__).parent / "feed.py"
END_S = 20.0


def verify(result: Result, log: Written, places: Places) -> None:
    """Our witness cosigns what grows, and refuses the rest, as a foreign client understands it."""
    if not places.witness.is_file():
        raise CannotRun("needs Python 3.12 or newer, and none was found")
    with _witness(log) as told:
        host, port = told["address"]
        given = {"url": f"http://{host}:{port}", "vkey": told["vkeys"][0], "steps": list(_steps(log))}
        status, said = ran([places.python, "-I", CLIENT], given=json.dumps(given).encode())
    must(status == 0, said)
    result.version = said.splitlines()[0]
    result.saw(f"its cosignatures of {len(log.shards)} shards verify, first and last checkpoint")
    result.saw("refuses forged (422), unsigned (403), unknown (404); names its size to what is rolled back")


def _steps(log: Written) -> Iterator[dict[str, Any]]:
    for shard in log.shards:
        yield _step(shard.earlier, "cosigned")
        old = Checkpoint.parse(Note.parse(shard.earlier).text).size
        yield _step(shard.note, "cosigned", old, shard.reader().consistency(old))
        yield _step(shard.earlier, "WitnessAhead")
    yield from _refused(log, log.shards[0])


def _refused(log: Written, shard: Shard) -> Iterator[dict[str, Any]]:
    size, origin = shard.checkpoint.size, shard.checkpoint.origin
    for _, path, note in forged(log.state, shard):
        yield _step(note, "WitnessRejected 422", size, path)
    yield _step(shard.note.replace(f"— {origin} ", "— somebody.example "), "WitnessRejected 403", size)
    yield _step(shard.note.replace(shard.name, "another1/x"), "WitnessRejected 404")


def _step(note: str, expect: str, old: int = 0, path: list[bytes] | None = None) -> dict[str, Any]:
    return {"note": note, "expect": expect, "old": old, "proof": [node.hex() for node in path or []]}


@contextmanager
def _witness(log: Written) -> Iterator[dict[str, Any]]:
    folder = log.folder / "witness"
    folder.mkdir()
    vkey = (log.state / "log.vkey").read_text("utf-8").strip()
    (folder / "witness.yaml").write_text(
        f'witness: comity.example/w1\nlogs:\n  - {{vkey: "{vkey}", shards: 10}}\n', "utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "comity",
        "witness",
        "serve",
        "-c",
        folder / "witness.yaml",
        "--port",
        "0",
        "--json",
    ]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            must(bool(line), f"it did not start: {(folder / 'said').read_text('utf-8')}")
            yield json.loads(line)
        finally:
            process.terminate()
            process.communicate(timeout=END_S)
