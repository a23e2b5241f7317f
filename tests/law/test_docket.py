"""A docket remembers, and never more than it may."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from comity.law.docket import CASES, VERDICTS, Docket, cases_of


@given(st.lists(st.integers(0, 9)), st.integers(1, 5))
def test_it_answers_as_the_function_does_and_keeps_no_more_than_it_may(asked: list[int], most: int) -> None:
    docket: Docket[int, int] = Docket(most)
    for key in asked:
        assert docket.get(key, lambda given: given * given) == key * key
        assert len(docket) <= most


def test_what_is_kept_is_not_made_again() -> None:
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    docket: Docket[str, str] = Docket(2)
    for key in ("a", "a", "b", "a", "c", "b", "a"):
        docket.get(key, make)
    assert made == ["a", "b", "c", "a"]  # the oldest went first


def test_a_large_stack_remembers_fewer_cases() -> None:
    """What takes the room is verdicts: callers who vary headers must not fill it, however large the stack."""
    assert cases_of(0) == cases_of(10) == CASES
    for deployments in (100, 5_000, VERDICTS * 2):
        assert cases_of(deployments) == max(1, VERDICTS // deployments)
