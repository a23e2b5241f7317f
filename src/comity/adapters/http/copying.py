"""A copy of a deployment's answer as it passes, for the vault."""

from __future__ import annotations

from comity.adapters.vault.sealing import MAX_ITEM_BYTES

UNFIT = frozenset({"error", "aborted", "rejected"})
"""Ways to end of which nothing is kept: what is not whole cannot be run again and compared."""


class Copy:
    """The bytes of one answer, until they are more than the vault takes: then none of them, and `over` says so."""

    __slots__ = ("_parts", "_size", "over")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self.over = False

    def add(self, data: bytes) -> None:
        """The next bytes."""
        if self.over:
            return
        self._size += len(data)
        if self._size > MAX_ITEM_BYTES:
            self.over = True
            self._parts.clear()
        else:
            self._parts.append(data)

    def whole(self) -> bytes:
        """All of them."""
        return b"".join(self._parts)
