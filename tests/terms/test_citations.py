"""Whose rule it is decides what a refusal is: law, or an agreement or a choice."""

from __future__ import annotations

from typing import get_args

import pytest

from comity.cli.explained import BASIS
from comity.cli.tour.show import BASES
from comity.terms.citations import LAW, Basis, Citation
from comity.terms.refusal import Refusal, Refused


@pytest.mark.parametrize("basis", get_args(Basis))
def test_only_law_makes_a_placement_unlawful(basis: Basis) -> None:
    rule = Citation("x/1", "x", "1", basis, "x")
    refusal = Refusal("forbidden", "no", "realm", "ruling", (Refused("one", (rule,)),))
    assert (refusal.status, refusal.type) == (
        (451, "unlawful_placement") if basis in LAW else (403, "policy_placement")
    )


def test_a_licence_is_no_law() -> None:
    assert "contract" in get_args(Basis)
    assert "contract" not in LAW


def test_every_basis_has_a_word_wherever_it_is_shown() -> None:
    assert set(BASIS) == set(BASES) == set(get_args(Basis))
