"""Samples: drawn evenly, the same by everybody, and by nobody before the nonce is known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.proof.checkpoint import Checkpoint
from comity.proof.sampling import WHOLE, detection, nonce_commitment, seed, selected

NONCES = st.binary(min_size=32, max_size=32)
ROOTS = st.binary(min_size=32, max_size=32)
RATES = st.integers(1, WHOLE)


def head(size: int, root: bytes, *more: str) -> Checkpoint:
    return Checkpoint("example.org/comity/shard0001", size, root, more)


@given(NONCES, ROOTS, RATES, st.integers(0, 300), st.integers(0, 300))
def test_a_higher_rate_adds_and_takes_none_away(nonce: bytes, root: bytes, rate: int, first: int, more: int) -> None:
    drawn = seed(head(first + more, root), nonce)
    few = set(selected(drawn, rate, first, first + more))
    assert few <= set(selected(drawn, WHOLE, first, first + more)) == set(range(first, first + more))
    assert few <= set(selected(drawn, min(WHOLE, 2 * rate), first, first + more))
    assert few == set(selected(drawn, rate, 0, first + more)) - set(range(first))


@given(NONCES, NONCES, ROOTS)
def test_the_sample_is_another_with_another_nonce(one: bytes, other: bytes, root: bytes) -> None:
    same = seed(head(9, root), one) == seed(head(9, root), other)
    assert same == (one == other) == (nonce_commitment(one) == nonce_commitment(other))


@given(NONCES, ROOTS, ROOTS, st.integers(0, 9), st.integers(0, 9))
def test_the_sample_is_another_under_another_checkpoint(nonce: bytes, a: bytes, b: bytes, m: int, n: int) -> None:
    assert (seed(head(m, a), nonce) == seed(head(n, b), nonce)) == ((m, a) == (n, b))


@given(NONCES, ROOTS)
def test_what_a_log_may_choose_at_will_has_no_part_in_it(nonce: bytes, root: bytes) -> None:
    assert seed(head(9, root, "ground 1"), nonce) == seed(head(9, root, "ground 2"), nonce)


def test_who_knows_the_checkpoint_alone_cannot_tell_what_will_be_drawn() -> None:
    """Whatever root an operator grinds for, an entry that it wants left out is drawn by as many nonces as any other."""
    wanted, rate, nonces = 5, 200_000, [number.to_bytes(32, "big") for number in range(400)]
    for ground in range(8):
        checkpoint = head(10, bytes([ground]) * 32)
        drawn = sum(wanted in selected(seed(checkpoint, nonce), rate, 0, 10) for nonce in nonces)
        assert abs(drawn - 80) < 5 * math.sqrt(400 * 0.2 * 0.8)


def test_every_entry_is_as_likely_as_every_other() -> None:
    size, rate, rounds = 40, 250_000, 1600
    counts = [0] * size
    for number in range(rounds):
        for index in selected(seed(head(size, bytes(32)), number.to_bytes(32, "big")), rate, 0, size):
            counts[index] += 1
    expected = rounds * rate / WHOLE
    chi = sum((count - expected) ** 2 / (expected * (1 - rate / WHOLE)) for count in counts)
    assert chi < 80  # 40 degrees of freedom: one in ten thousand


@given(RATES, st.integers(0, 10_000))
def test_the_chance_to_find_something(rate: int, lies: int) -> None:
    assert detection(rate, lies) == pytest.approx(1 - (1 - rate / WHOLE) ** lies, abs=1e-9)


@pytest.mark.parametrize(("rate", "first", "size"), [(0, 0, 1), (WHOLE + 1, 0, 1), (1, 2, 1), (1, -1, 1)])
def test_what_is_no_sample_is_refused(rate: int, first: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"rate|sample"):
        next(selected(bytes(32), rate, first, size))


@pytest.mark.parametrize("nonce", [b"", bytes(31), bytes(33)])
def test_a_nonce_of_another_length_is_refused(nonce: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        nonce_commitment(nonce)
    with pytest.raises(ValueError, match="32 bytes"):
        seed(head(1, bytes(32)), nonce)
