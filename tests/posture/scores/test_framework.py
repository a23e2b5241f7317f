"""What the scores take from the Cloud Sovereignty Framework is what it says (version 1.2.1, sections 2, 3 and 5)."""

from __future__ import annotations

from comity.adapters.packs import vocabulary
from comity.posture.scores.seal import OBJECTIVES, TOP, WEIGHTS

SAYS = {"SOV-1": 15, "SOV-2": 10, "SOV-3": 10, "SOV-4": 15, "SOV-5": 20, "SOV-6": 15, "SOV-7": 10, "SOV-8": 5}
LEVELS = ("jurisdictional", "data sovereignty", "digital resilience", "full digital sovereignty")


def test_the_weights_are_those_of_the_text() -> None:
    assert dict(zip(OBJECTIVES, WEIGHTS["1.2.1"], strict=True)) == SAYS
    assert {sum(weights) for weights in WEIGHTS.values()} == {100}


def test_the_levels_have_the_names_of_the_text() -> None:
    said = vocabulary().seals
    for objective in OBJECTIVES:
        for level, name in enumerate(LEVELS, 1):
            assert said[f"{objective}:{level}"].says.endswith(f": SEAL-{level}, {name}")
    assert len(LEVELS) == TOP and len(said) == TOP * len(OBJECTIVES)
