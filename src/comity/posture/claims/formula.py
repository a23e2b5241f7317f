"""Formulas over what a case may state. Each is an integer, its negation the negative of it, and equal ones are one.

So a rule that is read for forty deployments of one profile costs one formula, and what is constant vanishes at once.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import TypeAlias

Literal: TypeAlias = int
"""A formula, or with the sign turned its negation."""

TRUE: Literal = 1
FALSE: Literal = -1


class Formulas:
    """A growing table of conjunctions and atoms; everything else is made of these and of negation."""

    def __init__(self) -> None:
        """An empty table: it holds TRUE alone."""
        self._parts: list[frozenset[Literal]] = [frozenset(), frozenset()]  # by number; the first is no formula
        self._known: dict[frozenset[Literal], Literal] = {}
        self.atoms: dict[Literal, str] = {}

    def atom(self, name: str) -> Literal:
        """A new thing that a case may state; `name` is for people."""
        self._parts.append(frozenset())
        made = len(self._parts) - 1
        self.atoms[made] = name
        return made

    def all_of(self, parts: Iterable[Literal]) -> Literal:
        """The conjunction of `parts`; TRUE of none."""
        kept: set[Literal] = set()
        for part in parts:
            if part == FALSE or -part in kept:
                return FALSE
            if part != TRUE:
                kept.add(part)
        if not kept:
            return TRUE
        if len(kept) == 1:
            return kept.pop()
        key = frozenset(kept)
        made = self._known.get(key)
        if made is None:
            self._parts.append(key)
            made = self._known[key] = len(self._parts) - 1
        return made

    def any_of(self, parts: Iterable[Literal]) -> Literal:
        """The disjunction of `parts`; FALSE of none."""
        return -self.all_of(-part for part in parts)

    def either(self, test: Literal, then: Literal, otherwise: Literal) -> Literal:
        """`then` where `test` holds, `otherwise` where it does not."""
        return self.any_of((self.all_of((test, then)), self.all_of((-test, otherwise))))

    def parts(self, formula: Literal) -> frozenset[Literal]:
        """The members of the conjunction that `formula`, or its negation, is; empty for an atom or a constant."""
        return self._parts[abs(formula)]

    def cone(self, formulas: Iterable[Literal]) -> Iterator[Literal]:
        """Every formula that `formulas` are made of, themselves too, without signs, each once."""
        waiting = [abs(each) for each in formulas]
        seen = set(waiting)
        while waiting:
            formula = waiting.pop()
            yield formula
            for part in self._parts[formula]:
                if abs(part) not in seen:
                    seen.add(abs(part))
                    waiting.append(abs(part))

    def holds(self, formula: Literal, true: Container[Literal]) -> bool:
        """Whether it holds where of all atoms those in `true` do."""
        if formula in (TRUE, FALSE):
            return formula == TRUE
        parts = self._parts[abs(formula)]
        held = all(self.holds(part, true) for part in parts) if parts else abs(formula) in true
        return held if formula > 0 else not held

    def at_least(self, parts: Iterable[Literal], most: int) -> list[Literal]:
        """For each number from 0 to `most`, the formula that so many of `parts` hold, or more."""
        reached = [TRUE] + [FALSE] * most
        for part in parts:
            for number in range(most, 0, -1):
                more = self.all_of((part, reached[number - 1]))
                reached[number] = self.any_of((reached[number], more))
        return reached
