import stat

import pytest

from comity.adapters.keys import KeyStore, KeyStoreError, UnknownKey, digest_of, new_secret


def test_a_key_is_shown_once_and_kept_as_its_hash(tmp_path):
    with KeyStore(tmp_path) as store:
        key, secret = store.add(application="triage", now=1)
        assert store.keys() == (key,)
    assert secret.startswith("sk-") and len(secret) == 46
    assert key.digest == digest_of(secret.encode())
    assert secret.encode() not in (tmp_path / "keys.db").read_bytes()


def test_the_file_is_private(tmp_path):
    KeyStore(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "keys.db").stat().st_mode) == 0o600


def test_a_secret_carries_256_bits():
    assert new_secret(b"\0" * 32) == "sk-" + "0" * 43
    assert len({new_secret(b"\xff" * 32), new_secret(b"\xff" * 31 + b"\xfe")}) == 2
    with pytest.raises(ValueError):
        new_secret(b"\0" * 16)


def test_revocation_and_expiry_end_a_key(tmp_path):
    with KeyStore(tmp_path) as store:
        key, _ = store.add(role="auditor", now=1, expires=10)
        assert key.live(9) and not key.live(10)
        assert not store.revoke(key.id, 5).live(5)
        assert store.revoke(key.id, 7).revoked == 5
        with pytest.raises(UnknownKey):
            store.revoke("nobody", 5)


def test_another_process_sees_a_change_and_only_a_change(tmp_path):
    with KeyStore(tmp_path) as reader, KeyStore(tmp_path) as writer:
        assert reader.changed()
        assert not reader.changed()
        key, _ = writer.add(application="a", now=1)
        assert reader.changed()
        assert not reader.changed()
        writer.revoke(key.id, 2)
        assert reader.changed()
        assert reader.keys()[0].revoked == 2


def test_a_replaced_file_is_opened_anew(tmp_path):
    with KeyStore(tmp_path) as reader:
        reader.changed()
        with KeyStore(tmp_path) as writer:
            writer.add(application="a", now=1)
        assert reader.changed() and len(reader.keys()) == 1
        (tmp_path / "keys.db").unlink()
        assert reader.changed()
        assert reader.keys() == ()


def test_a_key_belongs_to_an_application_or_a_role(tmp_path):
    with KeyStore(tmp_path) as store, pytest.raises(KeyStoreError, match=r"keys\.db"):
        store.add(now=1)


def test_a_file_that_is_no_store_is_named(tmp_path):
    (tmp_path / "keys.db").write_bytes(b"not a database, but long enough to be looked at" * 40)
    with pytest.raises(KeyStoreError, match=r"keys\.db cannot be opened"):
        KeyStore(tmp_path)
