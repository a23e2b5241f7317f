"""Bundles: what is exported is read again, nothing of it can be altered unseen, and no bundle breaks the reader."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.adapters.realm_bundles import Bundle, beside_shipped, bundle, kept, named, read_bundle
from comity.adapters.realms import keep
from comity.law.realm import Realm
from comity.terms import canon
from comity.terms.digests import sha256_hex
from comity.terms.errors import Fault, UsageFault
from tests.placement import worlds
from tests.placement.test_one_thing_off import ORDERLY


@pytest.fixture(scope="module")
def realm() -> Realm:
    return worlds.realm(ORDERLY, date(2026, 11, 23))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory, realm: Realm) -> Path:
    folder = tmp_path_factory.mktemp("state")
    keep(folder, realm)
    return folder


def written(folder: Path, data: bytes) -> Bundle:
    path = folder / "bundle.json"
    path.write_bytes(data)
    return read_bundle(path)


def test_what_is_exported_is_read_again(state: Path, tmp_path: Path, realm: Realm) -> None:
    assert [digest for digest, _ in kept(state)] == [realm.digest] == [named(state, realm.digest[:8])]
    read = written(tmp_path, bundle(state, [realm.digest, realm.digest]))
    again = read.realm(realm.digest)
    assert again is not None and again.digest == realm.digest
    assert len(read.realms) == len(read.conditions) == 1
    assert read.realm("ab" * 32) is None
    beside = beside_shipped(again)
    assert beside.same == tuple(sorted(realm.packs)) and not any(beside[1:])


def test_white_space_changes_nothing(state: Path, tmp_path: Path, realm: Realm) -> None:
    pretty = json.dumps(json.loads(bundle(state, [realm.digest])), indent=2).encode()
    assert set(written(tmp_path, pretty).realms) == {realm.digest}


def lying(realm: Realm, change: Any) -> Realm:
    """The realm with its document changed, by an operator who serves under that."""
    document = json.loads(realm.document)
    change(document)
    data = canon.encode(document)
    made = Bundle({sha256_hex(data): data}, {}).realm(sha256_hex(data))
    assert made is not None
    return made


def test_softer_law_is_told_from_what_ships(realm: Realm) -> None:
    def softer(document: Any) -> None:
        text = document["packs"]["eu.gdpr"]["rules.cedar"]
        document["packs"]["eu.gdpr"]["rules.cedar"] = text + "\n// nothing else was touched\n"

    assert beside_shipped(lying(realm, softer)).altered == ("eu.gdpr",)


def test_law_left_out_is_told(realm: Realm) -> None:
    """A pack that the stack names and the realm has not."""
    gone = Realm(
        realm.stack,
        [pack for pack in realm.packs.values() if pack.name != "us.exposure"],
        realm.vocabulary,
        json.loads(realm.document)["schema"],
        realm.since,
        worlds.zone,
        worlds.FILE_DATE,
    )
    assert beside_shipped(gone).missing == ("us.exposure",)


def test_a_realm_that_means_something_else_is_refused(realm: Realm) -> None:
    def longer(document: Any) -> None:
        document["valid_until"] += 1

    with pytest.raises(Fault, match="the version of Comity that wrote it"):
        lying(realm, longer)

    def other(document: Any) -> None:
        document["engine"] = "cedar 9"

    with pytest.raises(Fault, match="engine cedar 9"):
        lying(realm, other)


WRONG = st.sampled_from([None, 0, "", [], {}, True, "x", [{}], {"x": 1}, -1])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_document_breaks_the_reader(realm: Realm, data: st.DataObject) -> None:
    """Whatever a member is replaced by: another realm, or a fault that says so."""
    document = json.loads(realm.document)
    inner: Any = document
    while True:
        keys = sorted(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = data.draw(st.sampled_from(keys))
        deeper = inner[key]
        if not isinstance(deeper, dict | list) or not deeper or data.draw(st.booleans()):
            inner[key] = data.draw(WRONG)
            break
        inner = deeper
    altered = canon.encode(document)
    try:
        Bundle({"d": altered}, {}).realm("d")
    except Fault:
        return
    raise AssertionError("read under a digest that is not its own")


def test_a_state_folder_that_was_altered(tmp_path: Path, realm: Realm) -> None:
    with pytest.raises(UsageFault, match="keeps no realm"):
        list(kept(tmp_path))
    keep(tmp_path, realm)
    path = tmp_path / "realms" / realm.digest
    path.write_bytes(path.read_bytes().replace(b'"FR"', b'"US"'))
    with pytest.raises(UsageFault, match="not the document of its name"):
        bundle(tmp_path, [realm.digest])
    path.write_bytes(b"{")
    with pytest.raises(UsageFault, match="not the document of its name"):
        list(kept(tmp_path))
