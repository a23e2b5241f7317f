"""What is to be looked for."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from msgspec import Struct

Detector: TypeAlias = Literal["identifiers", "financial", "contact", "credentials", "health", "language"]
DETECTORS: tuple[Detector, ...] = get_args(Detector)

CLASSES: dict[str, str] = {
    "identifiers": "identity",
    "financial": "financial",
    "contact": "contact",
    "credentials": "credentials",
    "health": "health",
}
"""The class of data (a word of the vocabulary) that each detector finds; the language is no data."""

DEFAULT_CHARACTERS = 1024 * 1024
"""Of one request's text that are looked at: about 250,000 tokens, as long as the longest contexts in wide use; 20 ms of
CPU time. Beyond stands what the stack file says."""


class Looks(Struct, frozen=True):
    """How the requests of an application are looked at.

    Attributes:
        find: names of detectors, sorted.
        characters: of a request's text, at most.
        beyond: what becomes of a longer one: `refuse`, or `raise` to every class that is looked for.
        replace: names of those detectors, sorted, whose findings do not go upstream (docs/adr/0047).
    """

    find: tuple[str, ...]
    characters: int = DEFAULT_CHARACTERS
    beyond: Literal["refuse", "raise"] = "refuse"
    replace: tuple[str, ...] = ()
