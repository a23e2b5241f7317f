"""Whether an entry is what the law of its instant gives: ruling and placement made again from its case and its realm.

Pure. What was asked for (the model, the wish, what the request added) is taken from the entry; everything that follows
from it is made again by the code that serves, and compared member by member (docs/spec/realm-bundle.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from comity.law.case import NOTHING_ADDED, Addition, Case, ordered
from comity.law.realm import Realm
from comity.placement.cases import observed, registered, widened
from comity.placement.conditions import configured
from comity.placement.decide import decide, wish_of
from comity.placement.stated import check_addition
from comity.placement.types import Conditions, Placement, Wish
from comity.relay.record import case_document, denied, placed
from comity.stack.types import Application
from comity.terms import canon
from comity.terms.instants import FAR_FUTURE, Instant, shown
from comity.terms.refusal import Refusal

DECIDED_AFTER_MS = 180_000
"""Most that a decision comes after the head of its request: a minute for the body (`adapters/http/limits.py`), a minute
for detectors, and a minute of a clock that was set."""

WITNESS_SKEW_MS = 300_000
"""How far a witness's clock and the gateway's may be apart."""

SHOWN = 240
"""Characters of a value in a sentence; `--json` has the blocks whole."""

Blocks = Mapping[str, Mapping[str, Any] | None]
"""`party`, `decision` and `content` of an entry; None where a block is closed."""


class Mismatch(NamedTuple):
    """One thing in which the entry is not what the law of its instant gives: a name, and a sentence for a person."""

    name: str
    sentence: str


class Replayed(NamedTuple):
    """What came of a replay.

    Attributes:
        mismatches: empty if law gives the entry, as far as it could be made again.
        closed: sentences on what could not be made again because a block is closed.
        instant: of which law was asked, None where it was not.
        decision: what law gives.
    """

    mismatches: tuple[Mismatch, ...]
    closed: tuple[str, ...] = ()
    instant: Instant | None = None
    decision: Placement | Refusal | None = None

    @property
    def holds(self) -> bool:
        """Whether the decision was made again and nothing differs."""
        return self.decision is not None and not self.mismatches


MEMBERS = {
    "ruling": "The first digits of the ruling's digest",
    "placement": "The first digits of the placement's digest",
    "tiers": "The tiers of deployments that may serve",
    "rules": "The rules that forbid",
    "candidates": "The candidates, each with the rules that forbid it,",
    "obligations": "The rules that oblige",
    "duties": "The duties that are shown as done, assisted or attested",
    "advisories": "The rules that advise",
    "assumptions": "The things assumed where the stack file is silent",
    "accepted": "The gaps in the law that the stack accepts",
}
"""Members of a decision block that follow from the rest, in the order in which they are compared."""


def replay(
    kind: str, blocks: Blocks, realm: Realm | None, conditions: Mapping[str, Conditions], witnessed: int | None
) -> Replayed:
    """Make the decision of an intent or a denial again.

    Args:
        kind: `intent` or `denial`.
        blocks: of a proven entry, in the shape of docs/spec/entry.md.
        realm: that which the entry names, None if it is not there to be asked.
        conditions: those that are there, by digest.
        witnessed: Unix milliseconds at which the first trusted witness saw the entry in the log, if one has.
    """
    party, decision, content = blocks["party"], blocks["decision"], blocks["content"]
    if decision is None:
        return Replayed((), ("What was decided is closed: there is nothing to compare with.",))
    if realm is None or realm.digest != decision["realm"]:
        said = f"The entry was ruled under realm {decision['realm'][:12]}…, which is not in the bundle."
        return Replayed((Mismatch("other-realm", said),))
    used, wrong = _conditions(decision, realm, conditions)
    received = content["times"]["received"] if content is not None else None
    wrong += _time(received, realm, witnessed)
    closed = () if content is not None else ("When it was received is closed: only that the realm was in force then.",)
    if party is None:
        return Replayed(tuple(wrong), (*closed, "Who asked is closed: no ruling can be made without the case."))
    instant = max(realm.since, realm.since if received is None else min(received, realm.valid_until - 1))
    application = realm.stack.applications.get(party["application"])
    if application is None:
        said = f"The realm has no application {party['application']}."
        return Replayed((*wrong, Mismatch("unknown-application", said)), closed)
    addition, operation = _addition(party), party["case"]["operation"]
    observe = observed(application, instant)
    try:
        check_addition(addition, operation, realm)
        cases = widened(registered(application, operation), addition)
        wish = wish_of(decision["model"], decision.get("wish", {}))
        made = decide(cases, wish, realm, used, instant, observe=observe)
    except ValueError as error:
        return Replayed((*wrong, Mismatch("unknown-word", f"The realm cannot rule on it: {error}.")), closed)
    except (TypeError, ArithmeticError):
        said = "The entry's `wish` is none that this version can read."
        return Replayed((*wrong, Mismatch("unreadable-wish", said)), closed)
    wrong += _case(party, application, cases)
    wrong += _compared(kind, decision, made, wish)
    if kind == "intent" and (decision["mode"] == "observe") != observe:
        given = "observed" if observe else "enforced"
        wrong.append(Mismatch("other-mode", f"Rulings on this application were to be {given} at that instant."))
    if isinstance(made, Refusal) and content is not None and kind == "denial" and content["status"] != made.status:
        said = f"The client was given the status {content['status']}; such a refusal has {made.status}."
        wrong.append(Mismatch("other-status", said))
    return Replayed(tuple(wrong), closed, instant, made)


def _conditions(
    decision: Mapping[str, Any], realm: Realm, conditions: Mapping[str, Conditions]
) -> tuple[Conditions, list[Mismatch]]:
    """Those that the entry names; a denial names none, and then they are those that its realm states."""
    own = configured(realm.stack)
    named = decision.get("conditions", own.digest)
    if named not in conditions and named != own.digest:
        said = f"The entry was ranked by conditions {named[:12]}…, which the bundle does not have."
        return own, [Mismatch("other-conditions", said)]
    if named != own.digest:
        said = "The entry was ranked by prices or figures that its realm does not state."
        return conditions[named], [Mismatch("foreign-conditions", said)]
    return own, []


def _time(received: int | None, realm: Realm, witnessed: int | None) -> list[Mismatch]:
    wrong = []
    if received is not None and received >= realm.valid_until:
        said = f"It was received at {_when(received)}; its realm had ended at {_when(realm.valid_until)}."
        wrong.append(Mismatch("realm-ended", said))
    if received is not None and received + DECIDED_AFTER_MS < realm.since:
        said = f"It was received at {_when(received)}; its realm began at {_when(realm.since)}."
        wrong.append(Mismatch("realm-not-begun", said))
    if received is not None and witnessed is not None and received > witnessed + WITNESS_SKEW_MS:
        said = f"It says that it was received at {_when(received)}; a witness had seen it by {_when(witnessed)}."
        wrong.append(Mismatch("after-its-witness", said))
    if received is None and witnessed is not None and witnessed + WITNESS_SKEW_MS < realm.since:
        said = f"A witness saw it in the log by {_when(witnessed)}; its realm began at {_when(realm.since)}."
        wrong.append(Mismatch("realm-not-begun", said))
    return wrong


def _case(party: Mapping[str, Any], application: Application, cases: tuple[Case, ...]) -> list[Mismatch]:
    """Whether the entry shows the case that was judged: the registered one, with what the request added."""
    wrong = []
    if party["controller"] != application.controller:
        said = f"The application's controller is {application.controller}, not {party['controller']}."
        wrong.append(Mismatch("other-controller", said))
    judged = case_document(next(case for case in reversed(cases) if case.purpose == application.purpose))
    if differing := sorted(name for name in {*judged, *party["case"]} if judged.get(name) != party["case"].get(name)):
        said = f"The case is not the one that the application is registered with: {', '.join(differing)} differ."
        wrong.append(Mismatch("other-case", said))
    return wrong


def _compared(kind: str, decision: Mapping[str, Any], made: Placement | Refusal, wish: Wish) -> list[Mismatch]:
    if kind == "intent" and isinstance(made, Refusal):
        said = f"The request was placed; that instant's law and stack refuse it ({made.reason}): {made.message}"
        return [Mismatch("not-permitted", said)]
    if kind == "denial" and isinstance(made, Placement):
        where = _text([candidate.deployment for candidate in made.candidates])
        return [Mismatch("permitted", f"The request was denied; that instant's law and stack place it at {where}.")]
    if isinstance(made, Placement):
        again = canon.parse(placed(made, wish.model, decision["durability"]))
    else:
        again = canon.parse(denied(made, wish, decision["durability"]))
    return [
        Mismatch(f"other-{name}", f"{says} are {_text(decision.get(name))}; that law gives {_text(again.get(name))}.")
        for name, says in MEMBERS.items()
        if decision.get(name) != again.get(name)
    ]


def _text(value: object) -> str:
    """A member's value, as long as a sentence can bear."""
    text = "none" if not value else canon.encode(value).decode() if not isinstance(value, str) else f"{value[:12]}…"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _when(instant: Instant) -> str:
    return shown(min(instant, FAR_FUTURE))


def _addition(party: Mapping[str, Any]) -> Addition:
    added = party.get("added")
    if not added:
        return NOTHING_ADDED
    return Addition(*(ordered(added.get(name, ())) for name in ("data", "subjects", "purposes")))
