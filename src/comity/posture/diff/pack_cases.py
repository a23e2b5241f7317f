"""The cases of packs before two states of the law: each case with its own candidate is a pair that may change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from comity.law.cases import PackCase
from comity.law.cedar import Schema
from comity.law.epoch import Epoch, Zone
from comity.law.pack import Pack
from comity.law.precedents import Precedents
from comity.law.trial import epoch_on
from comity.law.tried_case import Heard, scene, unknown_words
from comity.law.vocabulary import Vocabulary
from comity.posture.diff.verdicts import Change, compared
from comity.terms.instants import Instant

OWN = "its own candidate"
"""Where a deployment's name stands for a case of a pack."""


class Bench:
    """One state of the law, before which cases are brought."""

    def __init__(
        self,
        packs: Sequence[Pack],
        words: Vocabulary,
        schema_text: str,
        zone: Zone,
        on: date | None = None,
    ) -> None:
        """`packs` together; every case on the day `on`, on its own if that is None."""
        self.packs = tuple(packs)
        self._words = words
        self._schema = Schema(words.schema(schema_text))
        self._zone = zone
        self._on = on
        self._epochs: dict[Instant, Epoch] = {}
        self._precedents = Precedents()

    def hear(self, case: PackCase) -> Heard:
        """What this law says to the case."""
        dated = case if self._on is None else replace(case, on=self._on)
        epoch = epoch_on(dated, self.packs, self._schema, self._zone, self._epochs, self._precedents)
        return scene(dated, epoch, self._words).hear(self._words)

    def knows(self, case: PackCase) -> bool:
        """Whether it has every word and list of the case."""
        groups = {name for pack in self.packs for name in pack.groups}
        return not unknown_words(case, self._words) and set(case.lists) <= groups


def cases_of(packs: Iterable[Pack]) -> list[tuple[str, PackCase]]:
    """Every case of `packs` with the name of its pack, those that two versions share once."""
    found: dict[tuple[str, str], PackCase] = {}
    for pack in packs:
        for case in pack.cases:
            found.setdefault((pack.name, repr(case)), case)
    return [(name, case) for (name, _), case in found.items()]


def changes_in_cases(left: Bench, right: Bench, cases: Iterable[tuple[str, PackCase]]) -> tuple[list[Change], int]:
    """Every case that is ruled otherwise, and how many were compared: those whose words and lists both sides know."""
    found: list[Change] = []
    count = 0
    for pack, case in cases:
        if not (left.knows(case) and right.knows(case)):
            continue
        count += 1
        verdicts = [side.hear(case).verdict(OWN) for side in (left, right)]
        found += compared(f"{pack}: {case.says}", OWN, *verdicts)
    return found, count
