"""Dates that have passed, and dates that stand too far ahead.

What has ended is treated as absent by the law, so it is safe to serve with and a warning; an end that the contract
does not allow is an error.
"""

from __future__ import annotations

from datetime import date, timedelta

from comity.stack.absent import CERTIFICATE_DAYS
from comity.stack.draft import Draft
from comity.stack.surroundings import Surroundings

OBSERVE_DAYS = 90  # the longest that an application may be ruled without being stopped (DESIGN rule 4)

# Shape of a last day to what follows once it has passed.
ENDS = {
    "agreements.*.until": "the agreement is absent",
    "agreements.*.tia.until": "the transfer is without an assessment",
    "parties.*.dpf.until": "the certification is absent",
    "deployments.*.certificates.*.until": "the certificate is absent",
    "gateway.certificates.*.until": "the relay's certificate is absent",
    "uncovered.*.until": "the gap is no longer accepted",
    "applications.*.observe.until": "the application is enforced",
    "counsel_keys.*.until": "what it signed counts no more",
    "legal_holds.*.until": "nothing is held by it any more",
}


def check_dates(draft: Draft, surroundings: Surroundings) -> None:
    """Note ends that have passed, ends before their beginning, and observation beyond its limit."""
    today = surroundings.today
    for shape, so in ENDS.items():
        for found in draft.find(shape):
            if found.value < today:
                hint = "renew it, or remove it"
                draft.object_to(found, f"ended on {found.value}: {so}", "", hint, "warning")
    for found in draft.find("applications.*.observe.until"):
        latest = today + timedelta(days=OBSERVE_DAYS)
        if found.value > latest:
            expected = f"at most {OBSERVE_DAYS} days ahead: {latest}"
            draft.object_to(found, f"{found.value}", expected)
    for found in draft.find("agreements.*.since"):
        until = draft.at(*found.path[:2], "until")
        if isinstance(until, date) and until < found.value:
            draft.object_to(found, f"begins on {found.value}, after its end on {until}")
    for found in draft.find("models.*.eval.*.date"):
        if found.value > today:
            draft.object_to(found, f"{found.value} has not come yet", "the day of the measurement")
    _undated_certificates(draft, surroundings)


def _undated_certificates(draft: Draft, surroundings: Surroundings) -> None:
    written = surroundings.file_date
    if written is None or written + timedelta(days=CERTIFICATE_DAYS) >= surroundings.today:
        return
    for found in draft.find("deployments.*.certificates.*.name"):
        if draft.at(*found.path[:-1], "until") is None:
            what = f"has no end, and this file is older than {CERTIFICATE_DAYS} days: the certificate is absent"
            draft.object_to(found, what, "", "give it `until`", "warning")
