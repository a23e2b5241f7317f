"""The case: what law may see of a request. Never the prompt, never a person."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

_ALWAYS = ("data", "subjects")

UNSAID = ("unstated",)
"""The uses of a system that nobody described: a cautious rule asks for `unstated` too."""


class Case(Struct, frozen=True, cache_hash=True):
    """The legally relevant face of a request.

    There are few, so a ruling is cached by it. Every tuple is sorted and without doubles. `data` is as stated: law
    sees it closed under "is a" (health is special is personal), but coverage answers for what is stated, so whoever
    states health alone does not ask for a law on all personal data. `controller` is a party of the stack or a bare
    jurisdiction.
    """

    operation: str
    controller: str
    purpose: str
    data: tuple[str, ...]
    subjects: tuple[str, ...]
    grounds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    sector: str = "unstated"
    risk: str = "unstated"
    uses: tuple[str, ...] = UNSAID  # what the system does; `()` states that it is nothing a law speaks of
    placed: str = ""  # the day on which the system was placed on the market, as 2026-05-01; empty: not stated
    seal: tuple[str, ...] = ()  # the assurance that its owner asks for, as "SOV-2:3"
    floor: tuple[str, ...] = ()  # the least evidence the application accepts, as "location:contract"
    blocks: tuple[str, ...] = ()  # uses, data and purposes that the application's owner refuses
    oversight: tuple[str, ...] = ()  # the functions, never the persons, that watch the system and can stop it

    def document(self) -> dict[str, object]:
        """The case as an entry and `explain` show it: sorted lists, empty members left out."""
        shown = {name: getattr(self, name) for name in self.__struct_fields__}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in shown.items()
            if name in _ALWAYS or (value != UNSAID if name == "uses" else value not in ((), "", "unstated"))
        }


class Addition(Struct, frozen=True, cache_hash=True):
    """What a request's headers add to its application's registered case (DESIGN rule 6)."""

    data: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()


NOTHING_ADDED = Addition()


def ordered(values: Iterable[str]) -> tuple[str, ...]:
    """Sorted, without doubles: the one form of a set in a case."""
    return tuple(sorted(set(values)))
