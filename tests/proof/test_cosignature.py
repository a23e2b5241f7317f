"""Cosignatures of witnesses (cosignature/v1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from comity.proof.cosignature import MAX_TIME, cosigned_at
from comity.proof.note import Signature, VerifierKey
from tests.vectors import generate

KEY = VerifierKey("witness.example", 4, generate.public(generate.WITNESS_SEED))
TEXT = "example.org/log\n3\nroot\n"


def cosignature(time: int) -> Signature:
    message = f"cosignature/v1\ntime {time}\n{TEXT}".encode()
    signature = Ed25519PrivateKey.from_private_bytes(generate.WITNESS_SEED).sign(message)
    return Signature(KEY.name, KEY.id, time.to_bytes(8, "big") + signature)


@pytest.mark.parametrize("time", [0, 1795406400, MAX_TIME])
def test_a_cosignature_says_when(time: int) -> None:
    assert cosigned_at(KEY, TEXT, cosignature(time)) == time


def test_what_is_no_cosignature() -> None:
    good = cosignature(1795406400)
    assert cosigned_at(KEY, TEXT + "more\n", good) is None
    assert cosigned_at(KEY, TEXT, replace(good, value=good.value[:-1])) is None
    assert cosigned_at(KEY, TEXT, replace(good, value=bytes(7) + b"\x01" + good.value[8:])) is None
    assert cosigned_at(replace(KEY, kind=1), TEXT, good) is None
    assert cosigned_at(KEY, TEXT, cosignature(MAX_TIME + 1)) is None
