"""The one decision: live traffic, replay, console and command line all come here (DESIGN, part 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import reduce
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from comity.law.case import Case
from comity.law.docket import Docket, cases_of
from comity.law.realm import Realm, shown
from comity.law.ruling import Ruling, Verdict, both
from comity.law.standing import disclosed
from comity.placement.objective import exposure_of, score
from comity.placement.types import Candidate, Conditions, Placement, Wish
from comity.placement.wanted import allowed, named, narrowed, rank
from comity.terms.canon import encode
from comity.terms.digests import sha256_hex
from comity.terms.instants import Instant
from comity.terms.instants import shown as shown_instant
from comity.terms.refusal import Refusal, Refused


def decide(
    cases: Sequence[Case], wish: Wish, realm: Realm, conditions: Conditions, now: Instant, *, observe: bool = False
) -> Placement | Refusal:
    """Where a request may go, best first, or why nowhere.

    `cases` are the registered case and every case that the request's additions make of it (`placement.cases`): a
    candidate must be permitted for all of them. Pure and total: equal arguments give equal bytes, and no case of the
    realm's own words and parties makes it raise. With `observe`, forbidden candidates follow the permitted ones,
    marked with the rules that forbid them; nothing else about them changes.

    What is decided under a realm that is only supposed answers a question and can never be entered: its digests are
    empty, and all else is what the realm would give if it were in force.
    """
    if not realm.since <= now < realm.valid_until:
        return Refusal(
            "expired-realm",
            f"This realm speaks from {shown_instant(realm.since)} to {shown_instant(realm.valid_until)}; the law or the"
            " stack has changed since, and the next realm is not in force yet.",
            realm.digest,
        )
    there = allowed(named(wish.model, realm.stack), wish, realm.stack)
    if not there:
        return Refusal("unknown-model", f"The model {wish.model!r} is not served here.", realm.digest)
    wanted = list(narrowed(there, wish, realm.stack, conditions))
    if not wanted:
        return Refusal("no-candidate", _none_left(wish), realm.digest)
    rulings = [realm.rule(case) for case in cases]
    verdicts = {name: reduce(both, (ruling.verdicts[name] for ruling in rulings)) for name in wanted}
    ruling = "" if realm.supposed else _digest_of(rulings)
    permitted = [name for name in wanted if verdicts[name].permit]
    forbidden = [name for name in wanted if not verdicts[name].permit]
    if not permitted and not (observe and forbidden):
        return _refusal(realm, ruling, verdicts)
    tiers = _tiers(permitted, verdicts, realm, conditions, wish)
    if observe:
        tiers += _tiers(forbidden, verdicts, realm, conditions, wish)
    refused = tuple((name, verdicts[name].forbids) for name in forbidden)
    mode = "observe" if observe else "enforce"
    standings = realm.standings(cases, (rule for tier in tiers for each in tier for rule in each.obligations))
    made = Placement(
        realm=realm.digest,
        conditions=conditions.digest,
        ruling=ruling,
        digest="",
        mode=mode,
        model=wish.model,
        tiers=tiers,
        wish=wish,
        refused=refused,
        standings=standings,
        disclosures=disclosed(standings),
    )
    return made if realm.supposed else replace(made, digest=sha256_hex(encode(_document(made))))


def goes(
    cases: Sequence[Case], wish: Wish, realm: Realm, conditions: Conditions, now: Instant, *, observe: bool = False
) -> bool:
    """Whether `decide()` gives a placement: nothing is ranked, and no more is asked once a candidate is permitted."""
    if not realm.since <= now < realm.valid_until:
        return False
    there = allowed(named(wish.model, realm.stack), wish, realm.stack)
    rulings = [realm.rule(case) for case in cases]
    return any(
        observe or all(ruling.verdicts[name].permit for ruling in rulings)
        for name in narrowed(there, wish, realm.stack, conditions)
    )


class Decisions:
    """`decide()` under one realm and one set of conditions, remembered: a request of a known case costs a look-up."""

    __slots__ = ("_docket", "conditions", "realm")

    def __init__(self, realm: Realm, conditions: Conditions) -> None:
        """Decides under `realm` and `conditions`; a change of either is a new one of these."""
        self.realm = realm
        self.conditions = conditions
        most = cases_of(len(realm.stack.deployments))
        self._docket: Docket[tuple[Sequence[Case], Wish, bool], Placement | Refusal] = Docket(most)

    def decide(
        self, cases: tuple[Case, ...], wish: Wish, now: Instant, *, observe: bool = False
    ) -> Placement | Refusal:
        """As `decide()`; a realm past its date is never answered from memory."""
        if not self.realm.since <= now < self.realm.valid_until:
            return decide(cases, wish, self.realm, self.conditions, now, observe=observe)
        return self._docket.get((cases, wish, observe), lambda key: self._fresh(key, now))

    def _fresh(self, key: tuple[Sequence[Case], Wish, bool], now: Instant) -> Placement | Refusal:
        cases, wish, observe = key
        return decide(cases, wish, self.realm, self.conditions, now, observe=observe)


def _none_left(wish: Wish) -> str:
    what = "" if wish.surface == "chat" else f" that serves {wish.surface}"
    if wish.hops:
        what += f"{' and' if what else ' that'} declares {', '.join(wish.hops)}"
    if wish.surface != "chat" and not (wish.only or wish.ignore or wish.order or any(wish.max_price) or wish.hops):
        return f"No deployment of the model {wish.model!r} serves {wish.surface}."
    return f"The request's own options leave no deployment{what}."


def _tiers(
    names: Sequence[str], verdicts: Mapping[str, Verdict], realm: Realm, conditions: Conditions, wish: Wish
) -> tuple[tuple[Candidate, ...], ...]:
    exposure = {name: exposure_of([realm.rules[rule].exposure for rule in verdicts[name].advises]) for name in names}
    scored = score(names, exposure, realm.stack.objective, conditions, wish.language)
    candidates = []
    for name in names:
        total, terms, assumed = scored[name]
        verdict = verdicts[name]
        candidates.append(
            Candidate(
                deployment=name,
                score=total,
                terms=terms,
                advisories=verdict.advises,
                obligations=verdict.obliges,
                assumptions=tuple(sorted({*verdict.assumptions, *(shown(item) for item in assumed)})),
                forbidden=verdict.forbids,
                gaps=verdict.gaps,
            )
        )
    ranks = {name: rank(name, wish, realm.stack) for name in names}

    def tier_of(candidate: Candidate) -> tuple[int, int]:
        return ranks[candidate.deployment], candidate.score

    candidates.sort(key=lambda candidate: (*tier_of(candidate), candidate.deployment))
    return tuple(tuple(tier) for _, tier in groupby(candidates, key=tier_of))


def _refusal(realm: Realm, ruling: str, verdicts: Mapping[str, Verdict]) -> Refusal:
    refused = tuple(
        Refused(name, tuple(realm.citations[rule] for rule in verdict.forbids))
        for name, verdict in sorted(verdicts.items())
    )
    count = len(refused)
    places = "The one deployment" if count == 1 else f"Each of the {count} deployments"
    message = f"{places} of this model is forbidden for this case by a rule in force; see error.refusal."
    assumptions = tuple(sorted({item for verdict in verdicts.values() for item in verdict.assumptions}))
    return Refusal("forbidden", message, realm.digest, ruling, refused, assumptions)


def wish_document(wish: Wish) -> dict[str, object]:
    """What a wish says beyond its model, as canonical JSON values: entries bear it, so that a replay asks the same."""
    document: dict[str, object] = {}
    for name in wish.__struct_fields__:
        value = getattr(wish, name)
        if name == "max_price" and any(value):
            document[name] = {kind: bound for kind, bound in zip(("input", "output"), value, strict=True) if bound}
        elif name != "model" and value != getattr(Wish(""), name):
            document[name] = list(value) if isinstance(value, tuple) else value
    return document


def wish_of(model: str, document: Mapping[str, Any]) -> Wish:
    """The wish that `wish_document` made `document` of.

    Raises:
        TypeError: it has a member that no wish has.
        ArithmeticError: a price in it is no number.
    """
    bounds = document.get("max_price", {})
    for bound in bounds.values():
        Decimal(bound)
    members: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in document.items()}
    members["max_price"] = (bounds.get("input", ""), bounds.get("output", ""))
    return Wish(model, **members)


def _digest_of(rulings: Sequence[Ruling]) -> str:
    if len(rulings) == 1:
        return rulings[0].digest
    return sha256_hex(encode([ruling.digest for ruling in rulings]))


def _document(placement: Placement) -> dict[str, object]:
    document: dict[str, object] = {
        "comity": 1,
        "realm": placement.realm,
        "conditions": placement.conditions,
        "ruling": placement.ruling,
        "mode": placement.mode,
        "model": placement.model,
        "tiers": [[_of_candidate(candidate) for candidate in tier] for tier in placement.tiers],
        "refused": {name: list(rules) for name, rules in placement.refused},
    }
    if not placement.wish.plain:
        document["wish"] = wish_document(placement.wish)
    return document


def _of_candidate(candidate: Candidate) -> dict[str, object]:
    return {
        "deployment": candidate.deployment,
        "score": candidate.score,
        "terms": dict(candidate.terms),
        "advisories": list(candidate.advisories),
        "obligations": list(candidate.obligations),
        "assumptions": list(candidate.assumptions),
        "forbidden": list(candidate.forbidden),
        "gaps": list(candidate.gaps),
    }
