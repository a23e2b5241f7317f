"""The docket: what a realm has decided, so that a case is judged once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

CASES = 4096
"""Cases are few (applications x what headers add); a caller who varies headers must not fill the memory."""


VERDICTS = 1 << 17
"""A verdict takes about 400 bytes, so this is some 50 MB, however many deployments a stack has."""


def cases_of(deployments: int) -> int:
    """How many cases to remember, each with a verdict for every one of `deployments`."""
    return max(1, min(CASES, VERDICTS // max(1, deployments)))


class Docket(Generic[K, V]):
    """A bounded memory of a pure function. It has no expiry and no lock: a realm's end is its end."""

    __slots__ = ("_kept", "_most")

    def __init__(self, most: int = CASES) -> None:
        """Keeps at most `most` answers, the oldest going first."""
        self._kept: dict[K, V] = {}
        self._most = most

    def get(self, key: K, make: Callable[[K], V]) -> V:
        """The answer for `key`, made if it is not kept."""
        found = self._kept.get(key)
        if found is None:
            found = make(key)
            if len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = found
        return found

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)
