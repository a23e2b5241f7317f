"""How requests are looked at for personal data: the records of a stack file (docs/guides/detect.md)."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from comity.stack.record import Record

Detector: TypeAlias = Literal["contact", "credentials", "financial", "health", "identifiers", "language"]
Replaced: TypeAlias = Literal["contact", "credentials", "financial", "identifiers"]


class Detection(Record, frozen=True):
    """What is looked for in the requests of every application, and how far.

    What is found is added to the case as a header's words are: it can only remove candidates.
    """

    always: tuple[Detector, ...] = ()  # the floor: no application looks for less
    characters: Annotated[int, Meta(ge=1024, le=32 * 1024 * 1024)] = 1024 * 1024  # of a request's text, at most
    beyond: Literal["refuse", "raise"] = "refuse"  # a longer text: 413, or taken to hold every class looked for
