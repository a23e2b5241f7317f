"""Whose law and whose hands count as one's own: the set that takes the place of "EU" in the frameworks' questions."""

from __future__ import annotations

from typing import NamedTuple

from comity.stack.jurisdictions import NAMES

UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
"""The Member States of the European Union (Treaty on European Union, Art. 52; since 2020-02-01 without GB)."""


class Trust(NamedTuple):
    """A trust set, and for whom it was made."""

    seen_from: str
    members: frozenset[str]

    def holds(self, jurisdiction: str) -> bool:
        """Whether the jurisdiction, or the country that it lies in, is a member."""
        return jurisdiction in self.members or jurisdiction.partition("-")[0] in self.members

    def hold_all(self, jurisdictions: frozenset[str] | tuple[str, ...]) -> bool:
        """Whether all of them are."""
        return all(self.holds(each) for each in jurisdictions)

    @property
    def shown(self) -> str:
        """The set in words."""
        rest = sorted(self.members - UNION)
        names = (["the European Union"] if self.members >= UNION else sorted(self.members & UNION)) + rest
        return ", ".join(names)


def trust(seen_from: str, also: tuple[str, ...] = ()) -> Trust:
    """The set seen from a jurisdiction: the Union for its members, as the framework has it; else that country alone.
    `also` adds to it.

    Raises:
        ValueError: a code is no jurisdiction.
    """
    for code in (seen_from, *also):
        if code not in NAMES:
            raise ValueError(f"{code} is no jurisdiction")
    home = seen_from.partition("-")[0]
    return Trust(seen_from, (UNION if home in UNION else frozenset((seen_from,))) | frozenset(also))
