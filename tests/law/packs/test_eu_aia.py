"""eu.aia: what no case of it can see."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from comity.adapters.packs import pack_folders, read_folder
from comity.law.obligations import parsed
from comity.law.pack import Pack

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def pack() -> Pack:
    read, problems = read_folder(pack_folders()["eu.aia"])
    assert read is not None, problems
    return read


def changes(pack: Pack, day: date) -> set[str]:
    return {rule.id for rule in pack.rules if rule.since == day or (rule.until and rule.until + DAY == day)}


def test_the_second_of_december_2026_brings_two_prohibitions_and_the_end_of_a_grace_and_nothing_else(
    pack: Pack,
) -> None:
    assert changes(pack, date(2026, 12, 2)) == {
        "eu.aia/5-1-ba-intimate-imagery",
        "eu.aia/5-1-bb-child-abuse-imagery",
        "eu.aia/5-1a-safeguards",
        "eu.aia/50-2-marking-older",
    }
    assert not changes(pack, date(2026, 12, 1)) | changes(pack, date(2026, 12, 3))
    assert all(each.since <= date(2025, 2, 2) and not each.until for g in pack.groups.values() for each in g.members)


def test_retention_is_article_19_and_26_and_never_12(pack: Pack) -> None:
    """The annex-i and older-public rules hold several articles each, 19 or 26 among them."""
    keeping = {rule.id for rule in pack.rules if "log.retain_min" in dict(parsed(rule.obligation))}
    assert keeping == {
        f"eu.aia/{name}"
        for name in ("26-6-logs", "19-logs", "26-annex-i", "16-annex-i", "26-older-public", "16-older-public")
    }
    (events,) = [rule for rule in pack.rules if rule.id == "eu.aia/12-events"]
    assert dict(parsed(events.obligation)) == {"log.events": "automatic"}


def test_where_machines_stand_is_nothing_to_this_law(pack: Pack) -> None:
    assert not [rule.id for rule in pack.rules if "'attr': 'site'" in str(rule.policy)]
    assert pack.coverage.covers == ()
