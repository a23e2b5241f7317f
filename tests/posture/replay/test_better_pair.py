"""Two steps that need one another: no greedy order finds them, so all pairs are compared once there is one."""

from __future__ import annotations

import pytest

from comity.posture.replay.fixes import Fix
from comity.posture.replay.groups import Asked
from comity.posture.replay.lots import question_of
from comity.posture.replay.repairs import MAX_PAIRED, Found, Wanting, better_pair, of_order
from comity.posture.replay.worlds import World
from tests.posture.replay.tour import realm, worlds


def _world() -> World:
    world = worlds(realm()).before(realm().digest, "")
    assert world is not None
    return world


def _wanting(model: str, requests: int) -> Wanting:
    """Requests for a model that nothing serves."""
    world = _world()
    asked = Asked(
        "benefits", "infer", ((), (), ()), model, "", realm().digest, "", "enforce", "2026-11", "", "", (), ""
    )
    put = world.put(question_of(asked))
    assert put is not None
    return Wanting(put, world, None, "benefits", requests, ())


def _answered(model: str, by: str) -> Fix:
    """A step: callers of a model get another."""
    return Fix("model", "", (f"{model} is answered by {by}",), {}, 5, _wanting(model, 1).put, substitutes=(model, by))


LOST = [_wanting("one", 10), _wanting("two", 20), _wanting("three", 100)]
ONE, TWO = _answered("one", "civic-tiny"), _answered("two", "civic-tiny")
HALF, OTHER = _answered("three", "four"), _answered("four", "civic-tiny")  # neither does anything by itself


def test_a_pair_that_needs_each_other_is_found_and_told() -> None:
    found = better_pair((TWO, ONE), (HALF, OTHER), LOST)
    assert found == (HALF, OTHER)
    (said,) = of_order(Found(better=found))
    assert "“three is answered by four” and “four is answered by civic-tiny” together bring back more" in said


def test_no_pair_is_named_where_the_first_two_are_as_good() -> None:
    assert better_pair((HALF, OTHER), (ONE, TWO), LOST) == ()  # 100 against 30 at most
    assert better_pair((TWO, ONE), (HALF,), LOST) == ()  # a half does nothing
    assert better_pair((TWO, ONE), (ONE, TWO), LOST) == ()  # the same two again


def test_nothing_is_better_where_nothing_is_lost_still() -> None:
    assert better_pair((TWO, ONE), (HALF, OTHER), LOST[:2]) == ()


def test_no_more_pairs_are_compared_than_is_said() -> None:
    idle = [_answered(f"none-{n}", "civic-tiny") for n in range(MAX_PAIRED - 2)]
    assert better_pair((TWO, ONE), (*idle, HALF, OTHER), LOST) == ()
    assert better_pair((TWO, ONE), (*idle[2:], HALF, OTHER), LOST) == (HALF, OTHER)


@pytest.mark.parametrize("taken", [(ONE, TWO), (TWO, ONE), (ONE, HALF), (TWO, HALF), (HALF, OTHER)])
def test_whatever_was_taken_the_best_pair_is_known(taken: tuple[Fix, Fix]) -> None:
    found = better_pair(taken, (ONE, TWO, HALF, OTHER), LOST) or taken
    assert set(map(id, found)) == {id(HALF), id(OTHER)}
