"""Whether clauses can be satisfied: conflict-driven clause learning, complete, for problems of some thousand clauses.

After J. Marques-Silva and K. Sakallah, GRASP (1999): unit propagation over two watched literals (Moskewicz and others,
2001), a clause learned at the first unique implication point of each conflict, and a jump back to where it bites.
Without restarts and without forgetting: the questions that law poses are wide and shallow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from comity.posture.claims.formula import Literal
from comity.terms.errors import Fault

CONFLICTS = 200_000
"""Conflicts before a question is given up as too hard, which says so: some minutes. Law's take a few hundred."""


class TooHard(Fault):
    """The question was given up: it is undecided, which is never an answer."""


class Solver:
    """A growing set of clauses. What is learned from one question serves the next."""

    def __init__(self) -> None:
        """No clause, so everything is possible."""
        self._watched: dict[Literal, list[list[Literal]]] = {}
        self._given: set[Literal] = set()  # true in every solution
        self._impossible = False

    def add(self, literals: Iterable[Literal]) -> None:
        """One of `literals` must hold."""
        clause = list(dict.fromkeys(literals))
        if any(-each in clause for each in clause):
            return
        if not clause:
            self._impossible = True
        elif len(clause) == 1:
            self._given.add(clause[0])
        else:
            self._watch(clause)

    def solve(self, assumed: Sequence[Literal], tried: Sequence[Literal]) -> frozenset[Literal] | None:
        """What holds in a solution in which all of `assumed` do, or None if there is none.

        Decisions are taken on `tried`, in that order: the first that is open is tried as it stands, its negation
        after it. They must be enough to settle every other literal by propagation.

        Raises:
            TooHard: the limit of conflicts is reached.
        """
        if self._impossible:
            return None
        return _Search(self._watched, self._given).run(assumed, tried)

    def _watch(self, clause: list[Literal]) -> None:
        for each in clause[:2]:
            self._watched.setdefault(each, []).append(clause)


class _Search:
    """One question. The trail holds what is true, in the order in which it became so."""

    def __init__(self, watched: dict[Literal, list[list[Literal]]], given: set[Literal]) -> None:
        self._watched = watched
        self._given = given
        self._trail: list[Literal] = []
        self._level: dict[Literal, int] = {}  # of each literal that is true
        self._reason: dict[Literal, list[Literal]] = {}
        self._starts: list[int] = []  # where each level begins on the trail
        self._next = 0  # the first of the trail that is not propagated

    def run(self, assumed: Sequence[Literal], tried: Sequence[Literal]) -> frozenset[Literal] | None:
        for each in sorted(self._given):
            if not self._hold(each, None):
                return None
        conflicts = 0
        while True:
            conflict = self._propagate()
            if conflict is None:
                choice = self._choose(assumed, tried)
                if choice == 0:
                    return frozenset(self._level)
                if choice is None:
                    return None
                self._starts.append(len(self._trail))
                self._hold(choice, None)
                continue
            if not self._starts:
                return None
            conflicts += 1
            if conflicts > CONFLICTS:
                raise TooHard(f"undecided after {CONFLICTS} conflicts; make the claim narrower")
            learned, back = self._learn(conflict)
            self._back_to(back)
            if len(learned) == 1:
                self._given.add(learned[0])
                self._hold(learned[0], None)
            else:
                for each in learned[:2]:
                    self._watched.setdefault(each, []).append(learned)
                self._hold(learned[0], learned)

    def _choose(self, assumed: Sequence[Literal], tried: Sequence[Literal]) -> Literal | None:
        """The next decision; 0 if all is settled, None if an assumption has become false."""
        level = self._level
        for each in assumed:
            if -each in level:
                return None
            if each not in level:
                return each
        for each in tried:
            if each not in level and -each not in level:
                return each
        return 0

    def _hold(self, literal: Literal, reason: list[Literal] | None) -> bool:
        if literal in self._level:
            return True
        if -literal in self._level:
            return False
        self._level[literal] = len(self._starts)
        if reason is not None:
            self._reason[literal] = reason
        self._trail.append(literal)
        return True

    def _propagate(self) -> list[Literal] | None:
        """Everything that follows; a clause that cannot hold, if there is one."""
        level = self._level
        while self._next < len(self._trail):
            false = -self._trail[self._next]
            self._next += 1
            watching = self._watched.get(false)
            if not watching:
                continue
            kept: list[list[Literal]] = []
            self._watched[false] = kept
            for at, clause in enumerate(watching):
                if clause[0] == false:
                    clause[0], clause[1] = clause[1], false
                first = clause[0]
                if first in level:
                    kept.append(clause)
                    continue
                for other in range(2, len(clause)):
                    if -clause[other] not in level:
                        clause[1], clause[other] = clause[other], false
                        self._watched.setdefault(clause[1], []).append(clause)
                        break
                else:
                    kept.append(clause)
                    if not self._hold(first, clause):
                        kept.extend(watching[at + 1 :])
                        return clause
        return None

    def _learn(self, conflict: list[Literal]) -> tuple[list[Literal], int]:
        """A clause that the conflict proves, the literal that it forces first, and the level to go back to."""
        level, now = self._level, len(self._starts)
        learned: list[Literal] = []
        seen: set[Literal] = set()
        open_ = 0
        place = len(self._trail) - 1
        clause: Iterable[Literal] = conflict
        while True:
            for each in clause:
                true = -each
                if true not in seen and level.get(true, 0) > 0:
                    seen.add(true)
                    if level[true] == now:
                        open_ += 1
                    else:
                        learned.append(each)
            while self._trail[place] not in seen:
                place -= 1
            pivot = self._trail[place]
            place -= 1
            open_ -= 1
            if open_ == 0:
                break
            clause = (each for each in self._reason[pivot] if each != pivot)
        learned.sort(key=lambda each: (-level[-each], each))
        back = level[-learned[0]] if learned else 0
        return [-pivot, *learned], back

    def _back_to(self, back: int) -> None:
        start = self._starts[back]
        for literal in self._trail[start:]:
            del self._level[literal]
            self._reason.pop(literal, None)
        del self._trail[start:]
        del self._starts[back:]
        self._next = start
