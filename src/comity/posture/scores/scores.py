"""All scores of a stack, from its traffic or, without any, from where each application would be placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from comity.law.realm import Realm
from comity.placement.cases import registered
from comity.placement.decide import Decisions
from comity.placement.types import Conditions, Placement, Wish
from comity.posture.scores.chain import NOT_KNOWN, Chain, Link, Supplier, chain, supplier
from comity.posture.scores.compute import Compute, compute
from comity.posture.scores.dependence import INSIDE, Layer, Use, Ways, Weak, layers, ways, weak_links
from comity.posture.scores.language import Spoken, spoken
from comity.posture.scores.seal import Sealed, rate, sealed, together
from comity.posture.scores.stance import Replaceable, Stood, stances
from comity.posture.scores.trust import Trust
from comity.stack import facts
from comity.stack.agreements import agreements_between
from comity.stack.types import Stack
from comity.terms.instants import Instant

WHOLE = ""
"""The name of the whole stack among the parts that are scored."""


class Traffic(NamedTuple):
    """What is known of the traffic: requests by application and deployment, and the languages asked for.

    `observed` is false where there is no log: then each application asks for each of its models alike, and goes where
    it would be placed first.
    """

    requests: Mapping[tuple[str, str], int]
    languages: Mapping[str, frozenset[str]]
    observed: bool


class Scores(NamedTuple):
    """Everything, as seen from one trust set.

    Attributes:
        deployments, sites, applications: their vectors by name; of a site and an application that of the deployments
            that it has or uses. The whole stack stands under `WHOLE` in `applications`.
        compute, stances: by deployment.
        layers: dependence of all traffic along the chain.
        ways: independent ways by application.
        weak: suppliers whose loss strands traffic, the worst first.
        languages: quality by application and language.
        paths: who stands at each link, for every application and deployment of the traffic.
        unplaced: applications that no deployment may serve today; they have no score.
    """

    trust: Trust
    traffic: Traffic
    deployments: dict[str, Sealed]
    sites: dict[str, Sealed]
    applications: dict[str, Sealed]
    compute: dict[str, Compute]
    stances: dict[str, tuple[Stood, ...]]
    layers: tuple[Layer, ...]
    ways: tuple[Ways, ...]
    weak: tuple[Weak, ...]
    languages: tuple[Spoken, ...]
    paths: dict[tuple[str, str], tuple[str, ...]]
    unplaced: tuple[str, ...]


def scores(realm: Realm, conditions: Conditions, now: Instant, trust: Trust, traffic: Traffic | None = None) -> Scores:
    """The scores of the realm's stack at `now`. Pure. Traffic to deployments that the stack lacks is left out."""
    stack = realm.stack
    decisions = Decisions(realm, conditions)
    placements = {name: _placements(name, stack, decisions, now) for name in stack.applications}
    permitted = {
        name: sorted({candidate.deployment for each in found for candidate in each.candidates})
        for name, found in placements.items()
    }
    traffic = traffic or _supposed(placements)
    chains = {name: chain(stack, name) for name in stack.deployments}
    controllers = {name: supplier(stack, each.controller, name) for name, each in stack.applications.items()}
    uses = _uses(traffic, stack)
    vectors = {name: sealed(rate(stack, chains, name, trust, realm.today)) for name in stack.deployments}
    found_ways = tuple(ways(name, permitted[name], chains) for name in stack.applications)
    return Scores(
        trust=trust,
        traffic=traffic,
        deployments=vectors,
        sites=_of_sites(stack, vectors),
        applications=_of_applications(uses, vectors),
        compute={name: compute(each, trust) for name, each in chains.items()},
        stances={
            name: stances(each, trust, _replaceable(each, chains, permitted), _bound(stack, name, realm.today))
            for name, each in chains.items()
        },
        layers=layers(uses, chains, controllers) if uses else (),
        ways=found_ways,
        weak=weak_links(uses, permitted, chains, controllers),
        languages=tuple(
            each
            for name in stack.applications
            if (parts := _parts(uses, name))
            for each in spoken(stack, name, parts, traffic.languages.get(name, ()))
        ),
        paths={
            (use.application, use.deployment): (
                *(" and ".join(each.name for each in chains[use.deployment].suppliers(link)) for link in INSIDE),
                use.application,
            )
            for use in uses
        },
        unplaced=tuple(name for name in stack.applications if not permitted[name]),
    )


