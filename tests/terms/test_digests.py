"""Digests against the standard library's own HMAC, and base64 that has one spelling."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.terms import digests


@given(st.binary(max_size=64), st.binary(max_size=300))
def test_hmac_is_hmac(key: bytes, message: bytes) -> None:
    assert digests.hmac_sha256(key, message) == hmac.digest(key, message, "sha256")


def test_a_long_key_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        digests.pads(bytes(65))


@given(st.binary(max_size=100))
def test_base64_round_trips(data: bytes) -> None:
    assert digests.from_base64(digests.to_base64(data)) == data


@pytest.mark.parametrize("text", ["AB==", "AAB=", "AA", "A A=", "AA==\n", "AA==AA==", "é", "AA-_"])
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        digests.from_base64(text)


def test_hex() -> None:
    assert digests.sha256_hex(b"") == hashlib.sha256().hexdigest() == digests.sha256(b"").hex()
