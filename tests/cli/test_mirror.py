"""`comity log audit URL --keep DIR`: a mirror that holds, of a log that grows, shrinks, or is gone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger, shards
from comity.cli.main import main
from comity.proof.tiles import is_public
from tests.adapters.ledger.writing import deny, run


class Public(BaseHTTPRequestHandler):
    """What the control port serves of a log: the list of shards, and their public files."""

    def __init__(self, state: Path, *rest: Any) -> None:
        self.state = state
        super().__init__(*rest)

    def do_GET(self) -> None:
        shard, _, path = self.path.removeprefix("/log/").partition("/")
        if not shard:
            data = "".join(f"{each}\n" for each in shards(self.state)).encode()
        elif is_public(path) and (self.state / "log" / shard / path).is_file():
            data = (self.state / "log" / shard / path).read_bytes()
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), partial(Public, tmp_path / "state"))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/log/"
    server.shutdown()
    thread.join()
    server.server_close()


def grow(state: Path, count: int) -> str:
    async def work(ledger: Ledger) -> str:
        await deny(ledger, count)
        return ledger.shard

    shard: str = run(state, work)
    return shard


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and is_public(str(path.relative_to(folder))) and path.name != "vkey"
    }


def test_a_mirror_follows_a_log(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    state, kept = tmp_path / "state", tmp_path / "kept"
    command: list[str] = []
    for count in (5, 300, 0, 1000):
        shard = grow(state, count)
        command = ["log", "audit", url, "--key", str(state / "log.vkey"), "--keep", str(kept)]
        assert main(command) == 0, capsys.readouterr().out
        log = state / "log" / shard
        checkpoint = (log / "checkpoint").read_bytes()
        assert (kept / shard / "checkpoint").read_bytes() == checkpoint
        # partial tiles of older checkpoints may lie on either side
        ours = {name: data for name, data in files(kept / shard).items() if ".p/" not in name}
        assert ours == {name: data for name, data in files(log).items() if ".p/" not in name}
    # the mirror is a log of itself: whoever serves it can be audited in the same way
    shutil.rmtree(state / "log" / shard / "tile")
    shutil.copytree(kept / shard / "tile", state / "log" / shard / "tile")
    assert main(command) == 0


def test_what_does_not_hold_is_not_kept(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    state, kept = tmp_path / "state", tmp_path / "kept"
    shard = grow(state, 300)
    command = ["log", "audit", url, "--key", str(state / "log.vkey"), "--keep", str(kept)]
    older = tmp_path / "older"
    shutil.copytree(state, older)
    assert main(command) == 0
    grow(state, 300)
    assert main(command) == 0
    before = files(kept / shard)
    shutil.rmtree(state)
    shutil.copytree(older, state)
    assert main(command) == 1
    assert "FAILS shrunk" in capsys.readouterr().out
    # set back and gone on in another way: a fork of what was mirrored
    grow(state, 500)
    assert main(command) == 1
    assert "FAILS forked" in capsys.readouterr().out
    assert files(kept / shard) == before
    shutil.rmtree(state / "log" / shard)
    grow(state, 1)
    assert main(command) == 1
    assert f"FAILS shard-gone at {kept / shard}" in capsys.readouterr().out


def test_a_mirror_is_of_a_url(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grow(tmp_path, 1)
    assert main(["log", "audit", str(tmp_path), "--keep", str(tmp_path / "kept")]) == 2
    assert "--keep mirrors" in capsys.readouterr().err


@pytest.mark.parametrize("served", [False, True])
def test_a_log_that_is_hidden_does_not_hold(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str], *, served: bool
) -> None:
    """What nobody is shown has not grown, and nothing is no log that holds."""
    state = tmp_path / "state"
    shard, where = grow(state, 3), url if served else str(state)
    kept, key = tmp_path / "kept.txt", tmp_path / "log.vkey"
    shutil.copy(state / "log" / shard / "checkpoint", kept)
    shutil.copy(state / "log.vkey", key)
    command = ["log", "audit", where, "--key", str(key)]
    assert main([*command, "--since", str(kept)]) == 0
    shutil.rmtree(state / "log" / shard)
    capsys.readouterr()
    assert main(command) == 2
    assert "has no shard: there is nothing to audit" in capsys.readouterr().err
    grow(state, 5)
    assert main(command) == 0
    assert main([*command, "--since", str(kept)]) == 1
    assert f"FAILS shard-gone at {kept}" in capsys.readouterr().out