def _placements(name: str, stack: Stack, decisions: Decisions, now: Instant) -> list[Placement]:
    """Where the application's registered case may go, for each model that it may ask for."""
    application = stack.applications[name]
    models = stack.models if application.models is None else application.models
    case = registered(application)
    made = (decisions.decide((case,), Wish(model), now) for model in sorted(models))
    return [each for each in made if isinstance(each, Placement)]


def _supposed(placements: Mapping[str, Sequence[Placement]]) -> Traffic:
    requests: dict[tuple[str, str], int] = defaultdict(int)
    for name, found in placements.items():
        for each in found:
            requests[name, each.candidates[0].deployment] += 1
    return Traffic(requests, {}, observed=False)


def _uses(traffic: Traffic, stack: Stack) -> list[Use]:
    """Observed traffic by its shares; supposed traffic with the same share for every application."""
    known = {
        (application, deployment): n
        for (application, deployment), n in sorted(traffic.requests.items())
        if application in stack.applications and deployment in stack.deployments and n > 0
    }
    of: dict[str, int] = defaultdict(int)
    for (application, _), n in known.items():
        of[application] += n
    whole = sum(known.values())
    return [
        Use(application, deployment, Fraction(n, whole) if traffic.observed else Fraction(n, of[application] * len(of)))
        for (application, deployment), n in known.items()
    ]


def _parts(uses: Sequence[Use], application: str) -> list[tuple[str, Fraction]]:
    mine = [use for use in uses if use.application == application]
    whole = sum((use.share for use in mine), Fraction(0))
    return [(use.deployment, use.share / whole) for use in mine]


def _of_sites(stack: Stack, vectors: Mapping[str, Sealed]) -> dict[str, Sealed]:
    made = {}
    for site in stack.sites:
        here = sorted(name for name, each in stack.deployments.items() if each.site == site)
        if here:
            made[site] = together([(name, vectors[name], Fraction(1, len(here))) for name in here])
    return made


def _of_applications(uses: Sequence[Use], vectors: Mapping[str, Sealed]) -> dict[str, Sealed]:
    made: dict[str, Sealed] = {}
    for application in dict.fromkeys(use.application for use in uses):
        made[application] = together([(name, vectors[name], share) for name, share in _parts(uses, application)])
    if uses:
        shares: dict[str, Fraction] = defaultdict(Fraction)
        for use in uses:
            shares[use.deployment] += use.share
        made[WHOLE] = together([(name, vectors[name], share) for name, share in sorted(shares.items())])
    return made


def _replaceable(
    mine: Chain, chains: Mapping[str, Chain], permitted: Mapping[str, Sequence[str]]
) -> dict[Link, Replaceable]:
    """By link: whether every application that may use this deployment may use one that shares nobody there."""
    using = [names for names in permitted.values() if mine.deployment in names]
    found: dict[Link, Replaceable] = {}
    for link in INSIDE:
        here = mine.suppliers(link)
        others = [{chains[name].suppliers(link) for name in names} for names in using]
        if using and all(any(_apart(here, each) for each in way) for way in others):
            sure = all(any(_apart(here, each) and _sure(*here, *each) for each in way) for way in others)
            found[link] = "yes" if sure else "perhaps"
        else:
            found[link] = "no"
    return found


def _apart(mine: Sequence[Supplier], others: Sequence[Supplier]) -> bool:
    """Whether they share nobody by name."""
    names = {each.name for each in mine}
    return NOT_KNOWN in names or names.isdisjoint(each.name for each in others)


def _sure(*suppliers: Supplier) -> bool:
    return all(each.sure for each in suppliers)


def _bound(stack: Stack, name: str, on: date) -> bool:
    """Whether every controller whose applications there are has an agreement in force with the operator, or is it."""
    operator = stack.sites[stack.deployments[name].site].operator
    controllers = {each.controller for each in stack.applications.values()}
    return bool(controllers) and all(
        facts.same_party(each, operator) or agreements_between(stack, each, operator, name, on) for each in controllers
    )
