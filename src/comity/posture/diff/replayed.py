"""What a log's requests would have come to on either side: grouped by case and wish, and decided again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from comity.law.case import Addition, Case, ordered
from comity.law.realm import Realm
from comity.placement.cases import observed, registered, widened
from comity.placement.conditions import configured
from comity.placement.decide import decide, wish_of
from comity.placement.stated import stated_case
from comity.placement.types import Placement, Wish
from comity.terms.refusal import Refusal

Outcome: TypeAlias = Literal["refused instead", "placed instead", "elsewhere", "another order"]


class Logged(Struct, frozen=True):
    """What entries say of a request, as far as a decision rests on it; many requests are one of these."""

    application: str
    operation: str
    addition: Addition
    case: str  # the case as entered, in JSON: for applications that a stack no longer has
    wish: Wish


class Shift(Struct, frozen=True, order=True):
    """Requests of one application that come out otherwise. `rules` forbid on one side and not on the other."""

    application: str
    outcome: Outcome
    left: tuple[str, ...]
    right: tuple[str, ...]
    rules: tuple[str, ...]
    requests: int


class Replayed(Struct, frozen=True):
    """Of `requests`, those that would have been placed otherwise. `other_case` are requests whose application was
    registered otherwise then than in the left stack; `unreadable` are entries that this version cannot decide again.
    """

    requests: int
    distinct: int
    shifts: tuple[Shift, ...]
    other_case: int
    unreadable: int

    @property
    def otherwise(self) -> int:
        """How many would have been placed otherwise."""
        return sum(shift.requests for shift in self.shifts)


def logged(party: Mapping[str, Any], decision: Mapping[str, Any]) -> Logged:
    """The request that the blocks of an intent or a denial tell of.

    Raises:
        ValueError: the blocks lack what a decision needs.
    """
    try:
        added = party.get("added", {})
        return Logged(
            application=party["application"],
            operation=party["case"]["operation"],
            addition=Addition(*(ordered(added.get(name, ())) for name in ("data", "subjects", "purposes"))),
            case=json.dumps(party["case"], sort_keys=True),
            wish=wish_of(decision["model"], decision.get("wish", {})),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"an entry that cannot be decided again: {error}") from error


def replayed(counts: Mapping[Logged, int], left: Realm, right: Realm, unreadable: int = 0) -> Replayed:
    """Every request decided under both realms, each at its own time and by what its stack configures.

    Applications that a stack has are asked as they are registered there; others as their entries say.
    """
    shifts: Counter[tuple[str, Outcome, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = Counter()
    other_case = 0
    for each, count in counts.items():
        try:
            one, other = (_decided(each, realm) for realm in (left, right))
            registered_so = _shown(each, left) in (None, stated_case(json.loads(each.case), left))
        except (ValueError, KeyError):
            unreadable += count
            continue
        other_case += 0 if registered_so else count
        outcome = _outcome(one, other)
        if outcome is not None:
            shifts[each.application, outcome, _first(one), _first(other), _rules(one, other)] += count
    return Replayed(
        requests=sum(counts.values()),
        distinct=len(counts),
        shifts=tuple(sorted(Shift(*key, count) for key, count in shifts.items())),
        other_case=other_case,
        unreadable=unreadable,
    )


def _decided(each: Logged, realm: Realm) -> Placement | Refusal:
    application = realm.stack.applications.get(each.application)
    if application is None:
        cases = _as_entered(each, stated_case(json.loads(each.case), realm))
        return decide(cases, each.wish, realm, configured(realm.stack), realm.since)
    cases = widened(registered(application, each.operation), each.addition)
    observe = observed(application, realm.since)
    return decide(cases, each.wish, realm, configured(realm.stack), realm.since, observe=observe)


def _as_entered(each: Logged, case: Case) -> tuple[Case, ...]:
    others = (replace(case, purpose=purpose) for purpose in each.addition.purposes if purpose != case.purpose)
    return (case, *others)


def _shown(each: Logged, realm: Realm) -> Case | None:
    """The case as this realm's stack would have it entered; None if it has no such application."""
    application = realm.stack.applications.get(each.application)
    if application is None:
        return None
    cases = widened(registered(application, each.operation), each.addition)
    return next(case for case in reversed(cases) if case.purpose == application.purpose)


def _outcome(left: Placement | Refusal, right: Placement | Refusal) -> Outcome | None:
    if isinstance(left, Refusal) or isinstance(right, Refusal):
        if isinstance(left, Refusal) and isinstance(right, Refusal):
            return None
        return "placed instead" if isinstance(left, Refusal) else "refused instead"
    one, other = (tuple(tuple(each.deployment for each in tier) for tier in side.tiers) for side in (left, right))
    if one == other:
        return None
    return "elsewhere" if one[0] != other[0] else "another order"


def _first(decision: Placement | Refusal) -> tuple[str, ...]:
    return () if isinstance(decision, Refusal) else tuple(each.deployment for each in decision.tiers[0])


def _rules(left: Placement | Refusal, right: Placement | Refusal) -> tuple[str, ...]:
    return tuple(sorted({*_against(left)} ^ {*_against(right)}))


def _against(decision: Placement | Refusal) -> Iterable[str]:
    if isinstance(decision, Refusal):
        return {rule.id for candidate in decision.candidates for rule in candidate.rules}
    return {rule for _, rules in decision.refused for rule in rules}
