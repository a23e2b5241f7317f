"""Cosignatures of witnesses and logs: cosignature/v1, and ML-DSA-44."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales.signing import MLDSA44CosignatureSigner, PlainEd25519Signer, Vkey
from tlog_scales.tlog import Checkpoint as ForeignCheckpoint

from comity.proof import mldsa
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import (
    ED25519_COSIGNATURE,
    MAX_TIME,
    ML_DSA_44_COSIGNATURE,
    Cosigner,
    cosigned_at,
    log_signed,
)
from comity.proof.note import NoteError, Signature, Signer, VerifierKey
from tests.vectors import generate

TIME = 1795406400
CHECKPOINT = Checkpoint("example.org/log", 3, bytes(range(32)))
TEXT = CHECKPOINT.text
COSIGNERS = [
    Cosigner("witness.example", ED25519_COSIGNATURE, generate.WITNESS_SEED),
    Cosigner("witness.example", ML_DSA_44_COSIGNATURE, generate.WITNESS_SEED),
]
KINDS = ["ed25519", "ml-dsa-44"]


@pytest.mark.parametrize("cosigner", COSIGNERS, ids=KINDS)
@pytest.mark.parametrize("time", [0, TIME, MAX_TIME])
def test_a_cosignature_says_when(cosigner: Cosigner, time: int) -> None:
    assert cosigned_at(cosigner.key, TEXT, cosigner.cosign(TEXT, time)) == time
    assert log_signed(cosigner.key, TEXT, cosigner.cosign(TEXT, time))


@pytest.mark.parametrize("cosigner", COSIGNERS, ids=KINDS)
def test_what_is_no_cosignature(cosigner: Cosigner) -> None:
    key, good = cosigner.key, cosigner.cosign(TEXT, TIME)
    for other in (
        replace(CHECKPOINT, origin="example.org/lag"),
        replace(CHECKPOINT, size=4),
        replace(CHECKPOINT, root=bytes(32)),
    ):
        assert cosigned_at(key, other.text, good) is None
        assert not log_signed(key, other.text, good)
    assert cosigned_at(key, "no checkpoint\n", good) is None
    assert cosigned_at(key, TEXT, replace(good, value=good.value[:-1])) is None
    assert cosigned_at(key, TEXT, replace(good, value=good.value + b"\0")) is None
    assert cosigned_at(key, TEXT, replace(good, value=bytes(7) + b"\x01" + good.value[8:])) is None
    for kind in (0x01, 0x02, 0x04, 0x06, 0xFE):
        if kind != key.kind:
            assert cosigned_at(replace(key, kind=kind), TEXT, good) is None
    for cut in (0, 7, 8):
        assert cosigned_at(key, TEXT, replace(good, value=good.value[:cut])) is None
    with pytest.raises(ValueError, match="2\\^63"):
        cosigner.cosign(TEXT, MAX_TIME + 1)


def test_a_time_beyond_the_limit_is_refused_though_it_is_signed() -> None:
    cosigner = COSIGNERS[0]
    time = MAX_TIME + 1
    signature = Ed25519PrivateKey.from_private_bytes(generate.WITNESS_SEED).sign(
        f"cosignature/v1\ntime {time}\n{TEXT}".encode()
    )
    line = Signature(cosigner.key.name, cosigner.key.id, time.to_bytes(8, "big") + signature)
    assert cosigned_at(cosigner.key, TEXT, line) is None


def test_extension_lines_are_under_an_ed25519_cosignature_and_not_under_the_other() -> None:
    extended = TEXT + "extension\n"
    assert [cosigned_at(each.key, extended, each.cosign(TEXT, TIME)) for each in COSIGNERS] == [None, TIME]


def test_ml_dsa_commits_to_the_cosigners_name() -> None:
    """An Ed25519 cosignature does not: one key under two names could lend its lines (tlog-cosignature says so)."""
    moved = [cosigned_at(each.key.named("other.example"), TEXT, each.cosign(TEXT, TIME)) for each in COSIGNERS]
    assert moved == [TIME, None]


@pytest.mark.parametrize("cosigner", COSIGNERS, ids=KINDS)
def test_keys_round_trip(cosigner: Cosigner) -> None:
    again = Cosigner.parse(cosigner.private_text + "\n")
    assert again.key == cosigner.key == VerifierKey.parse(cosigner.key.text)
    assert again.named("shard.example").key.public == cosigner.key.public
    assert cosigned_at(cosigner.key, TEXT, again.cosign(TEXT, TIME)) == TIME
    for text in (cosigner.private_text[:-4], cosigner.private_text + "A", Signer("n", bytes(32)).private_text, "x"):
        with pytest.raises(NoteError) as caught:
            Cosigner.parse(text)
        assert cosigner.private_text[-20:-4] not in str(caught.value)


def test_a_name_that_the_message_cannot_hold() -> None:
    long = Cosigner("w" * 256, ML_DSA_44_COSIGNATURE, bytes(32))
    with pytest.raises(ValueError, match="255"):
        long.cosign(TEXT, TIME)
    assert cosigned_at(long.key, TEXT, Signature(long.key.name, long.key.id, bytes(2428))) is None


def test_where_ml_dsa_is_not_to_be_had_its_keys_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    text = COSIGNERS[1].key.text
    monkeypatch.setattr(mldsa, "_THERE", False)
    for attempt in (lambda: VerifierKey.parse(text), lambda: Cosigner("n", ML_DSA_44_COSIGNATURE, bytes(32))):
        with pytest.raises(NoteError, match="needs cryptography 47"):
            attempt()
    assert cosigned_at(COSIGNERS[1].key, TEXT, Signature("witness.example", COSIGNERS[1].key.id, bytes(2428))) is None


@pytest.mark.parametrize("foreign", [MLDSA44CosignatureSigner, PlainEd25519Signer])
def test_what_tlog_scales_signs_we_read_and_the_other_way_round(foreign: type) -> None:
    theirs = foreign("example.org/log", generate.SEED)
    line = theirs.sign(ForeignCheckpoint.from_text(generate.signed(TEXT, "example.org/log")))
    key = VerifierKey.parse(theirs.vkey.serialize())
    assert log_signed(key, TEXT, Signature(line.name, line.key_id.to_bytes(4, "big"), line.payload))
    for cosigner in COSIGNERS:
        note = f"{TEXT}\n{cosigner.cosign(TEXT, TIME).line}"
        ForeignCheckpoint.from_text(note).verify(Vkey.from_string(cosigner.key.text))
