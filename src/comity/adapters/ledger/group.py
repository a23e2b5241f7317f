"""The entries that are written and made durable together."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

from comity.adapters.ledger.segment import CODES, GROUP_HEAD, RECORD, seal
from comity.proof.leaf import leaf_values

Done = Callable[[BaseException | None], None]

_PARTS = 5
_head = RECORD.pack


class Group:
    """Entries from index `first` on, and whom to tell; by columns, because every request adds two.

    Attributes:
        first: index of the first entry.
        dones: whom to tell, one for each entry.
        links: (intent, outcome) of each outcome.
        begins: if the group begins a segment, the intents that are open before it; else None.
    """

    __slots__ = ("_kinds", "_parts", "begins", "dones", "first", "links")

    def __init__(self, first: int) -> None:
        self.first = first
        self.dones: list[Done] = []
        self.links: list[tuple[int, int]] = []
        self.begins: set[int] | None = None
        self._kinds: list[str] = []
        self._parts: list[bytes] = []

    def __len__(self) -> int:
        return len(self.dones)

    def add(
        self, kind: str, intent: int | None, salt: bytes, party: bytes, decision: bytes, content: bytes, done: Done
    ) -> None:
        """Take in the next entry."""
        if intent is None:
            link = 0
        else:
            link = intent + 1
            self.links.append((intent, self.first + len(self.dones)))
        self.dones.append(done)
        self._kinds.append(kind)
        head = _head(CODES[kind], len(party), len(decision), len(content), link)
        self._parts += (head, salt, party, decision, content)

    def encode(self) -> bytes:
        """The group as it lies in a segment."""
        return seal(self.first, len(self.dones), b"".join(self._parts))

    def places(self, at: int) -> list[int]:
        """Where each record begins, if the group lies at `at`."""
        return list(accumulate(map(len, self._parts), initial=at + GROUP_HEAD))[:-1:_PARTS]

    def leaf_values(self) -> list[bytes]:
        """The leaf value of each entry."""
        _, salts, parties, decisions, contents = (self._parts[at::_PARTS] for at in range(_PARTS))
        return leaf_values(self._kinds, salts, parties, decisions, contents)
