"""Turns are short within, and as they were after, whatever happens."""

from __future__ import annotations

import gc
import sys

import pytest

from comity.runtime import turns


def test_turns_are_short_within_and_as_before_after() -> None:
    before = sys.getswitchinterval()
    with pytest.raises(ValueError, match="broken"), turns.short():
        assert sys.getswitchinterval() == pytest.approx(turns.SHORT_S)
        raise ValueError("broken")
    assert sys.getswitchinterval() == before


def test_shorter_turns_stay() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.000_1)
    try:
        with turns.short():
            assert sys.getswitchinterval() == pytest.approx(0.000_1, abs=2e-6)
    finally:
        sys.setswitchinterval(before)


def test_nothing_looks_for_cycles_within_and_what_was_made_is_left_out_after() -> None:
    kept = []
    before = gc.get_freeze_count()
    with turns.short():
        assert not gc.isenabled()
        kept.extend([[] for _ in range(1_000)])
    try:
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + 1_000
    finally:
        gc.unfreeze()
