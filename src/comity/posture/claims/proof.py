"""A claim over time: decided before every realm that is known to come, from the day that it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from comity.law.realm import Realm
from comity.posture.claims.claim import AtLeast, Claim
from comity.posture.claims.counting import cases
from comity.posture.claims.decision import Broken, decide_claim
from comity.posture.claims.supply import decide_supply
from comity.terms.errors import Fault
from comity.terms.instants import FAR_FUTURE, Instant, start_of

EPOCHS = 512
"""Realms that one claim is decided before: all shipped packs together have a tenth of the boundaries ahead."""

_NOON_MS = 12 * 3_600_000
"""At noon UTC a day has begun in every time zone that a pack states."""


class Proof(Struct, frozen=True):
    """What came of a claim.

    Attributes:
        broken: the smallest counterexample under the first realm that breaks it; None: it holds.
        since, until: the instants from and to which it was decided; `until` is FAR_FUTURE for no known end.
        realms: under how many realms; `last`: the last date ahead on which anything is known to change.
        atoms: facts that a case may state and on which the answer rests, at most in one realm.
        cases: the cases that the claim speaks of, over all those realms.
        rules, reviewed: the rules that were read and can speak, and those of them that counsel has reviewed.
        drafts: the packs among those of these rules that are drafts.
        vacuous: why it says nothing, if nothing fits it.
        realm: the digest of the realm that breaks it, or of the first.
    """

    claim: Claim
    broken: Broken | None
    since: Instant
    until: Instant
    realms: int
    last: Instant
    atoms: int
    cases: int
    rules: tuple[str, ...]
    reviewed: int
    drafts: tuple[str, ...]
    vacuous: str
    realm: str

    @property
    def holds(self) -> bool:
        """Whether no case breaks it."""
        return self.broken is None


def prove(claim: Claim, realm_at: Callable[[Instant], Realm], now: Instant) -> Proof:
    """Decides `claim` as of `now`: on that day, or where it states dates under every realm known between them.

    Raises:
        Fault: it cannot be decided, or its dates lie in the past.
        Problems: a realm cannot be built.
    """
    since = max(now, _noon(claim.since)) if claim.since else now
    end = _noon(claim.until) if claim.until else FAR_FUTURE
    if end < since:
        raise Fault(f"the claim speaks until {claim.until}, which is over")
    at, realms, atoms, count, last = since, 0, 0, 0, since
    rules: set[str] = set()
    reviewed: set[str] = set()
    drafts: set[str] = set()
    vacuous: list[str] = []
    digest = ""
    broken = None
    while broken is None:
        realm = realm_at(at)
        decided = (decide_supply if isinstance(claim.says, AtLeast) else decide_claim)(claim, realm)
        realms += 1
        digest = digest or realm.digest
        atoms = max(atoms, decided.atoms)
        count += decided.cases if isinstance(claim.says, AtLeast) else cases(claim, realm)
        rules |= decided.rules
        reviewed |= {rule for rule in decided.rules if realm.rules[rule].review != "none"}
        packs = {realm.rules[rule].pack for rule in decided.rules}
        drafts |= {name for name in packs if realm.packs[name].coverage.status == "draft"}
        vacuous += filter(None, (decided.vacuous,))
        broken = decided.broken
        if broken is not None:
            digest, since = realm.digest, at
        if broken is not None or not claim.dated or realm.valid_until > end or realm.valid_until >= FAR_FUTURE:
            break
        if realms >= EPOCHS:
            raise Fault(f"undecided: more than {EPOCHS} dates ahead; give the claim an end (until DATE)")
        at = last = realm.valid_until
    return Proof(
        claim=claim,
        broken=broken,
        since=since,
        until=end if claim.dated else realm.valid_until,
        realms=realms,
        last=last,
        atoms=atoms,
        cases=count,
        rules=tuple(sorted(rules)),
        reviewed=len(reviewed),
        drafts=tuple(sorted(drafts)),
        vacuous=vacuous[0] if len(vacuous) == realms else "",
        realm=digest,
    )


def _noon(day: date) -> Instant:
    return start_of(day) + _NOON_MS
