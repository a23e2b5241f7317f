"""What a request's `Comity-*` headers add to its application's registered case."""

from __future__ import annotations

from comity.law.case import NOTHING_ADDED, Addition, Case, ordered
from comity.relay.body import BadRequest
from comity.relay.ports import Words

HEADER = "Comity-Oversight"

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


def oversight(text: bytes, case: Case) -> str:
    """The function that oversees this request, as Comity-Oversight names it: one that the application registered, so
    that nobody's name comes into the log.

    Raises:
        BadRequest: it is none of those.
    """
    name = text.strip().decode("latin-1")
    if name not in case.oversight:
        known = ", ".join(case.oversight) or "none: `oversight` of the application in the stack file is empty"
        raise BadRequest(f"Comity-Oversight names a function that oversees this application; there is {known}.", HEADER)
    return name


def _values(header: str, text: bytes, known: frozenset[str]) -> tuple[str, ...]:
    values = [value.strip() for value in text.decode("latin-1").split(",")] if text.strip() else []
    if len(values) > MAX_VALUES:
        raise BadRequest(f"{header} has {len(values)} values; at most {MAX_VALUES} are taken.", header)
    for value in values:
        if value not in known:
            raise BadRequest(f"{header}: {value[:64]!r} is not a word of the vocabulary.", header)
    return ordered(values)
