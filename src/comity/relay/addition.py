"""What a request's `Comity-*` headers add to its application's registered case."""

from __future__ import annotations

from comity.law.case import NOTHING_ADDED, Addition, ordered
from comity.relay.body import BadRequest
from comity.relay.ports import Words

MAX_VALUES = 16
"""Values of one header; a contract (DESIGN, part 5). A case with more says nothing."""


def addition(data: bytes, subjects: bytes, purposes: bytes, words: Words) -> Addition:
    """Read the three headers; an absent one is empty bytes.

    Raises:
        BadRequest: a value that the vocabulary does not have, or more than 16 of them.
    """
    if not (data or subjects or purposes):
        return NOTHING_ADDED
    return Addition(
        data=_values("Comity-Data", data, words.data),
        subjects=_values("Comity-Subjects", subjects, words.jurisdictions),
        purposes=_values("Comity-Purpose", purposes, words.purposes),
    )


def _values(header: str, text: bytes, known: frozenset[str]) -> tuple[str, ...]:
    values = [value.strip() for value in text.decode("latin-1").split(",")] if text.strip() else []
    if len(values) > MAX_VALUES:
        raise BadRequest(f"{header} has {len(values)} values; at most {MAX_VALUES} are taken.", header)
    for value in values:
        if value not in known:
            raise BadRequest(f"{header}: {value[:64]!r} is not a word of the vocabulary.", header)
    return ordered(values)
