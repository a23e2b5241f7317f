"""What a tool gave back: texts and pictures, in whatever dialect."""

from __future__ import annotations

from collections.abc import Iterable

from comity.relay.dialects.complaints import Members
from comity.relay.dialects.conversation import Image, Part, Text


def shown(parts: Iterable[Part], owner: Members) -> list[Text | Image]:
    """The parts, which have to be of these two kinds."""
    kept: list[Text | Image] = []
    for part in parts:
        if isinstance(part, Text | Image):
            kept.append(part)
        else:
            owner.complaints.add(owner.place, "a tool's result is texts and pictures")
    return kept
