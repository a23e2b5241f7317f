"""The solver beside a truth table, over random clauses; and the smallest solution beside all of them."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.posture.claims import solver
from comity.posture.claims.formula import FALSE, TRUE, Formulas
from comity.posture.claims.search import Search
from comity.posture.claims.solver import Solver, TooHard

VARIABLES = 7
literals = st.builds(lambda sign, variable: sign * variable, st.sampled_from([1, -1]), st.integers(1, VARIABLES))
clauses = st.lists(st.lists(literals, min_size=1, max_size=3), max_size=32)
RUNS = settings(max_examples=300, deadline=None)


def solutions(given_clauses):
    for values in product((False, True), repeat=VARIABLES):
        if all(any(values[abs(each) - 1] == (each > 0) for each in clause) for clause in given_clauses):
            yield values


@RUNS
@given(clauses, st.lists(st.lists(literals, max_size=3), min_size=1, max_size=3))
def test_as_a_truth_table_says(given_clauses, questions) -> None:
    asked = Solver()
    for clause in given_clauses:
        asked.add(clause)
    for assumed in questions:  # what was learned from one question does not spoil the next
        found = asked.solve(assumed, [-each for each in range(1, VARIABLES + 1)])
        possible = list(solutions([*given_clauses, *([each] for each in assumed)]))
        assert (found is not None) == bool(possible)
        if found is not None:
            assert tuple(each in found for each in range(1, VARIABLES + 1)) in possible


@RUNS
@given(clauses)
def test_the_smallest_is_the_smallest(given_clauses) -> None:
    formulas = Formulas()
    atoms = [formulas.atom(str(number)) for number in range(VARIABLES)]

    def of(literal):
        return atoms[abs(literal) - 1] * (1 if literal > 0 else -1)

    asked = formulas.all_of(formulas.any_of(map(of, clause)) for clause in given_clauses)
    holds = Search(formulas, ()).smallest(asked, atoms, ())
    possible = list(solutions(given_clauses))
    if asked in (TRUE, FALSE):
        assert bool(possible) == (asked == TRUE) or not given_clauses
    elif holds is None:
        assert not possible
    else:
        assert holds(asked)
        assert sum(map(holds, atoms)) == min(map(sum, possible))


def test_pigeons_need_a_hole_each() -> None:
    """Seven pigeons and six holes: no propagation alone shows it, so clauses are learned."""
    pigeons, holes = 7, 6
    asked = Solver()
    at = {(pigeon, hole): 1 + pigeon * holes + hole for pigeon in range(pigeons) for hole in range(holes)}
    for pigeon in range(pigeons):
        asked.add(at[pigeon, hole] for hole in range(holes))
    for hole in range(holes):
        for pigeon in range(pigeons):
            for other in range(pigeon):
                asked.add((-at[pigeon, hole], -at[other, hole]))
    assert asked.solve((), [-each for each in at.values()]) is None


def test_too_hard_is_no_answer(monkeypatch) -> None:
    monkeypatch.setattr(solver, "CONFLICTS", 3)
    with pytest.raises(TooHard, match="undecided"):
        test_pigeons_need_a_hole_each()


def test_nothing_satisfies_an_empty_clause() -> None:
    asked = Solver()
    asked.add(())
    assert asked.solve((), ()) is None
