"""Realms from disk: what a bundle says is what is ruled by, or nothing is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from comity.adapters.realms import keep, load_realm
from comity.law.realm import Realm
from comity.terms.canon import encode
from comity.terms.digests import sha256_hex
from comity.terms.problems import Problems
from tests.placement import worlds
from tests.placement.test_one_thing_off import CASE, ORDERLY


@pytest.fixture
def realm() -> Realm:
    """The orderly world's, on a day of 2026."""
    return worlds.realm(ORDERLY, date(2026, 11, 23))


def test_a_realm_comes_back_as_it_was(tmp_path: Path, realm: Realm) -> None:
    keep(tmp_path, realm)
    again = load_realm(tmp_path, realm.digest)
    assert again.digest == realm.digest
    assert again.rule(CASE) == realm.rule(CASE)


def test_a_bundle_that_this_version_reads_otherwise_is_refused(tmp_path: Path, realm: Realm) -> None:
    """Its name fits its bytes; but made again it is another realm, and what that rules proves nothing of the first."""
    altered = encode({**json.loads(realm.document), "valid_until": realm.valid_until + 1})
    path = tmp_path / "realms" / sha256_hex(altered)
    path.parent.mkdir()
    path.write_bytes(altered)
    with pytest.raises(Problems, match="the version of Comity that wrote it"):
        load_realm(tmp_path, path.name)


@pytest.mark.parametrize(
    ("data", "said"), [(None, "cannot be read"), (b"{}", "is not the bundle of its name")], ids=["missing", "altered"]
)
def test_a_bundle_that_is_missing_or_altered_is_named(
    tmp_path: Path, realm: Realm, data: bytes | None, said: str
) -> None:
    keep(tmp_path, realm)
    path = tmp_path / "realms" / realm.digest
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(Problems, match=said):
        load_realm(tmp_path, realm.digest)
