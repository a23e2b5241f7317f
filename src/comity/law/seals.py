"""SEAL levels of the EU Cloud Sovereignty Framework, as sets: who reaches a level reaches those below it.

So "each objective at least so high" is one set that holds another, which Cedar can ask and a proof can decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def stated(levels: Mapping[str, int]) -> tuple[str, ...]:
    """`{"SOV-2": 3}` in the words of the vocabulary, sorted: `("SOV-2:3",)`. Level 0 is no word."""
    return tuple(sorted(f"{objective}:{level}" for objective, level in levels.items() if level))


def closed(seals: Iterable[str]) -> tuple[str, ...]:
    """`seals` with every level below each, sorted: `SOV-2:3` brings `SOV-2:2` and `SOV-2:1`."""
    split = (seal.rpartition(":") for seal in seals)
    return tuple(sorted({f"{objective}:{below}" for objective, _, top in split for below in range(1, int(top) + 1)}))
