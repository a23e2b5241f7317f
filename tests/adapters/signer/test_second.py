"""A log that signs with ML-DSA-44 too: by choice, beside Ed25519, and read by whoever trusts either."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint as ForeignCheckpoint

from comity.adapters.ledger import Ledger, build_receipt
from comity.adapters.ledger.log_key import signing_of
from comity.adapters.signer.second import PRIVATE_FILE, PUBLIC_FILE, create_second, load_second
from comity.cli.main import main
from comity.proof.note import Note, VerifierKey
from comity.proof.policy import Policy
from comity.proof.verify import verify_file
from comity.terms import canon
from comity.terms.digests import to_base64
from comity.terms.errors import Fault
from tests.adapters.ledger.writing import ask, audited, run
from tests.proof.samples import ORIGIN


def some(size: int) -> bytes:
    return bytes(range(size))


async def work(ledger: Ledger) -> str:
    await ask(ledger)
    await ledger.publish()
    return ledger.shard


def test_from_its_next_start_a_log_signs_with_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shard = run(tmp_path, work)
    first = VerifierKey.parse((tmp_path / "log.vkey").read_text())
    assert main(["log", "keys", str(tmp_path), "--ml-dsa", "--json"]) == 0
    keys = json.loads(capsys.readouterr().out)["keys"]
    assert list(keys) == [ORIGIN, f"{ORIGIN}/{shard}"]
    assert run(tmp_path, work) == shard
    text = (tmp_path / "log" / shard / "checkpoint").read_text()
    note = Note.parse(text)
    assert [line.key_id.hex() for line in note.signatures] == [key.split("+")[1] for key in keys[f"{ORIGIN}/{shard}"]]
    for key in keys[f"{ORIGIN}/{shard}"]:
        ForeignCheckpoint.from_text(text).verify(Vkey.from_string(key))
    assert audited(tmp_path, shard).findings == []
    second = VerifierKey.parse((tmp_path / PUBLIC_FILE).read_text())
    receipt = canon.encode(build_receipt(tmp_path, shard, 0))
    for trust in ((first,), (second,), (first, second)):
        assert verify_file(receipt, Policy(trust)).valid
    # and who trusts the second alone is not taken in by a good first signature
    line = to_base64(note.signatures[1].key_id + note.signatures[1].value)
    forged = receipt.replace(line[200:210].encode(), b"AAAAAAAAAA")
    assert verify_file(forged, Policy((first,))).valid
    assert verify_file(forged, Policy((second,))).failure is not None


def test_a_log_without_the_key_signs_once(tmp_path: Path) -> None:
    shard = run(tmp_path, work)
    assert len(Note.parse((tmp_path / "log" / shard / "checkpoint").read_text()).signatures) == 1
    assert load_second(tmp_path, ORIGIN) is None


def test_the_key_is_made_once(tmp_path: Path) -> None:
    made = create_second(tmp_path, ORIGIN, some)
    assert create_second(tmp_path, ORIGIN, lambda size: bytes(size)).key == made.key
    assert (tmp_path / PRIVATE_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda key: key.chmod(0o644), "chmod 600"),
        (lambda key: key.unlink(), "is gone"),
        (lambda key: key.write_text("nonsense"), "cannot be used"),
        (
            lambda key: key.write_text(create_second(key.parent / "other", "other.example", some).private_text),
            "no ML-DSA",
        ),
        (lambda key: key.write_text(create_second(key.parent / "other", ORIGIN, bytes).private_text), "public half"),
    ],
)
def test_a_key_that_is_not_as_it_must_be_stops_the_start(tmp_path: Path, spoil: object, says: str) -> None:
    (tmp_path / "other").mkdir()
    create_second(tmp_path, ORIGIN, some)
    spoil(tmp_path / PRIVATE_FILE)  # type: ignore[operator]
    with pytest.raises(Fault, match=says):
        signing_of(tmp_path, ORIGIN, None, some)


def test_beside_a_signer_of_its_own_process_the_key_has_no_place(tmp_path: Path) -> None:
    create_second(tmp_path, ORIGIN, some)
    with pytest.raises(Fault, match="take one of the two away"):
        signing_of(tmp_path, ORIGIN, "unix:/nowhere", some)


def test_keys_of_a_folder_without_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").mkdir()
    assert main(["log", "keys", str(tmp_path)]) == 2
    assert "has no log yet" in capsys.readouterr().err
