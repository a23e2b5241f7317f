"""One rule of a pack: its text in Cedar's JSON form, its article, and the dates between which it is in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, get_args

from msgspec import Struct, field

from comity.terms.citations import Basis, Citation

KINDS: Mapping[str, tuple[str, str]] = {
    "prohibit": ("forbid", "place"),
    "oblige": ("permit", "oblige"),
    "advise": ("permit", "advise"),
}
"""What a rule's `@kind` demands of its policy: the effect and the action."""

_REQUIRED = ("law", "cite", "url", "from", "kind", "basis", "source", "review", "says")
_OWN = {"prohibit": "remedy", "oblige": "obligation", "advise": "exposure"}
_KNOWN = frozenset({*_REQUIRED, "id", "until", "condition", *_OWN.values()})


class Rule(Struct, frozen=True):
    """A rule with its annotations; `policy` is Cedar's JSON form of it."""

    id: str
    pack: str
    kind: str
    citation: Citation
    since: date
    until: date | None  # the last day in force
    source: str
    review: str
    obligation: str
    exposure: int  # thousandths
    condition: bool = False  # of a duty: where nobody has shown that it is met, nothing may be placed
    policy: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """The rule as `comity law show` prints it."""
        return {
            **self.citation.document(),
            "pack": self.pack,
            "kind": self.kind,
            "from": self.since.isoformat(),
            **({"until": self.until.isoformat()} if self.until else {}),
            "source": self.source,
            "review": self.review,
            **({"obligation": self.obligation} if self.obligation else {}),
            **({"condition": True} if self.condition else {}),
            **({"exposure": f"{self.exposure / 1000:.2f}"} if self.kind == "advise" else {}),
        }


def read_rule(pack: str, policy: Mapping[str, Any]) -> tuple[Rule | None, list[str]]:
    """A `Rule` from one policy, or every reason why it is none."""
    notes: Mapping[str, str] = policy.get("annotations") or {}
    rule_id = notes.get("id") or ""
    if not rule_id:
        return None, ["a policy has no @id"]
    faults: list[str] = []
    if not rule_id.startswith(f"{pack}/"):
        faults.append(f"@id must begin with {pack}/")
    faults += [f"@{name} is missing" for name in _REQUIRED if not notes.get(name)]
    faults += [f"@{name} is not an annotation that Comity knows" for name in sorted(set(notes) - _KNOWN)]
    kind = notes.get("kind", "")
    if kind not in KINDS:
        faults.append(f"@kind is {kind!r}, expected one of {', '.join(KINDS)}")
    else:
        faults += _misfits(policy, kind)
        if not notes.get(_OWN[kind]):
            faults.append(f"@{_OWN[kind]} is missing, which every rule of kind {kind} has")
    if "condition" in notes and (kind != "oblige" or notes["condition"] != "yes" or not notes.get("remedy")):
        faults.append('@condition("yes") is for a rule of kind oblige that has a @remedy')
    if notes.get("basis") and notes["basis"] not in get_args(Basis):
        faults.append(f"@basis is {notes['basis']!r}, expected one of {', '.join(get_args(Basis))}")
    if notes.get("source") and notes["source"] not in ("primary", "secondary"):
        faults.append(f"@source is {notes['source']!r}, expected primary or secondary")
    review = notes.get("review", "none")
    if review != "none" and not review.startswith("counsel:"):
        faults.append(f"@review is {review!r}, expected none or counsel:NAME:DATE")
    since, until = _day(notes.get("from"), "from", faults), _day(notes.get("until"), "until", faults)
    if since and until and until < since:
        faults.append(f"@until {until} lies before @from {since}")
    exposure = _thousandths(notes.get("exposure"), faults)
    if faults or since is None:
        return None, [f"{rule_id}: {fault}" for fault in faults]
    citation = Citation(
        id=rule_id,
        law=notes["law"],
        cite=notes["cite"],
        basis=notes["basis"],  # type: ignore[arg-type]  # checked above
        says=notes["says"],
        remedy=notes.get("remedy", ""),
        url=notes["url"],
        reviewed=review != "none" and notes["source"] == "primary",
    )
    return Rule(
        id=rule_id,
        pack=pack,
        kind=kind,
        citation=citation,
        since=since,
        until=until,
        source=notes["source"],
        review=review,
        obligation=notes.get("obligation", ""),
        exposure=exposure,
        condition="condition" in notes,
        policy=policy,
    ), []


def _misfits(policy: Mapping[str, Any], kind: str) -> Iterator[str]:
    """What of the policy's head does not fit a rule of this kind."""
    effect, action = KINDS[kind]
    if policy.get("effect") != effect or _action(policy) != action:
        yield f"@kind {kind} must be a {effect} on the action {action}"
    for part in ("principal", "resource"):
        if (policy.get(part) or {}).get("op") != "All":
            yield f"its head narrows {part}; a rule sees every case and candidate, and asks in `when`"


def _action(policy: Mapping[str, Any]) -> str:
    action = policy.get("action") or {}
    entity = action.get("entity") or {}
    return str(entity.get("id", "")) if action.get("op") == "==" else ""


def _day(text: str | None, name: str, faults: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(f"@{name} is {text!r}, expected a date like 2026-11-23")
        return None


def _thousandths(text: str | None, faults: list[str]) -> int:
    if not text:
        return 0
    whole, _, part = text.partition(".")
    if not (whole + part).isdecimal() or len(part) > 3 or int(whole + part.ljust(3, "0")) > 1000:
        faults.append(f"@exposure is {text!r}, expected a decimal from 0 to 1 with at most three places")
        return 0
    return int(whole + part.ljust(3, "0"))
