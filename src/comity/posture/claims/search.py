"""The smallest solution of a formula: the one in which the fewest facts are stated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from comity.posture.claims.formula import FALSE, TRUE, Formulas, Literal
from comity.posture.claims.solver import Solver


class Search:
    """Solves formulas of one table. Clauses are made of a formula when it is first asked for."""

    def __init__(self, formulas: Formulas, always: Iterable[Sequence[Literal]]) -> None:
        """`always` are clauses over atoms that hold whatever is asked."""
        self._formulas = formulas
        self._solver = Solver()
        self._known: set[Literal] = {TRUE}
        self._solver.add((TRUE,))
        self._bound: dict[Literal, list[Literal]] = {}
        for clause in always:
            self._solver.add(clause)
            for each in clause:
                self._bound.setdefault(abs(each), []).extend(abs(other) for other in clause)

    def smallest(
        self, asked: Literal, facts: Sequence[Literal], first: Sequence[Literal]
    ) -> Callable[[Literal], bool] | None:
        """Whether a formula holds in a solution of `asked` with as few of `facts` as can be; None if there is none.

        Atoms that `first` names are tried as they stand there, all others as not stated, the later ones before the
        earlier: where one of several must be stated, it is the one that was made first.
        """
        if asked == FALSE:
            return None
        atoms = self._atoms(asked)
        tried = [*(each for each in first if abs(each) in atoms), *(-atom for atom in sorted(atoms, reverse=True))]
        counted = [fact for fact in facts if abs(fact) in atoms]
        found = self._solve((asked,), tried)
        if found is None:
            return None
        stated = sum(fact in found for fact in counted)
        if stated:
            reached = self._formulas.at_least(counted, stated)
            while stated:
                fewer = self._solve((asked, -reached[stated]), tried)
                if fewer is None:
                    break
                found, stated = fewer, sum(fact in fewer for fact in counted)
        usual = (each for each in first if abs(each) not in atoms)  # the answer does not rest on these
        true = frozenset((*(each for each in found if abs(each) in atoms), *usual))
        return lambda formula: self._formulas.holds(formula, true)

    def _solve(self, assumed: Sequence[Literal], tried: Sequence[Literal]) -> frozenset[Literal] | None:
        self._tell(assumed)
        return self._solver.solve(assumed, tried)

    def _tell(self, formulas: Iterable[Literal]) -> None:
        """Clauses that say what each formula is made of."""
        for formula in self._formulas.cone(formulas):
            parts = self._formulas.parts(formula)
            if formula in self._known:
                continue
            self._known.add(formula)
            if parts:
                for part in parts:
                    self._solver.add((-formula, part))
                self._solver.add((formula, *(-part for part in parts)))

    def _atoms(self, asked: Literal) -> set[Literal]:
        """The atoms that the answer rests on, those too that others of them bind."""
        atoms = {each for each in self._formulas.cone((asked,)) if each in self._formulas.atoms}
        waiting = list(atoms)
        while waiting:
            for other in self._bound.get(waiting.pop(), ()):
                if other not in atoms:
                    atoms.add(other)
                    waiting.append(other)
        return atoms
