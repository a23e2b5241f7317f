"""The one vocabulary of all packs, stack files and cases, and the Cedar enums made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
from msgspec import Struct, field

from comity.law.plain_yaml import load

UNSTATED = "unstated"
OTHER = "other"
"""A licence that is no word of the vocabulary."""

_NAMESPACE = "namespace Comity {"

ENUMS: Mapping[str, str] = {
    "Operation": "operations",
    "DataClass": "data",
    "Purpose": "purposes",
    "Risk": "risks",
    "Sector": "sectors",
    "Ground": "grounds",
    "Role": "roles",
    "Kind": "kinds",
    "Certificate": "certificates",
    "Use": "uses",
    "Milestone": "milestones",
    "Seal": "seals",
    "Licence": "licences",
    "Family": "families",
    "Accelerator": "accelerators",
}
"""Each enum of the Cedar schema, and the list of the vocabulary that holds its words."""


class Word(Struct, frozen=True, forbid_unknown_fields=True):
    """One word: what it says, what it is a kind of, and its IRI in the W3C Data Privacy Vocabulary."""

    says: str
    isa: tuple[str, ...] = ()
    cite: str = ""
    iri: str = ""


class Vocabulary(Struct, frozen=True, forbid_unknown_fields=True):
    """`vocabulary.yaml`, as read. The members are mappings from a word to what it says."""

    version: int
    operations: dict[str, Word]
    data: dict[str, Word]
    purposes: dict[str, Word]
    risks: dict[str, Word]
    sectors: dict[str, Word]
    grounds: dict[str, Word]
    roles: dict[str, Word]
    kinds: dict[str, Word]
    certificates: dict[str, Word]
    hops: dict[str, Word]
    uses: dict[str, Word]
    milestones: dict[str, Word]
    seals: dict[str, Word]
    licences: dict[str, Word]
    families: dict[str, Word]
    accelerators: dict[str, Word]
    unregulated: tuple[str, ...] = field(default_factory=tuple)

    def close(self, data: Iterable[str]) -> tuple[str, ...]:
        """`data` with everything that it is a kind of, sorted: health brings special and personal.

        Raises:
            KeyError: for a class that the vocabulary does not know.
        """
        closed: set[str] = set()
        waiting = list(data)
        while waiting:
            word = waiting.pop()
            if word not in closed:
                closed.add(word)
                waiting.extend(self.data[word].isa)
        return tuple(sorted(closed))

    def before(self, placed: str) -> tuple[str, ...]:
        """The milestones before which a system was placed that was placed on the day `placed`; none if that is empty.

        Who does not say when is held to the newest duties.
        """
        return tuple(sorted(day for day in self.milestones if placed and placed < day))

    def schema(self, facts: str) -> str:
        """The Cedar schema: `facts` (facts.cedarschema) with an enum for each list of words.

        A misspelled word then fails a policy's validation, where a string would pass in silence.
        """
        enums = []
        for entity, name in ENUMS.items():
            words: Mapping[str, Word] = getattr(self, name)
            members = ", ".join('"' + word + '"' for word in sorted(words))
            enums.append(f"  entity {entity} enum [{members}];")
        return facts.replace(_NAMESPACE, "\n".join([_NAMESPACE, *enums]), 1)


def read_vocabulary(text: bytes) -> Vocabulary:
    """`vocabulary.yaml` as a `Vocabulary`.

    Raises:
        ValueError: if a member is missing, unknown or malformed, or a word is a kind of a word that is not there.
    """
    vocabulary = msgspec.convert(load(text.decode()), type=Vocabulary)
    for word, entry in vocabulary.data.items():
        for up in entry.isa:
            if up not in vocabulary.data:
                raise ValueError(f"vocabulary: data class {word!r} is a kind of {up!r}, which is not there")
    for day in vocabulary.milestones:
        date.fromisoformat(day)
    return vocabulary
