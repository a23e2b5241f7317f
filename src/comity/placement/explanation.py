"""What `decide` decided, in full: for `comity explain` and whoever asks why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from comity.law.case import Case
from comity.law.obligations import Due, strictest
from comity.law.realm import Realm
from comity.law.standing import Standing
from comity.placement.decide import decide
from comity.placement.evidence import rests_on
from comity.placement.types import Candidate, Conditions, Placement, Wish
from comity.stack.absent import assume
from comity.terms.citations import Citation
from comity.terms.instants import Instant
from comity.terms.refusal import Refusal


class Explained(Struct, frozen=True):
    """One deployment: where it stands, the rules that speak of it, and its score if it is a candidate."""

    deployment: str
    tier: int  # from 1; 0 is forbidden
    places: tuple[str, ...]
    operator: str
    seat: str
    control: tuple[str, ...]
    forbids: tuple[Citation, ...]
    gaps: tuple[tuple[str, str], ...]  # uncovered (jurisdiction, data class) that the stack does not accept
    short: tuple[str, ...]  # facts below the floor of evidence, as sentences
    advises: tuple[Citation, ...]
    obliges: tuple[tuple[Citation, str], ...]
    candidate: Candidate | None
    duties: tuple[Due, ...] = ()  # what it obliges to, each duty at its strictest
    standings: tuple[Standing, ...] = ()  # how each of these duties stands: done, assisted, attested or owed
    unsigned: tuple[str, ...] = ()  # agreements that would bind had a counsel's key signed them, as sentences
    rests: tuple[tuple[str, str], ...] = ()  # kinds of fact that the verdict rests on, with their level of evidence


class Explanation(Struct, frozen=True):
    """A decision with everything that it rests on."""

    cases: tuple[Case, ...]
    decision: Placement | Refusal
    deployments: tuple[Explained, ...]
    assumptions: Mapping[str, str]  # as entries bear them, to the sentence that is shown
    realm: str
    since: Instant
    valid_until: Instant


def explain(
    cases: Sequence[Case], wish: Wish, realm: Realm, conditions: Conditions, now: Instant, *, observe: bool = False
) -> Explanation:
    """The decision that `decide` makes of the same arguments, opened."""
    decision = decide(cases, wish, realm, conditions, now, observe=observe)
    tiers: dict[str, tuple[int, Candidate]] = {}
    forbidden: dict[str, tuple[str, ...]] = {}
    if isinstance(decision, Placement):
        for number, tier in enumerate(decision.tiers, 1):
            tiers.update((candidate.deployment, (number, candidate)) for candidate in tier)
        forbidden.update(decision.refused)
    else:
        forbidden.update((each.deployment, tuple(rule.id for rule in each.rules)) for each in decision.candidates)
    rulings = [realm.rule(case) for case in cases] if tiers or forbidden else []
    view = realm.view(cases[0].controller)
    explained = []
    for name in sorted({*tiers, *forbidden}, key=lambda name: (tiers.get(name, (1 << 30,))[0], name)):
        face = view[name]
        number, candidate = tiers.get(name, (0, None))
        verdicts = [ruling.verdicts[name] for ruling in rulings]
        obliges = sorted({rule for verdict in verdicts for rule in verdict.obliges})
        advises = sorted({rule for verdict in verdicts for rule in verdict.advises})
        explained.append(
            Explained(
                deployment=name,
                tier=0 if forbidden.get(name) and not (candidate and candidate.forbidden) else number,
                places=tuple(profile.site for profile in face.profiles),
                operator=realm.stack.sites[realm.stack.deployments[name].site].operator,
                seat=face.profiles[0].operator,
                control=face.profiles[0].control,
                forbids=tuple(realm.citations[rule] for rule in forbidden.get(name, ())),
                gaps=tuple(sorted({gap for case in cases for gap in realm.gaps(case, name)})),
                short=tuple(sorted({sentence for case in cases for sentence in realm.short(case, name)})),
                advises=tuple(realm.citations[rule] for rule in advises),
                obliges=tuple((realm.citations[rule], realm.rules[rule].obligation) for rule in obliges),
                candidate=candidate,
                duties=strictest((rule, realm.rules[rule].obligation) for rule in obliges),
                standings=realm.standings(cases, obliges),
                unsigned=realm.unsigned(cases[0].controller, name),
                rests=tuple(rests_on(realm, cases, name, forbidden.get(name, ())).items()),
            )
        )
    used = sorted(
        {item for ruling in rulings for name in (*tiers, *forbidden) for item in ruling.verdicts[name].assumptions}
        | {item for _, candidate in tiers.values() for item in candidate.assumptions}
    )
    return Explanation(
        cases=tuple(cases),
        decision=decision,
        deployments=tuple(explained),
        assumptions={item: _sentence(item, realm) for item in used},
        realm=realm.digest,
        since=realm.since,
        valid_until=realm.valid_until,
    )


def _sentence(item: str, realm: Realm) -> str:
    known = realm.assumptions.get(item)
    if known is not None:
        return known.text
    row, _, about = item.partition(" ")
    return assume(row, about).text
