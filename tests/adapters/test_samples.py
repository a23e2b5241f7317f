"""An auditor at a control port that lies, or is none: told so, and nothing is made of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from comity.adapters.samples import ControlPort, NotDone
from comity.cli.main import main
from comity.proof.note import Signer
from comity.proof.policy import Policy
from comity.proof.sample_file import Head, Sample

SHARD = "shard0001"
NOTE = f"example.org/gw/{SHARD}\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAA=\n"


class Says(BaseHTTPRequestHandler):
    """One answer to everything."""

    page = b""

    def _say(self) -> None:
        self.rfile.read(int(self.headers["content-length"] or 0))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.page)

    do_GET = do_POST = _say

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Says)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "entries", [[], ["shard0001.1", "shard0001.2"], ["../../etc/passwd"], ["shard0001.-1"], [{}], [None], "ab", 7]
)
def test_entries_that_were_not_asked_for(url: str, entries: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Says, "page", json.dumps({"entries": entries}).encode())
    with pytest.raises(NotDone, match="no control port of Comity"):
        ControlPort(url, "sk-auditor").enter("sample.commit", [("a", {})])


def test_an_entry_that_comes_later_has_no_name_yet(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Says, "page", b'{"entries": ["", "shard0001.7"]}')
    assert ControlPort(url, "sk-auditor").enter("sample.result", [("a", {}), ("b", {})]) == ["", "shard0001.7"]


@pytest.mark.parametrize(
    "entry", [{}, {"kind": 1}, {"kind": "audit", "salt": 7}, {"kind": None, "salt": [], "party": {}}]
)
def test_a_commitment_that_is_none(url: str, entry: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {"party": "{}", "decision": "{}", "content": "{}", **entry}
    monkeypatch.setattr(Says, "page", json.dumps({"minimum": 0, "entries": [shown]}).encode())
    with pytest.raises(NotDone, match="cannot be shown"):
        ControlPort(url, "sk-auditor").shown(Head(SHARD, 0, NOTE), 0)


def test_a_shard_that_is_hidden_since_the_last_sample(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its entries would be drawn by nobody."""
    signer = Signer(f"example.org/gw/{SHARD}", bytes(32))
    monkeypatch.setattr(Says, "page", signer.sign(NOTE.partition("\n\n")[0] + "\n").encode())
    port = ControlPort(f"{url}/log/{SHARD}", "sk-auditor")
    policy = Policy((signer.key,), {}, {}, "none")
    assert [head.first for head in port.heads(policy, {SHARD: 1})] == [1]
    with pytest.raises(NotDone, match="does not list the shard another01 any more"):
        port.heads(policy, {SHARD: 1, "another01": 9})


def test_a_sample_is_drawn_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its nonce may be known by now."""
    file, key = tmp_path / "sample.json", tmp_path / "auditor.key"
    key.write_text("sk-auditor")
    before = Sample(1, bytes(32), f"{SHARD}.0", (Head(SHARD, 0, NOTE),)).encode()
    file.write_bytes(before)
    command = ["audit", "draw", str(file), "http://127.0.0.1:9", "--auditor", str(key)]
    assert main(command) == 2
    assert "drawn already" in capsys.readouterr().err
    assert file.read_bytes() == before
