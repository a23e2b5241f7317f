"""Another round only for what may pass, after a wait that doubles, jitters, and heeds Retry-After."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from comity.relay.exchange import Attempt, Result
from comity.relay.load import Load
from comity.relay.retry import wait
from comity.stack.operation import Routing

ROUTING = Routing(retries=3, backoff=1.0, longest_backoff=5.0)
FULL = (1 << 32) - 1


def attempt(result: Result = "status", status: int = 503) -> Attempt:
    made = Attempt("a", 0)
    made.end(result, 1, status)
    return made


def test_the_wait_doubles_with_jitter_up_to_the_longest_and_ends() -> None:
    least = [wait(ROUTING, rounds, [attempt()], [], 0, 0) for rounds in range(1, 6)]
    most = [wait(ROUTING, rounds, [attempt()], [], 0, FULL) for rounds in range(1, 6)]
    assert least == [500, 1000, 2000, -1, -1]
    assert most == [999, 1999, 3999, -1, -1]
    assert wait(Routing(retries=10, backoff=1.0, longest_backoff=5.0), 9, [attempt()], [], 0, FULL) == 4999


def test_retry_after_is_heeded_and_one_beyond_the_longest_gives_up() -> None:
    load, other = Load(1), Load(1)
    load.rejected(0, 3_000)
    assert wait(ROUTING, 1, [attempt(status=429)], [load], 0, 0) == 3_000
    assert wait(ROUTING, 1, [attempt(status=429)], [load, other], 0, 0) == 500
    load.rejected(0, 6_000)
    assert wait(ROUTING, 1, [attempt(status=429)], [load], 0, 0) == -1


def test_what_would_fail_again_is_not_tried_again() -> None:
    for result, status in (("status", 401), ("status", 501), ("timeout", 0), ("invalid", 200), ("cancelled", 0)):
        assert wait(ROUTING, 1, [attempt(result, status)], [], 0, 0) == -1
    assert wait(ROUTING, 1, [], [], 0, 0) == -1
    assert wait(Routing(retries=0), 1, [attempt()], [], 0, 0) == -1


@given(st.integers(1, 40), st.integers(0, FULL), st.integers(0, 10**7))
def test_never_longer_than_the_longest(rounds: int, draw: int, resting: int) -> None:
    load = Load(1)
    load.rejected(0, resting)
    assert wait(Routing(retries=10), rounds, [attempt()], [load], 0, draw) <= 8_000
