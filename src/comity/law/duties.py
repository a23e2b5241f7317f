"""What a rule may oblige to: the one table of keys, what each means, how its values compare, and which there are.

docs/reference/obligations.md shows it. A pack may have words of its own, which begin with its nation's or owner's name
(`ae.md51-conditions` in `ae.health`), and keys of its own alike; all else that is not here is refused at load.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

Order: TypeAlias = Literal["longest", "shortest", "each"]
"""Which of two values is the stricter: the longer time, the shorter one, or neither (then both bind)."""


class Duty(Struct, frozen=True):
    """What a key obliges to, and the words that may stand as its value. An empty word: the key may stand alone.

    Where values are times, any ISO 8601 duration may stand too.
    """

    says: str
    order: Order = "each"
    words: tuple[str, ...] = ()

    @property
    def timed(self) -> bool:
        """Whether its values are times."""
        return self.order != "each"


SOONEST: Mapping[str, int] = {"immediately": 0, "without-delay": 1}
"""Words that stand where a time to act in could: shorter than every duration, and ranked among themselves."""

_SOON = tuple(SOONEST)

DUTIES: Mapping[str, Duty] = {
    "log.retain_min": Duty("keep the log of what the system did at least so long", "longest"),
    "log.content_max": Duty(
        "keep content in the log no longer than so, or no more than is necessary", "shortest", ("necessary",)
    ),
    "log.events": Duty("record events while the system works", words=("automatic",)),
    "docs.retain_min": Duty("keep the technical documents at least so long", "longest"),
    "health-record.retain_min": Duty("keep records of health information at least so long", "longest"),
    "notify.breach": Duty("tell the authority of a breach within so long", "shortest", _SOON),
    "notify.persons": Duty("tell the persons whose data was breached within so long", "shortest", _SOON),
    "notify.incident": Duty("tell of a serious or major incident within so long", "shortest", _SOON),
    "disclose.ai": Duty(
        "say that a person deals with, or sees the work of, an AI system",
        words=("", "interaction", "deepfake", "public-interest-text", "prior-notice"),
    ),
    "mark.output": Duty(
        "mark what was generated, so that it can be known as such", words=("machine-readable", "visible", "label")
    ),
    "oversight.human": Duty(
        "have a person who can watch the system and stop it", words=("", "competent", "by-design", "review-on-request")
    ),
    "assess": Duty(
        "make, and keep current, an assessment",
        words=(
            *("dpia", "dpia-yearly", "fria", "third-country-law", "systemic-risk", "tia", "tra", "outsourcing-risk"),
            *("impact", "risk", "concentration-risk", "conformity"),
        ),
    ),
    "inform": Duty(
        "tell those whom it concerns",
        words=(
            *("workers", "affected-persons", "emotion-or-biometric-system", "transfer", "data-subjects", "users"),
            *("high-impact-use", "automated-decision", "customer"),
        ),
    ),
    "record": Duty(
        "keep a record", words=("ropa", "police-file", "transfers", "register-of-information", "disclosures")
    ),
    "secure": Duty(
        "protect the data or the system",
        words=(
            *("risk-based", "reasonable-safeguards", "documented-programme", "confidential", "model"),
            *("cybersecurity", "encryption", "access-control"),
        ),
    ),
    "audit": Duty("have it audited", words=("yearly", "access", "independent", "cert-in-empanelled")),
    "erase": Duty("erase or give back", words=("end-of-services", "on-request", "purpose-served", "return")),
    "appoint": Duty(
        "name somebody to answer for it",
        words=(
            *("eu-representative", "eu-aia-representative", "dpo", "representative", "domestic-agent"),
            *("uk-representative", "ch-representative", "grievance-officer"),
        ),
    ),
    "register": Duty("enter it in a public register", words=("system", "use", "controller")),
    "report": Duty(
        "report to the authority",
        words=("annual", "on-request", "register-of-information", "threshold", "system-audit-report"),
    ),
    "document": Duty("write and keep technical documents", words=("annex-xi-and-xii", "system", "safety-measures")),
    "policy": Duty("have and follow a policy", words=("copyright", "outsourcing", "risk-management")),
    "publish": Duty("make public", words=("training-summary", "policy", "safety-measures", "privacy-notice")),
    "conform": Duty("meet the requirements and show that it does", words=("chapter-iii-section-2",)),
    "manage": Duty("have a management system", words=("quality", "risk", "ict-risk", "third-party-risk")),
    "monitor": Duty("watch how it works in use", words=("operation", "post-market", "subcontractors")),
    "correct": Duty("mend or withdraw what does not conform within so long", "shortest", _SOON),
    "follow": Duty("use it as its provider says", words=("instructions-for-use",)),
    "input": Duty("see that input fits the purpose", words=("relevant-and-representative",)),
    "evaluate": Duty("evaluate the model by standard protocols", words=("model",)),
    "explain": Duty("give reasons to whom it concerns", words=("individual-decision", "criteria", "results")),
    "train": Duty("see that staff know enough of AI", words=("ai-literacy",)),
    "safeguard": Duty(
        "see that it cannot be used so", words=("intimate-and-child-abuse-imagery", "children", "minors")
    ),
    "authorise": Duty("have it authorised", words=("judicial-within-48h", "authority")),
    "verify": Duty("see that it does no harm", words=("algorithms", "age")),
    "plan": Duty("have a plan that was tried", words=("exit", "continuity")),
    "contract": Duty("have it in the contract", words=("written", "key-terms", "flow-down", "exit")),
    "switch": Duty("let customers leave with their data", words=("export", "no-charge", "transition")),
    "bind": Duty(
        "bind those further down the chain by contract", words=("chain", "chain-by-contract", "subcontractors")
    ),
    "orders": Duty("answer an order of a foreign court or authority only so", words=("under-agreement",)),
    "obey": Duty("follow what the authority orders", words=("orders",)),
    "meet": Duty("meet the conditions of an exception", words=("conditions",)),
    "attribute": Duty("name the model and its licence", words=("built-with", "notice", "licence-copy")),
}
"""By key. Law that is loaded gives the words: append one here before a rule uses it."""


def unknown(pack: str, key: str, value: str, *, timed: bool) -> str:
    """Why a rule of `pack` cannot oblige to this, or empty. `timed`: the value is a duration."""
    own = pack.partition(".")[0] + "."
    duty = DUTIES.get(key)
    if duty is None:
        return "" if key.startswith(own) else f"{key!r} is no duty that Comity knows, nor begins with {own}"
    if (duty.timed and timed) or value in duty.words or (value.startswith(own) and not duty.timed):
        return ""
    expected = ", ".join(word or "nothing" for word in duty.words)
    if duty.timed:
        expected = f"a duration as P6M{f' or {expected}' if expected else ''}"
    return f"{key} has the value {value!r}, expected {expected}, or a word that begins with {own}"
