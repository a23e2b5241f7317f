"""The log's key and the applications' erasure salts: made once, by whoever comes first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from comity.adapters.disk import DISK, PRIVATE
from comity.adapters.ledger import ApplicationSalts, LedgerCorrupt
from comity.adapters.ledger.log_key import load_or_create
from comity.proof.note import Signer, VerifierKey


def test_the_key_is_made_once(tmp_path: Path) -> None:
    first = load_or_create(tmp_path, "example.org/gw", os.urandom)
    again = load_or_create(tmp_path, "example.org/gw", os.urandom)
    assert first.key == again.key
    assert VerifierKey.parse((tmp_path / "log.vkey").read_text()) == first.key
    assert Signer.parse((tmp_path / "log.key").read_text()).key == first.key
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_was_altered_is_not_used_and_not_shown(tmp_path: Path) -> None:
    load_or_create(tmp_path, "example.org/gw", os.urandom)
    text = (tmp_path / "log.key").read_text()
    (tmp_path / "log.key").write_text(text[:-8] + "AAAAAAA=\n")
    with pytest.raises(LedgerCorrupt, match="cannot be read") as caught:
        load_or_create(tmp_path, "example.org/gw", os.urandom)
    assert text.split("+")[-1][:20] not in str(caught.value)


def test_a_public_half_of_another_key_is_seen(tmp_path: Path) -> None:
    load_or_create(tmp_path, "example.org/gw", os.urandom)
    other = Signer("example.org/gw", bytes(32)).key.text
    (tmp_path / "log.vkey").write_text(other)
    with pytest.raises(LedgerCorrupt, match="not the public half"):
        load_or_create(tmp_path, "example.org/gw", os.urandom)


def test_who_comes_first_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert DISK.create_durably(path, b"first", PRIVATE)
    assert not DISK.create_durably(path, b"second", PRIVATE)
    assert path.read_bytes() == b"first"
    DISK.replace_durably(path, b"third", PRIVATE)
    assert path.read_bytes() == b"third"
    assert [name.name for name in tmp_path.iterdir()] == ["file"]


def test_a_salt_is_made_once_for_each_application(tmp_path: Path) -> None:
    salts = ApplicationSalts(tmp_path)
    assert salts.get("triage") is None
    salt = salts.get_or_create("triage")
    assert len(salt) == 32
    assert salts.get_or_create("triage") == ApplicationSalts(tmp_path).get_or_create("triage") == salts.get("triage")
    assert salts.get_or_create("other") != salt


def test_a_destroyed_salt_is_gone(tmp_path: Path) -> None:
    salts = ApplicationSalts(tmp_path)
    salts.get_or_create("triage")
    (tmp_path / "salts" / "triage").unlink()
    assert salts.get("triage") is None


@pytest.mark.parametrize("name", ["", "..", "a/b", "UPPER", "a" * 65, "a\n", ".hidden"])
def test_a_salt_has_the_name_of_an_application(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no application id"):
        ApplicationSalts(tmp_path).get_or_create(name)


def test_a_damaged_salt_is_not_used(tmp_path: Path) -> None:
    ApplicationSalts(tmp_path).get_or_create("triage")
    (tmp_path / "salts" / "triage").write_bytes(b"short")
    with pytest.raises(ValueError, match="damaged"):
        ApplicationSalts(tmp_path).get_or_create("triage")
