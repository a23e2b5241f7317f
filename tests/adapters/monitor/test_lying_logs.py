"""Logs that lie to whoever watches them: each is told by its own alarm, and no alarm says what is not so."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from comity.adapters.ledger.remote import NotThere, RemoteLog
from comity.adapters.monitor.cursor import Cursor
from comity.adapters.monitor.monitor import GRACE_MS
from comity.adapters.samples import ControlPort, NotDone
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import ED25519_COSIGNATURE, Cosigner
from comity.proof.note import Note, Signer
from comity.proof.policy import Group, Policy
from tests.adapters.ledger.writing import trust
from tests.adapters.monitor.test_monitor import Watched, cosigned

WITNESS = Cosigner("witness.example", ED25519_COSIGNATURE, b"\x07" * 32)


@pytest.fixture
def witnessed(watched: Watched) -> Iterator[Watched]:
    """The log is to be cosigned, and its last checkpoint is, beside it."""
    watched.policy = Policy(trust(watched.state).logs, {"w": WITNESS.key}, {"all": Group(1, ("w",))}, "all")
    watched.checkpoint.with_name("witnessed").write_text(cosigned(WITNESS, watched.checkpoint.read_text()))
    watched.begin()
    assert watched.names() == []
    yield watched


def signed(watched: Watched, checkpoint: Checkpoint) -> str:
    """A checkpoint by the log's key, whatever it says."""
    signer = Signer.parse((watched.state / "log.key").read_text())
    return signer.named(checkpoint.origin).sign(checkpoint.text)


def test_another_shards_checkpoint_passed_for_this_ones(witnessed: Watched) -> None:
    """Both are cosigned, and the other one has more entries: a fork would be no truth, and its proof none."""
    other = Checkpoint("example.org/gw/another00", 9_000, bytes(32))
    witnessed.checkpoint.with_name("witnessed").write_text(cosigned(WITNESS, signed(witnessed, other)))
    (alarm,) = witnessed.look()
    assert (alarm.name, alarm.evidence) == ("different-logs", None)
    assert "another00" in alarm.sentence


def test_another_shards_tree_passed_for_this_ones(watched: Watched) -> None:
    note = Note.parse(watched.checkpoint.read_text())
    root = Checkpoint.parse(note.text).root
    watched.checkpoint.write_text(signed(watched, Checkpoint("example.org/gw/another00", 300, root)))
    (alarm,) = watched.look()
    assert (alarm.name, "another00" in alarm.sentence) == ("different-logs", True)


def test_two_trees_of_one_size_are_a_fork_whatever_the_files_are(watched: Watched) -> None:
    """Nobody needs files for it: two notes with the log's own signature prove it."""
    assert watched.names() == []
    kept = Checkpoint.parse(Note.parse(watched.checkpoint.read_text()).text)
    watched.checkpoint.write_text(signed(watched, replace(kept, root=bytes(32))))
    (alarm,) = watched.look()
    assert (alarm.name, "Two trees" in alarm.sentence) == ("forked", True)
    assert alarm.evidence is not None


def test_a_cosignature_of_before_under_the_checkpoint_of_now(witnessed: Watched) -> None:
    before = Note.parse(cosigned(WITNESS, witnessed.checkpoint.read_text())).by(WITNESS.key)[0].line
    witnessed.grow(5)
    witnessed.checkpoint.write_text(witnessed.checkpoint.read_text() + before)
    (alarm,) = witnessed.look()
    assert (alarm.name, "cosignature" in alarm.sentence) == ("bad-signature", True)


def test_a_witness_that_the_log_made_up(witnessed: Watched) -> None:
    """The same name, another key: its line is nobody's."""
    forger = Cosigner("witness.example", ED25519_COSIGNATURE, b"\x08" * 32)
    witnessed.checkpoint.with_name("witnessed").unlink()
    witnessed.now += GRACE_MS
    witnessed.grow(1)
    witnessed.checkpoint.write_text(cosigned(forger, witnessed.checkpoint.read_text()))
    assert witnessed.names() == ["missing-witness"]


def test_a_shard_listed_twice_is_not_counted_twice(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look twice as large."""
    from tests.cli import test_mirror

    monkeypatch.setattr(test_mirror, "shards", lambda state: [watched.shard, watched.shard])
    (alarm,) = watched.look()
    assert (alarm.name, "one twice" in alarm.sentence) == ("unreachable", True)


def test_names_that_are_made_up_at_each_look_are_not_kept(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is new, and has time to show a checkpoint: without an end the cursor would grow until nobody can read it."""
    from tests.cli import test_mirror

    for look in range(3):
        names = [f"madeup{look}{number}" for number in range(5)]
        monkeypatch.setattr(test_mirror, "shards", lambda state, names=names: [watched.shard, *names])
        assert watched.names() == []
        assert set(Cursor.read(watched.cursor, watched.url).shards) == {watched.shard, *names}


@pytest.mark.parametrize("listed", ["../../etc", "a/b", "", "UPPER0000", "x" * 70, "http://elsewhere.example/"])
def test_names_that_lead_elsewhere(watched: Watched, listed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.cli import test_mirror

    monkeypatch.setattr(test_mirror, "shards", lambda state: [listed] if listed else [])
    assert watched.names() == (["unreachable"] if listed else ["missing-file"])
    assert watched.monitor.size == 0


@pytest.mark.parametrize(
    "page", [b'{"minimum": Infinity, "entries": []}', b"[" * 100_000, b'{"minimum": 0, "entries": ' + b"[" * 50_000]
)
def test_a_page_that_is_none_stops_nobody(page: bytes) -> None:
    """A port whose answers end its monitor is watched no more."""

    class Port(BaseHTTPRequestHandler):
        def _say(self) -> None:
            self.rfile.read(int(self.headers["content-length"] or 0))
            self.send_response(400 if self.path.endswith("refused/admin/samples") else 200)
            self.end_headers()
            self.wfile.write(page)

        do_GET = do_POST = _say

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        with pytest.raises(NotThere, match="gives no entries"):
            RemoteLog(url).entries(f"{url}/log/shard0001", 0, "sk-auditor")
        for place in (url, f"{url}/refused"):
            with suppress(NotDone):
                assert ControlPort(place, "sk-auditor").enter("sample", [("a", {})]) == []
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_older_tree_under_the_newest_checkpoint(watched: Watched, tmp_path: Path) -> None:
    """The files of before a forgotten entry, the checkpoint of now."""
    folder = watched.state / "log" / watched.shard
    shutil.copytree(folder / "tile", tmp_path / "tile")
    watched.grow(300)
    assert watched.names() == []
    shutil.rmtree(folder / "tile")
    shutil.copytree(tmp_path / "tile", folder / "tile")
    assert watched.names()[:1] == ["missing-file"]


def test_a_minimum_that_hides_what_was_altered(watched: Watched) -> None:
    """Bundles below it are excused, tiles are not."""
    folder = watched.state / "log" / watched.shard
    tile = folder / "tile/0/000"
    data = tile.read_bytes()
    tile.write_bytes(bytes(32) + data[32:])
    (folder / "minimum").write_text("256\n")
    assert watched.names() == ["altered-tile"]
    assert [rise.minimum for rise in watched.monitor.rises] == [256]
