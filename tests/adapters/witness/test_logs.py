"""A witness's file is read whole, and everything wrong with it is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.adapters.witness.key_file import load_all, load_or_create
from comity.adapters.witness.logs import is_witness_file, read_logs
from comity.proof.cosignature import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, Cosigner
from comity.proof.note import VerifierKey
from comity.terms.errors import Fault
from comity.terms.problems import Problems
from tests.adapters.witness.world import ORIGIN, SIGNER


def file(folder: Path, text: str) -> Path:
    path = folder / "witness.yaml"
    path.write_text(text)
    return path


def test_a_file(tmp_path: Path) -> None:
    other = SIGNER.named("example.com/old").key.text
    text = f"""witness: witness.example/w1
logs:
  - {{vkey: {SIGNER.key.text}, shards: 8, per_minute: 60}}
  - {{vkey: {other}, origin: example.com/log}}
"""
    path = file(tmp_path, text)
    assert is_witness_file(path)
    logs = read_logs(path)
    assert logs.witness == "witness.example/w1"
    known = logs.of(f"{ORIGIN}/abc123")
    assert known is logs.of(ORIGIN)
    assert known is not None
    assert (known.shards, known.per_minute) == (8, 60)
    assert logs.of("example.com/log") is not None
    assert logs.of("example.com/log/abc123") is None
    assert logs.of("example.com/old") is None
    assert logs.of(f"{ORIGIN}/a/b") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("witness: w\n", "logs is missing"),
        ("witness: a b\nlogs: []\n", "has a space"),
        ("witness: w\nlogs: [{vkey: nonsense}]\n", "a vkey has the form"),
        (f"witness: w\nlogs: [{{vkey: {VerifierKey(ORIGIN, 0x02, bytes(32)).text}}}]\n", "type 0x02"),
        (f"witness: w\nlogs: [{{vkey: {SIGNER.key.text}}}, {{vkey: {SIGNER.key.text}}}]\n", "twice"),
        (f"witness: w\nlogs: [{{vkey: {SIGNER.key.text}, shard: 2}}]\n", "unknown key"),
        (f"witness: w\nlogs: [{{vkey: {SIGNER.key.text}, shards: -2}}]\n", "shards"),
        ("witness: w\nlogs: [", "not YAML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(Problems) as raised:
        read_logs(file(tmp_path, text))
    assert any(says in str(problem) for problem in raised.value.problems), raised.value.problems


def test_a_stack_file_is_none(tmp_path: Path) -> None:
    assert not is_witness_file(file(tmp_path, "origin: example.org\nwitness: x\n"))
    assert not is_witness_file(tmp_path / "nothing")


def test_a_key_is_made_once(tmp_path: Path) -> None:
    made = load_or_create(tmp_path, "witness.example/w1", ED25519_COSIGNATURE, lambda count: b"\x05" * count)
    again = load_or_create(tmp_path, "witness.example/w1", ED25519_COSIGNATURE, lambda count: b"\x06" * count)
    assert made.key == again.key
    assert (tmp_path / "witness.key").stat().st_mode & 0o777 == 0o600
    assert Cosigner.parse((tmp_path / "witness.key").read_text()).key == made.key
    with pytest.raises(Fault, match=r"is the key of witness.example/w1, not of other"):
        load_or_create(tmp_path, "other", ED25519_COSIGNATURE, lambda count: b"\x06" * count)
    (tmp_path / "witness.key").chmod(0o640)
    with pytest.raises(Fault, match="can be read by others"):
        load_or_create(tmp_path, "witness.example/w1", ED25519_COSIGNATURE, lambda count: b"\x06" * count)
    (tmp_path / "witness.key").unlink()
    with pytest.raises(Fault, match="is gone but"):
        load_or_create(tmp_path, "witness.example/w1", ED25519_COSIGNATURE, lambda count: b"\x06" * count)


def test_both_keys_sign(tmp_path: Path) -> None:
    load_or_create(tmp_path, "witness.example/w1", ML_DSA_44_COSIGNATURE, lambda count: b"\x06" * count)
    keys = load_all(tmp_path, "witness.example/w1", lambda count: b"\x05" * count)
    assert [each.key.kind for each in keys] == [ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE]
