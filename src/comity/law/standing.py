"""How each duty stands: done by the gateway, assisted by it, attested by counsel, or owed. Never two of these.

Pure: computed from the duty, the case and the attestations in force. What the gateway does for a duty stands in one
table here; where it says nothing the duty is owed, whatever else the gateway may do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct

from comity.law.case import Case
from comity.law.duties import DUTIES
from comity.law.obligations import Due
from comity.stack.sworn import SignedDuty

Status: TypeAlias = Literal["done", "assisted", "attested", "owed"]
STATUSES: Mapping[Status, str] = {
    "done": "the gateway does it; the evidence says where that is seen",
    "assisted": "the gateway does a part, which the evidence names; the rest is still owed by whom it binds",
    "attested": "a counsel's key has signed that it is met, for this processing and until a date",
    "owed": "nobody has shown that it is met",
}

GATEWAY = "gateway"


class Standing(Struct, frozen=True):
    """A duty and how it stands. `by` is who did it, who vouches for it (a counsel key's name), or who owes it."""

    due: Due
    status: Status
    by: str
    evidence: str

    def document(self) -> dict[str, object]:
        """It for programs."""
        shown: dict[str, object] = {
            "duty": self.due.text,
            "status": self.status,
            "by": self.by,
            "rules": list(self.due.rules),
        }
        if self.evidence:
            shown["evidence"] = self.evidence
        return shown


class Act(NamedTuple):
    """What the gateway does for a duty, and where that is seen."""

    status: Literal["done", "assisted"]
    evidence: str


_DISCLOSED = Act(
    "assisted", "Comity-Disclosure on the answer and in a stream's last chunks; whoever shows it must say so"
)

ACTS: Mapping[str, Act] = {
    "log.retain_min": Act("done", "an entry for each request that passes here; none is erased before this time"),
    "log.content_max": Act(
        "done",
        "entries bear commitments to the bytes, never the bytes (docs/spec/entry.md); a `vault` keeps them no longer"
        " than a time that is set, and how long is necessary is its controller's to judge",
    ),
    "log.events=automatic": Act(
        "assisted", "intent, outcome and denial entries; what the application does besides is not seen"
    ),
    "disclose.ai": _DISCLOSED,
    "disclose.ai=interaction": _DISCLOSED,
    "disclose.ai=deepfake": _DISCLOSED,
    "disclose.ai=public-interest-text": _DISCLOSED,
    "record=ropa": Act("assisted", "each entry bears controller, purpose, data, subjects and deployment"),
    "record=transfers": Act("assisted", "each entry bears the deployments, and its realm their places and instruments"),
    "monitor=operation": Act("assisted", "entries and metrics of each request; what the answers do is not seen"),
}
"""By key where values are times, else by key and value: a notice beforehand is none that comes with the answer, nor a
police file a log of requests. `mark.output` is not here: bytes pass untouched, so a mark that a deployment made stays,
and none is made."""

WATCHED = frozenset({"oversight.human", "oversight.human=competent"})
"""Assisted where the application names who watches it. Oversight by design is the provider's, a review on request a
person's own act."""


def standing(due: Due, cases: Sequence[Case], signed: Iterable[SignedDuty], on: date) -> Standing:
    """How `due` stands on the day `on` for a request that is all of `cases`; `signed` are all attestations."""
    duty = DUTIES.get(due.key)
    act = ACTS.get(due.key if duty is not None and duty.timed else due.text)
    if due.text in WATCHED and cases[0].oversight:
        act = Act("assisted", f"the entry names who oversees: {', '.join(cases[0].oversight)}")
    if act is not None and act.status == "done":
        return Standing(due, "done", GATEWAY, act.evidence)
    for each in signed:
        if each.duty == due.text and each.since <= on <= each.until and all(_of(each, case) for case in cases):
            return Standing(due, "attested", each.by, f"{each.ref}, until {each.until.isoformat()}")
    if act is not None:
        return Standing(due, "assisted", cases[0].controller, act.evidence)
    return Standing(due, "owed", cases[0].controller, "")


def disclosed(standings: Iterable[Standing]) -> tuple[str, ...]:
    """What must be said of an answer to whom it reaches: the words of `disclose.ai`, sorted; `ai` where none is set."""
    return tuple(sorted(each.due.value or "ai" for each in standings if each.due.key == "disclose.ai"))


def _of(signed: SignedDuty, case: Case) -> bool:
    """Whether the attestation was made of processing such as this: every class of data and every place by name.

    Not by what a class is a kind of: who assessed contact data has not assessed all personal data, nor the reverse.
    """
    return (
        signed.controller == case.controller
        and signed.purpose == case.purpose
        and set(case.data) <= set(signed.data)
        and set(case.subjects) <= set(signed.subjects)
    )
