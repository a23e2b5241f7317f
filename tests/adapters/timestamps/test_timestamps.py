"""Checkpoints are stamped by an authority of our own, and its tokens are believed for no other reason than they give."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from comity.adapters.ledger.cosigning import read_witnessed
from comity.adapters.ledger.tile_files import read_checkpoint
from comity.adapters.timestamps import NotStamped, Stamp, Trust, available, read_stamp, read_trust, write_stamp
from comity.adapters.timestamps.authority import Authority
from comity.adapters.timestamps.stamping import Stamping
from comity.stack.urls import Url, read_url
from comity.terms.errors import Fault
from comity.testing.timestamps import TimestampPort, openssl
from tests.adapters.witness.world import MadeLog

LOG = MadeLog()

pytestmark = [
    pytest.mark.skipif(not openssl(), reason="openssl is not installed"),
    pytest.mark.skipif(not available(), reason="rfc3161-client is not installed"),
]


@pytest.fixture(scope="module", name="tsa")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimestampPort]:
    with TimestampPort(tmp_path_factory.mktemp("tsa")) as port:
        yield port


def authority(tsa: TimestampPort, trust: Trust | None = None) -> Authority:
    tsa.refuse, tsa.wrong = 0, b""
    url = read_url(tsa.url)
    assert isinstance(url, Url)
    return Authority(url, trust or read_trust(tsa.folder / "ca.pem"))


def test_a_token_verifies_and_is_of_one_thing(tsa: TimestampPort) -> None:
    note = LOG.note(9).encode()
    stamped = authority(tsa).stamp(note)
    assert abs(stamped.time - time.time()) < 60
    for trust in (
        read_trust(tsa.folder / "ca.pem"),
        read_trust(tsa.folder / "ca.pem", tsa.folder / "tsa.pem"),
    ):
        assert trust.time_of(stamped.response, note) == stamped.time
        with pytest.raises(NotStamped, match="Mismatch between messages"):
            trust.time_of(stamped.response, note + b"\n")


def test_openssl_verifies_what_is_kept(tsa: TimestampPort, tmp_path: Path) -> None:
    """As an auditor does, with nothing of ours."""
    note = LOG.note(9)
    write_stamp(tmp_path, Stamp(9, note, authority(tsa).stamp(note.encode()).response))
    assert read_stamp(tmp_path) == Stamp(9, note, (tmp_path / "timestamp" / "9.tsr").read_bytes())
    command = ["openssl", "ts", "-verify", "-data", "timestamp/9", "-in", "timestamp/9.tsr"]
    verified = subprocess.run(
        [*command, "-CAfile", str(tsa.folder / "ca.pem")], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Verification: OK" in verified.stdout + verified.stderr


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda response: b"", "ASN.1"),
        (lambda response: response[:-20], "ASN.1"),
        (lambda response: response + b"x" * 20_000, "longer than"),
        (lambda response: response[:-1] + bytes([response[-1] ^ 1]), "signature|digest|verif|ASN"),
    ],
)
def test_what_is_no_token(tsa: TimestampPort, break_it, says: str) -> None:  # type: ignore[no-untyped-def]
    response = authority(tsa).stamp(b"data").response
    with pytest.raises(NotStamped, match=says):
        read_trust(tsa.folder / "ca.pem").time_of(break_it(response), b"data")


def test_another_authority_is_not_believed(tsa: TimestampPort, tmp_path: Path) -> None:
    response = authority(tsa).stamp(b"data").response
    with TimestampPort(tmp_path / "other") as other:
        with pytest.raises(NotStamped, match="certificate"):
            read_trust(other.folder / "ca.pem").time_of(response, b"data")
        both = read_trust(tsa.folder / "ca.pem", other.folder / "tsa.pem")
        with pytest.raises(NotStamped, match="does not match"):
            both.time_of(response, b"data")


def test_an_authority_that_misbehaves(tsa: TimestampPort) -> None:
    asked = authority(tsa)
    tsa.refuse = 503
    with pytest.raises(NotStamped, match="status 503"):
        asked.stamp(b"data")
    tsa.refuse, tsa.wrong = 0, b"other data"
    with pytest.raises(NotStamped, match="Nonce mismatch"):
        asked.stamp(b"data")
    closed = Authority(Url("http", "127.0.0.1", 1, "/"), read_trust(tsa.folder / "ca.pem"))
    with pytest.raises(NotStamped, match="does not answer"):
        closed.stamp(b"data")


def test_files_that_are_no_trust(tsa: TimestampPort, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    for files, says in (
        ([tmp_path / "missing.pem"], "holds no certificates"),
        ([tmp_path / "none.pem"], "holds no certificates"),
        ([tsa.folder / "tsa.pem"], "no root certificate"),
    ):
        with pytest.raises(Fault, match=says):
            read_trust(*files)


def test_what_is_witnessed_is_stamped_once(tsa: TimestampPort, tmp_path: Path) -> None:
    stamping = Stamping(tmp_path, partial(read_witnessed, tmp_path), authority(tsa), every=3600, ticks=time.monotonic)
    (tmp_path / "checkpoint").write_text(LOG.note(12))
    assert not stamping.stamp()  # nobody has cosigned it
    (tmp_path / "witnessed").write_text(LOG.note(9))
    before = tsa.queries
    assert stamping.stamp()
    assert stamping.stamp()
    assert tsa.queries == before + 1
    (tmp_path / "witnessed").write_text(LOG.note(12))
    assert stamping.stamp()
    stamp = read_stamp(tmp_path)
    assert stamp is not None
    assert (stamp.size, stamp.note) == (12, LOG.note(12))
    assert sorted(path.name for path in (tmp_path / "timestamp").iterdir()) == ["12", "12.tsr", "9", "9.tsr"]


def test_the_thread_stamps_and_ends(tsa: TimestampPort, tmp_path: Path) -> None:
    stamping = Stamping(tmp_path, partial(read_checkpoint, tmp_path), authority(tsa), every=3600, ticks=time.monotonic)
    (tmp_path / "checkpoint").write_text(LOG.note(12))
    stamping.start()
    end = time.monotonic() + 30
    while not stamping.time:
        assert time.monotonic() < end, stamping.trouble
        time.sleep(0.02)
    stamping.close()
    assert stamping.trouble == ""
