"""Following the entries of a shard: each well formed, each outcome of an intent, each day summed up rightly. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from comity.proof.completeness import Completeness, Wrong
from comity.proof.leaf import BLOCKS
from comity.proof.shape import ShapeError, check_block
from comity.terms import canon

REMEMBERED = 1024
"""Blocks that are not read again: requests of one application share their party, those of a ruling their decision."""


class Follower:
    """What the entries of a shard say together, read in order.

    Attributes:
        open: intents without an outcome.
        lost: intents whose outcome is lost.
        erased: entries of which only the leaf value is left.
        complete: the days.
    """

    def __init__(self) -> None:
        self.open: set[int] = set()
        self.lost: list[int] = []
        self.erased = 0
        self.complete = Completeness()
        self._unknown_below = 0

    def begin(self, index: int, open_intents: Iterable[int] | None) -> None:
        """The first entry that is kept is `index`; these intents were open before it, None if that is not known."""
        self.open = set(open_intents or ())
        self._unknown_below = index if open_intents is None else 0
        self.complete.begin(index, self.open)

    def gone(self, index: int, kind: str, intent: int | None) -> list[Wrong]:
        """The next entry was erased; what is wrong with it."""
        self.erased += 1
        wrong = self._pair(index, kind, intent)
        self.complete.erased(index, kind, intent)
        return wrong

    def entry(self, index: int, kind: str, intent: int | None, blocks: Mapping[str, bytes]) -> list[Wrong]:
        """The next entry, from its blocks' bytes; what is wrong with it."""
        wrong = self._pair(index, kind, intent)
        try:
            parsed: dict[str, Any] = {block: _said(kind, block, blocks[block]) for block in BLOCKS}
        except (canon.CanonError, ShapeError) as error:
            self.complete.erased(index, kind, intent)
            return [*wrong, ("bad-entry", f"Entry {index} is not well formed: {error}.")]
        if kind == "outcome":
            if parsed["party"]["intent"] != intent:
                wrong.append(("wrong-intent", f"Entry {index} names two intents."))
            if parsed["content"]["finish"] == "lost" and intent is not None:
                self.lost.append(intent)
        return wrong + self.complete.entry(index, kind, intent, parsed)

    def _pair(self, index: int, kind: str, intent: int | None) -> list[Wrong]:
        if kind == "intent":
            self.open.add(index)
        elif kind == "outcome":
            if intent is None or (intent not in self.open and intent >= self._unknown_below):
                return [("wrong-intent", f"Entry {index} is an outcome of {intent}, which is no open intent.")]
            self.open.discard(intent)
        return []


@lru_cache(maxsize=REMEMBERED)
def _said(kind: str, block: str, data: bytes) -> Any:
    value = canon.parse_canonical(data)
    check_block(kind, block, value)
    return value
