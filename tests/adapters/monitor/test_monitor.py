"""What a monitor says of a log that forks, shrinks, rests, hides a shard or is pruned; and what it keeps."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from comity.adapters.ledger import Ledger, shards
from comity.adapters.ledger.remote import RemoteLog
from comity.adapters.monitor.alarm import Alarm
from comity.adapters.monitor.cursor import Cursor
from comity.adapters.monitor.monitor import GRACE_MS, LOOK_S, Monitor
from comity.cli.main import main
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import ED25519_COSIGNATURE, Cosigner
from comity.proof.note import Note, Signer
from comity.proof.policy import Group, Policy
from comity.terms.errors import UsageFault
from tests.adapters.ledger.writing import deny, run, trust


class Watched:
    """A log that is served over HTTP, and a monitor of it whose clock the test moves."""

    def __init__(self, folder: Path, url: str) -> None:
        self.state = folder / "state"
        self.cursor = folder / "cursor.json"
        self.url = url
        self.now = 10**12
        self.policy: Policy | None = None
        self.key = ""
        self.keeps_ms = 0
        self.within = LOOK_S
        self.shard = self.grow(300)
        self.begin()

    def begin(self) -> None:
        self.monitor = Monitor(
            RemoteLog(self.url),
            Cursor.read(self.cursor, self.url),
            self.policy or trust(self.state),
            clock=lambda: self.now,
            stale_ms=86_400_000,
            sweep_ms=3_600_000,
            key=self.key,
            keeps_ms=self.keeps_ms,
            within=self.within,
        )

    def grow(self, count: int) -> str:
        async def work(ledger: Ledger) -> str:
            await deny(ledger, count)
            return ledger.shard

        shard: str = run(self.state, work)
        return shard

    def look(self) -> list[Alarm]:
        self.now += 1000
        return self.monitor.look()

    def names(self) -> list[str]:
        return [alarm.name for alarm in self.look()]

    @property
    def checkpoint(self) -> Path:
        return self.state / "log" / self.shard / "checkpoint"


def test_a_log_that_grows_is_no_alarm(watched: Watched) -> None:
    for count in (0, 5, 300, 0):
        watched.grow(count)
        assert watched.names() == []
    assert watched.monitor.size == 605


@pytest.mark.parametrize("restarted", [False, True])
def test_a_log_that_is_set_back_has_shrunk_and_then_forked(watched: Watched, restarted: bool, tmp_path: Path) -> None:
    shutil.copytree(watched.state, tmp_path / "older")
    watched.grow(300)
    assert watched.names() == []
    kept = watched.checkpoint.read_text()
    for count, name in ((0, "shrunk"), (300, "forked"), (700, "forked")):
        shutil.rmtree(watched.state)
        shutil.copytree(tmp_path / "older", watched.state)
        watched.grow(count)
        if restarted:
            watched.begin()
        (alarm,) = watched.look()
        assert (alarm.name, alarm.place) == (name, f"{watched.url}/{watched.shard}/checkpoint")
        assert alarm.evidence is not None
        evidence = json.loads(Path(alarm.evidence).read_bytes())
        assert evidence["kept"] == kept
        assert Note.parse(evidence["shown"]).signatures
    assert len(list((tmp_path / "cursor.json.evidence").iterdir())) == 2


def test_a_shard_that_grew_and_rests_is_stale(watched: Watched) -> None:
    assert watched.names() == []
    watched.now += 2 * 86_400_000
    assert watched.names() == []  # nobody saw it grow: it may be one that no worker writes any more
    watched.grow(1)
    assert watched.names() == []
    watched.now += 86_400_000
    (alarm,) = watched.look()
    assert (alarm.name, alarm.shard) == ("stale-head", watched.shard)
    watched.grow(1)
    assert watched.names() == []


def test_a_shard_that_is_hidden_is_missed_and_a_new_one_has_time(watched: Watched) -> None:
    assert watched.names() == []
    fresh = watched.state / "log" / "fresh0000"
    fresh.mkdir()
    assert watched.names() == []
    watched.now += GRACE_MS
    assert [(alarm.name, alarm.shard) for alarm in watched.look()] == [("missing-file", "fresh0000")]
    fresh.rmdir()
    shutil.move(watched.state / "log" / watched.shard, watched.state / "away")
    watched.begin()
    assert watched.names() == ["missing-file", "shard-gone"]  # of the listing, which has nothing left, and of the shard


def test_a_missing_witness_has_time_and_the_log_is_watched_meanwhile(watched: Watched) -> None:
    witness = Signer("witness.example", b"\x07" * 32).key
    watched.policy = Policy(trust(watched.state).logs, {"w": witness}, {"all": Group(1, ("w",))}, "all")
    watched.begin()
    assert watched.names() == []
    watched.now += GRACE_MS
    assert watched.names() == ["missing-witness"]
    (watched.state / "log" / watched.shard / "tile/entries/000").unlink()
    assert watched.names() == ["missing-witness", "missing-file"]


def cosigned(witness: Cosigner, note: str) -> str:
    return note + witness.cosign(Note.parse(note).text, 1_795_406_400).line


def test_witnesses_that_come_after_the_log_are_read_beside_it(watched: Watched) -> None:
    witness = Cosigner("witness.example", ED25519_COSIGNATURE, b"\x07" * 32)
    watched.policy = Policy(trust(watched.state).logs, {"w": witness.key}, {"all": Group(1, ("w",))}, "all")
    watched.begin()
    beside = watched.checkpoint.with_name("witnessed")
    for _ in range(3):
        watched.now += GRACE_MS
        beside.write_text(cosigned(witness, watched.checkpoint.read_text()))
        watched.grow(1)
        assert watched.names() == []
    watched.now += GRACE_MS
    assert watched.names() == ["missing-witness"]  # they do not move any more
    other = Checkpoint(f"example.org/gw/{watched.shard}", 5, bytes(32))
    signer = Signer.parse((watched.state / "log.key").read_text()).named(other.origin)
    beside.write_text(cosigned(witness, signer.sign(other.text)))
    (alarm,) = watched.look()
    assert (alarm.name, alarm.place) == ("forked", f"{watched.url}/{watched.shard}/witnessed")


def test_an_audit_takes_the_checkpoint_that_was_witnessed(watched: Watched, tmp_path: Path) -> None:
    witness = Cosigner("witness.example", ED25519_COSIGNATURE, b"\x07" * 32)
    key = (watched.state / "log.vkey").read_text().strip()
    policy = tmp_path / "policy"
    policy.write_text(f"log {key}\nwitness w {witness.key.text}\nquorum w\n")
    for place in (watched.url, str(watched.state)):
        assert main(["log", "audit", place, "--policy", str(policy)]) == 1
    watched.checkpoint.with_name("witnessed").write_text(cosigned(witness, watched.checkpoint.read_text()))
    watched.grow(9)
    for place in (watched.url, str(watched.state)):
        assert main(["log", "audit", place, "--policy", str(policy)]) == 0


def test_a_stranger_and_a_server_that_is_away(watched: Watched) -> None:
    watched.policy = Policy((Signer("elsewhere.example", b"\x05" * 32).key,))
    watched.begin()
    assert watched.names() == ["unknown-signer"]
    away = Monitor(
        RemoteLog("http://127.0.0.1:9/log"),
        Cursor.read(watched.cursor.with_name("other"), "http://127.0.0.1:9/log"),
        watched.policy,
        clock=lambda: 1,
        stale_ms=1,
        sweep_ms=1,
    )
    assert [alarm.name for alarm in away.look()] == ["unreachable"]


def test_what_was_altered_is_said_until_it_is_mended(watched: Watched) -> None:
    assert watched.names() == []
    path = watched.state / "log" / watched.shard / "tile/0/000"
    honest = path.read_bytes()
    path.write_bytes(honest[:4000] + bytes(32) + honest[4032:])
    (alarm,) = watched.look()
    assert (alarm.name, alarm.place, alarm.index) == (
        "altered-tile",
        f"{watched.url}/{watched.shard}/tile/0/000",
        125,
    )
    assert watched.names() == ["altered-tile"]
    path.write_bytes(honest)
    assert watched.names() == []


def test_bundles_of_pruned_entries_are_not_missed(watched: Watched) -> None:
    assert watched.names() == []
    folder = watched.state / "log" / watched.shard
    (folder / "minimum").write_bytes(b"256\n")
    (folder / "tile/entries/000").unlink()
    assert watched.names() == []


def test_a_minimum_index_never_comes_down_and_is_of_the_tree(watched: Watched) -> None:
    file = watched.state / "log" / watched.shard / "minimum"
    file.write_text("256\n")
    assert watched.names() == []
    for lie in ("255\n", "9999999\n", ""):
        file.write_text(lie)
        (alarm,) = watched.look()
        assert (alarm.name, alarm.place) == ("wrong-minimum", f"{watched.url}/{watched.shard}/minimum")
    file.write_text("300\n")
    assert watched.names() == []


def test_a_cursor_that_is_none_or_another_logs_is_refused(tmp_path: Path) -> None:
    for text in ("[]", "{", '{"monitor": 2}', '{"monitor": 1, "log": "u", "shards": {"a": {"more": 1}}}'):
        (tmp_path / "cursor").write_text(text)
        with pytest.raises(UsageFault, match="is no cursor of a monitor"):
            Cursor.read(tmp_path / "cursor", "u")
    Cursor(tmp_path / "cursor", "http://one/log").keep()
    with pytest.raises(UsageFault, match="is the cursor of http://one/log"):
        Cursor.read(tmp_path / "cursor", "http://two/log")


def test_every_shard_is_watched(watched: Watched) -> None:
    other = Ledger.open(watched.state, "example.org/gw", clock=lambda: 1795406400000)
    second = Ledger.open(watched.state, "example.org/gw", clock=lambda: 1795406400000)
    asyncio.run(deny(second, 3))
    other.close()
    second.close()
    assert len(shards(watched.state)) == 2
    assert watched.names() == []
    assert watched.monitor.size == 303
