"""When a request goes as before: nothing stands ahead of where it went that did not then."""

from __future__ import annotations

from msgspec.structs import replace

from comity.placement.types import Placement
from comity.posture.replay.groups import Sums
from comity.posture.replay.lots import question_of
from tests.posture.replay.tour import log, realm, report, worlds

DEARER = "changes:\n  - prices: {set: {paris-civic: {input: 90, output: 90}}}\n"


def from_paris(deployment: str):
    """Requests for which Paris comes first and Lyon later, answered by `deployment`."""
    world = worlds().before(realm().digest, "")
    for asked in log():
        said = world.answer(question_of(asked))
        if isinstance(said, Placement) and [each.deployment for each in said.candidates][:2] == [
            *("paris-civic", "lyon-civic")
        ]:
            return {replace(asked, deployment=deployment, status="answered"): Sums(10, 1000, 100)}
    raise AssertionError("the tour has no such request")


def test_what_is_no_longer_the_best_loses_its_requests_to_what_is() -> None:
    counts = report(DEARER, from_paris("paris-civic")).total.counts
    assert (counts.as_before, counts.re_placed) == (0, 10)


def test_who_fell_back_stays_where_it_fell() -> None:
    for text in ("changes:\n  - prices: {factor: 2}\n", "changes:\n  - sites: {down: [paris]}\n", DEARER):
        counts = report(text, from_paris("lyon-civic")).total.counts
        assert (counts.as_before, counts.re_placed) == (10, 0), text


def test_what_failed_goes_where_it_would_have_gone() -> None:
    ((asked, sums),) = from_paris("paris-civic").items()
    failed = {replace(asked, deployment="", status="failed"): sums}
    assert report("changes:\n  - prices: {factor: 2}\n", failed).total.counts.as_before == 10
    (line,) = report(DEARER, failed).deployments[:1]
    assert line.name in ("paris-civic", "lyon-civic") and line.before.requests + line.after.requests == 10
