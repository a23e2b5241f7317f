"""What each pack covers. Law that is not loaded is not permission (DESIGN rule 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

from comity.terms.citations import Citation

Touch = Literal["subjects", "controller", "site", "operator", "control"]
TOUCHES: tuple[Touch, ...] = ("subjects", "controller", "site", "operator", "control")

DRAFT = "it forbids, from texts that were not read whole, and covers nothing"
"""What a pack of status `draft` does, wherever one is used."""

UNCOVERED = Citation(
    id="comity/uncovered",
    law="Comity",
    cite="docs/DESIGN.md, part 3, rule 3",
    basis="prudential",
    says="No pack in force covers this data in a jurisdiction that the request touches; law that is not loaded is"
    " not permission.",
    remedy="load a pack that covers it | accept the gap by name and until a date in `uncovered`",
    reviewed=True,
)


class Cover(Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "roles": "as"}):
    """Jurisdictions (or groups of them) x data classes x operations that a pack answers for."""

    jurisdictions: tuple[str, ...]
    data: tuple[str, ...]
    operations: tuple[str, ...]
    since: date
    until: date | None = None
    roles: tuple[Touch, ...] = TOUCHES


class Coverage(Struct, frozen=True, forbid_unknown_fields=True):
    """`coverage.yaml`: what a pack is, where its days begin, and what it covers."""

    pack: str
    title: str
    timezone: str
    status: Literal["on", "opt-in", "draft"]
    review_by: date
    covers: tuple[Cover, ...]
    not_covered: tuple[str, ...] = ()
    basis_note: str = ""


class Covered(Struct, frozen=True):
    """The covers of all packs in force at one instant, with groups resolved to their members."""

    cells: frozenset[tuple[str, str, str, str]]  # jurisdiction, touch, data class, operation

    def gaps(
        self,
        touched: frozenset[tuple[str, Touch]],
        data: tuple[tuple[str, tuple[str, ...]], ...],
        operation: str,
    ) -> Iterator[tuple[str, str]]:
        """Each (jurisdiction, data class) touched that nothing covers.

        `data` pairs each regulated class with its closure: who covers personal data covers health data.
        """
        for jurisdiction, touch in sorted(touched):
            for word, closure in data:
                if not any((jurisdiction, touch, up, operation) in self.cells for up in closure):
                    yield jurisdiction, word
