"""Ids for things that have names of another kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 56  # characters; an id has at most 64, and a number may follow


class Names:
    """Gives each thing an id of its own."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}  # where to look on, so that many of one wish do not cost their square

    def give(self, wish: str) -> str:
        """The id nearest to `wish` that nothing has yet; `-2`, `-3` and so on where something does."""
        plain = slug(wish)
        number = self._numbers.get(plain, 1)
        name = plain if number == 1 else f"{plain}-{number}"
        while name in self._taken:
            number += 1
            name = f"{plain}-{number}"
        self._taken.add(name)
        self._numbers[plain] = number + 1
        return name


def slug(text: str) -> str:
    """`text` as an id: `Meta-Llama/3.1 70B` is `meta-llama-3-1-70b`; `x` where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return (words if words[:1].isalpha() else f"x-{words}".rstrip("-"))[:LONGEST].rstrip("-")


def variable(text: str) -> str:
    """`text` as the name of an environment variable: `azure-gpt-4o` is `AZURE_GPT_4O_KEY`."""
    return f"{slug(text).replace('-', '_').upper()}_KEY"
