"""A hook and a telemetry sink are ruled as a deployment at their site would be, by the packs that ship."""

from datetime import date

import pytest

from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.relay.finished import Finished
from comity.runtime.audience import Hearer
from comity.runtime.confidence import Confidence
from comity.stack.urls import read_url
from comity.terms.instants import start_of
from tests.tidy.tree import ROOT

DAY = date(2026, 11, 23)


def record(application="triage", data=(), subjects=()) -> Finished:
    return Finished(
        "outcome", "s.1", application, "k1", data, subjects, (), "chat", False, "small", "first", "small", "h", 1, 200,
        "stop", 1, 2, 3, 1, False, 7, 3, -1, "",
    )  # fmt: skip


@pytest.fixture(scope="module")
def confidence():
    file = read_stack_file(ROOT / "examples" / "hospital.yaml", None, DAY)
    realm = build_realm(file, start_of(DAY))
    hearers = {site: Hearer(site, read_url("https://a.example"), site, "", None) for site in realm.stack.sites}
    return Confidence(file, realm, hearers)


def test_a_hospital_tells_who_runs_its_own_site_and_not_who_is_controlled_from_elsewhere(confidence):
    assert confidence.admits("lyon-dc", record()) and confidence.admits("paris", record())
    assert not confidence.admits("frankfurt", record())
    assert confidence.withheld("frankfurt") == ("triage",) and confidence.withheld("paris") == ()


def test_what_a_header_adds_only_takes_away(confidence):
    for subjects in ((), ("DE",), ("BR",)):
        for site in ("lyon-dc", "paris", "frankfurt"):
            added = record(subjects=subjects, data=("child",))
            assert confidence.admits(site, record()) or not confidence.admits(site, added)
    assert not confidence.admits("paris", record(subjects=("BR",)))


def test_nobody_hears_of_an_application_or_at_a_site_that_is_not_there(confidence):
    assert not confidence.admits("paris", record("removed"))
    assert not confidence.admits("nowhere", record())
