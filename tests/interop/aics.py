"""`aics-witness`: a tlog-witness that is not ours. It cosigns our shards, and refuses forged and rolled-back ones."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comity.adapters.witness.client import Given, WitnessClient
from comity.proof.checkpoint import Checkpoint
from comity.proof.note import Note, VerifierKey
from comity.stack.urls import Url, read_url
from comity.terms.digests import to_base64
from tests.interop.forged import forged
from tests.interop.places import Places
from tests.interop.result import CannotRun, Result, must, ran
from tests.interop.written import Shard, Written

NAME = "aics.example/w1"
START_S = 20.0


def verify(result: Result, log: Written, places: Places) -> None:
    """Every status that tlog-witness gives to a log: 200, 403, 404, 409, 422."""
    if not places.witness.is_file():
        raise CannotRun("needs Python 3.12 or newer, and none was found")
    result.version = ran([places.python, "-c", "import importlib.metadata as m; print(m.version('aics-witness'))"])[1]
    folder = log.folder / "aics"
    folder.mkdir()
    with _witness(folder, places.witness, log.shards) as (url, key):
        for shard in log.shards:
            _grows(url, key, shard)
        result.saw(f"cosigns {len(log.shards)} shards, from their first checkpoint to their last")
        _refuses(url, log)
        result.saw("refuses forged (422), rolled back (409), unsigned (403), unknown (404)")


def _grows(url: str, key: VerifierKey, shard: Shard) -> None:
    earlier = Checkpoint.parse(Note.parse(shard.earlier).text)
    # the gateway's own client, which verifies what it is given
    address = read_url(url, plain=True)
    assert isinstance(address, Url)
    client = WitnessClient("w1", key, address)
    try:
        must(isinstance(client.add(0, (), shard.earlier), Given), "the first checkpoint was not cosigned")
        must(client.add(0, (), shard.note) == earlier.size, "it does not say what it has seen")
        given = client.add(earlier.size, shard.reader().consistency(earlier.size), shard.note)
        must(isinstance(given, Given) and given.time > 0, "growth was not cosigned")
        shown = client.shown(shard.checkpoint.origin)
        must(shown is not None and shown.text == Note.parse(shard.note).text, "it shows monitors something else")
    finally:
        client.close()


def _refuses(url: str, log: Written) -> None:
    shard = log.shards[0]
    size = shard.checkpoint.size
    for status, what, old, path, note in (
        (409, "an older checkpoint", 0, (), shard.earlier),
        (409, "an older size", size - 1, shard.reader().consistency(size - 1), shard.note),
        (403, "no signature", size, (), shard.note.replace(f"— {shard.checkpoint.origin} ", "— somebody.example ")),
        (404, "another log", 0, (), shard.note.replace(shard.name, "another1")),
        *((422, what, size, path, note) for what, path, note in forged(log.state, shard)),
    ):
        got, said = _add(url, old, path, note)
        must(got == status, f"{what}: {got} in place of {status}, {said}")
        must(status != 409 or said == f"{size}\n", f"{what}: its size is told as {said!r}")


def _add(url: str, old: int, path: object, note: str) -> tuple[int, str]:
    """One `add-checkpoint`; status and body."""
    proof = "".join(f"{to_base64(node)}\n" for node in path)  # type: ignore[attr-defined]
    body = f"old {old}\n{proof}\n{note}".encode()
    try:
        with urllib.request.urlopen(f"{url}/add-checkpoint", body, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


@contextmanager
def _witness(folder: Path, program: Path, shards: list[Shard]) -> Iterator[tuple[str, VerifierKey]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = ("--config", folder / "witness.json")
    status, said = ran([program, "init", *config, "--name", NAME, "--listen", f"127.0.0.1:{port}"])
    must(status == 0, said)
    key = next(VerifierKey.parse(line) for line in said.splitlines() if line.startswith(f"{NAME}+"))
    for shard in shards:
        status, said = ran([program, "add-log", *config, "--origin", shard.checkpoint.origin, "--vkey", shard.vkey])
        must(status == 0, said)
    with (folder / "said").open("wb") as output:
        process = subprocess.Popen([program, "serve", *config], stdout=output, stderr=output)
        try:
            _answers(port, process)
            yield f"http://127.0.0.1:{port}", key
        finally:
            process.terminate()
            process.wait(START_S)


def _answers(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    must(False, "it did not start")
