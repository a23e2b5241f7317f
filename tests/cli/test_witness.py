"""`comity witness` as operators run it, over HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.witness.client import NotCosigned, WitnessClient
from comity.proof.cosignature import cosigned_at
from comity.proof.note import Note, VerifierKey
from comity.runtime.targets import client_context
from comity.stack.urls import Url
from comity.terms.digests import sha256_hex
from comity.testing.authority import Authority
from tests.adapters.witness.world import ORIGIN, SIGNER, MadeLog

COMITY = (sys.executable, "-P", "-m", "comity")
LOG = MadeLog()


def witness_file(folder: Path, vkey: str = SIGNER.key.text, shards: int = 4) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "witness.yaml"
    path.write_text(f"witness: witness.example/w1\nlogs:\n  - {{vkey: {vkey}, shards: {shards}}}\n")
    return path


@contextmanager
def serving(path: Path, *options: str) -> Iterator[dict[str, Any]]:
    """A witness that serves; what it said of itself."""
    command = (*COMITY, "witness", "serve", "-c", str(path), "--port", "0", "--json", *options)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            assert process.wait(10) == 0


def asked(told: dict[str, Any], method: str, path: str, body: bytes | None = None) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(told["address"][0], told["address"][1], timeout=20)
    connection.request(method, path, body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("content-type", ""), text


def test_a_witness_serves_and_remembers(tmp_path: Path) -> None:
    path = witness_file(tmp_path)
    made = subprocess.run((*COMITY, "witness", "key", "-c", str(path)), capture_output=True, text=True, check=True)
    key = VerifierKey.parse(made.stdout)
    with serving(path) as told:
        assert told["vkeys"] == [key.text]
        status, _, line = asked(told, "POST", "/add-checkpoint", LOG.ask(0, 9))
        assert status == 200
        note = Note.parse(LOG.note(9) + line)
        assert cosigned_at(key, note.text, note.by(key)[0]) is not None
        assert asked(told, "POST", "/add-checkpoint", LOG.ask(4, 9)) == (409, "text/x.tlog.size", "9\n")
        assert asked(told, "POST", "/add-checkpoint", b"x" * 200_000)[0] in (400, 413)
        assert asked(told, "GET", "/add-checkpoint")[0] == 405
        assert asked(told, "GET", "/nothing")[0] == 404
        assert asked(told, "GET", "/vkey")[2] == f"{key.text}\n"
        shown = asked(told, "GET", f"/{sha256_hex(ORIGIN.encode())}/checkpoint")
        assert (shown[0], shown[2]) == (200, LOG.note(9) + line)
        assert 'comity_witness_requests_total{status="200"} 1' in asked(told, "GET", "/metrics")[2]
    with serving(path) as told:
        fork = MadeLog(forked_at=4)
        assert asked(told, "POST", "/add-checkpoint", fork.ask(9, 12))[0] == 422
        assert asked(told, "POST", "/add-checkpoint", LOG.ask(9, 12))[0] == 200


def test_what_is_wrong_is_said_by_check(tmp_path: Path) -> None:
    path = witness_file(tmp_path)
    good = subprocess.run((*COMITY, "check", "-c", str(path)), capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout) == (0, f"{path}: no problem\n")
    path.write_text(path.read_text().replace("shards", "shard"))
    bad = subprocess.run((*COMITY, "check", "-c", str(path)), capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "witness.yaml:3:" in bad.stdout
    assert "did you mean shards" in bad.stdout
    serve = subprocess.run((*COMITY, "witness", "serve", "-c", str(path)), capture_output=True, text=True, check=False)
    assert serve.returncode == 1
    assert "shards" in serve.stderr


def test_it_is_asked_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    pair = authority.certificate("127.0.0.1")
    path = witness_file(tmp_path / "w")
    with serving(path, "--tls-cert", str(pair.certificate), "--tls-key", str(pair.key)) as told:
        key = VerifierKey.parse(told["vkeys"][0])
        url = Url("https", "127.0.0.1", told["address"][1], "")
        client = WitnessClient("w", key, url, context=client_context(str(authority.file)))
        given = client.add(0, (), LOG.note(9))
        assert not isinstance(given, int)
        client.close()
        stranger = WitnessClient("w", key, url)
        with pytest.raises(NotCosigned, match="does not answer"):
            stranger.add(0, (), LOG.note(9))


def test_a_witness_with_two_keys_signs_with_both(tmp_path: Path) -> None:
    path = witness_file(tmp_path)
    made = subprocess.run(
        (*COMITY, "witness", "key", "-c", str(path), "--ml-dsa"), capture_output=True, text=True, check=True
    )
    keys = [VerifierKey.parse(line) for line in made.stdout.splitlines()]
    assert len(keys) == 2
    with serving(path) as told:
        status, _, lines = asked(told, "POST", "/add-checkpoint", LOG.ask(0, 9))
        assert status == 200
        note = Note.parse(LOG.note(9) + lines)
        assert all(cosigned_at(key, note.text, note.by(key)[0]) for key in keys)
