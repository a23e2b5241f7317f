"""From the stack to profiles: what law sees of each deployment, for one controller on one day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from comity.law.coverage import Touch
from comity.law.profile import Profile
from comity.law.seals import stated
from comity.law.vocabulary import OTHER, UNSTATED
from comity.stack import facts
from comity.stack.absent import Assumption, assume
from comity.stack.agreements import agreements_between, assessed, signed_by
from comity.stack.types import EVIDENCE_LEVELS, Deployment, Levels, Site, Stack
from comity.terms.citations import Citation

GATEWAY = "gateway"
"""The relay is a hop like any other: it is judged with every deployment."""

EVIDENCE = Citation(
    id="comity/evidence",
    law="Comity",
    cite="the application's evidence floor",
    basis="tenant",
    says="A fact about this deployment rests on less evidence than the application accepts.",
    remedy="raise the evidence of the fact | lower the application's floor",
    reviewed=True,
)


class Face(Struct, frozen=True):
    """One candidate as law sees it: a profile for each place where it may be processed.

    `evidence` is the level of each kind of fact that an application may set a floor for.
    """

    name: str
    profiles: tuple[Profile, ...]
    touched: frozenset[tuple[str, Touch]]
    assumptions: tuple[Assumption, ...]
    evidence: Mapping[str, str]

    def short(self, floor: Iterable[str]) -> Iterator[str]:
        """Yields a sentence for each fact that rests on less evidence than `floor` ("location:contract") asks."""
        for entry in floor:
            kind, _, level = entry.partition(":")
            held = self.evidence.get(kind, EVIDENCE_LEVELS[0])
            if _rank(held) < _rank(level):
                yield f"{kind} of {self.name} is {held}, {level} is asked"


class Sight(Struct, frozen=True):
    """What law sees of a candidate whoever asks: a face without what binds it to a controller."""

    operator: str
    profiles: tuple[Profile, ...]
    touched: frozenset[tuple[str, Touch]]
    assumptions: tuple[Assumption, ...]
    evidence: Mapping[str, str]


def sights(stack: Stack, on: date, file_date: date, licences: Collection[str]) -> dict[str, Sight]:
    """A sight of every deployment, and of the gateway where the stack places one, on the day `on`.

    `file_date` is the stack file's own date: a certificate without an end is believed for 90 days from it. `licences`
    are those of weights that rules can speak of; any other is `other`.
    """
    known: dict[str, _Operator] = {}
    made = {}
    for name, deployment in sorted(stack.deployments.items()):
        served = _served(stack, name, deployment, on, file_date, licences)
        made[name] = _sight(stack, stack.sites[deployment.site], on, served, deployment, known)
    if stack.gateway is not None:
        made[GATEWAY] = _sight(stack, stack.sites[stack.gateway.site], on, _relay(stack, on), None, known)
    return made


def faces(stack: Stack, controller: str, on: date, seen: Mapping[str, Sight]) -> dict[str, Face]:
    """A face for every deployment, and one for the gateway, seen from `controller` on the day `on`; `seen` are the
    sights of that stack and day.
    """
    made = {name: _face(stack, controller, name, sight, on) for name, sight in seen.items()}
    if stack.gateway is None:
        made[GATEWAY] = _own_gateway(stack, controller, on)
    return made


def _own_gateway(stack: Stack, controller: str, on: date) -> Face:
    """Run by the controller itself."""
    seat = facts.seat(stack, controller)
    site = Site(jurisdiction=seat, operator=controller)
    made = _face(stack, controller, GATEWAY, _sight(stack, site, on, _relay(stack, on), None, {}), on)
    assumed = assume("absent/gateway", controller, seat)
    return replace(
        made,
        profiles=tuple(replace(profile, own=True) for profile in made.profiles),  # also where it has no name
        assumptions=tuple(sorted({*made.assumptions, assumed})),
    )


class _Operator(Struct, frozen=True):
    """Who operates sites, as far as law sees it."""

    control: tuple[str, ...]
    reach: tuple[str, ...]
    ecsp: bool
    dpf: bool
    dpf_uk: bool
    dpf_swiss: bool
    seat: str
    public: bool
    assumptions: frozenset[Assumption]


def _operator(stack: Stack, party: str, on: date) -> _Operator:
    chain, reach = facts.control_chain(stack, party), facts.reach(stack, party)
    ecsp, dpf = facts.is_ecsp(stack, party), facts.dpf_until(stack, party)
    dpf_uk, dpf_swiss = facts.dpf_extensions(stack, party, on)
    return _Operator(
        control=tuple(sorted({link.seat for link in chain.value})),
        reach=reach.value,
        ecsp=ecsp.value,
        dpf=dpf.value is not None and on <= dpf.value,
        dpf_uk=dpf_uk,
        dpf_swiss=dpf_swiss,
        seat=facts.seat(stack, party),
        public=facts.party(stack, party).public,
        assumptions=frozenset((*chain.assumptions, *reach.assumptions, *ecsp.assumptions, *dpf.assumptions)),
    )


def _sight(
    stack: Stack,
    site: Site,
    on: date,
    served: _Served,
    deployment: Deployment | None,
    known: dict[str, _Operator],
) -> Sight:
    if site.operator not in known:
        known[site.operator] = _operator(stack, site.operator, on)
    operator = known[site.operator]
    profiles = tuple(
        Profile(
            site=place,
            operator=operator.seat,
            control=operator.control,
            presence=operator.reach,
            operator_public=operator.public,
            ecsp=operator.ecsp,
            dpf=operator.dpf,
            dpf_uk=operator.dpf_uk,
            dpf_swiss=operator.dpf_swiss,
            certificates=served.certificates,
            retains=served.retains,
            trains=served.trains,
            trains_stated=served.trains_stated,
            gateway=deployment is None,
            developer=served.developer or operator.seat,
            open_weights=served.open_weights,
            licence=served.licence,
            family=served.family,
            seal=served.seal,
            controlled_accelerator=served.controlled_accelerator,
            accelerators=served.accelerators,
        )
        for place in site.places
    )
    touched: set[tuple[str, Touch]] = {(operator.seat, "operator")}
    touched.update((place, "site") for place in site.places)
    touched.update((above, "control") for above in operator.control if above != operator.seat)
    return Sight(
        site.operator,
        profiles,
        frozenset(touched),
        tuple(sorted(operator.assumptions.union(served.assumptions))),
        _evidence(stack, site, deployment),
    )


def _face(stack: Stack, controller: str, name: str, sight: Sight, on: date) -> Face:
    own = facts.same_party(controller, sight.operator)
    of = None if name == GATEWAY else name
    bound = () if own else agreements_between(stack, controller, sight.operator, of, on)
    kinds = _kinds(agreement.kinds for agreement in bound)
    with_assessment = _kinds(agreement.kinds for agreement in bound if assessed(agreement, on))
    # Nothing rests on an agreement where there is none to rest on.
    levels = ("attested" if signed_by(stack, each, on) else "declared" for each in bound)
    return Face(
        name,
        tuple(replace(each, own=own, kinds=kinds, assessed=with_assessment) for each in sight.profiles),
        sight.touched,
        sight.assumptions,
        {**sight.evidence, "agreements": _weakest(EVIDENCE_LEVELS[-1], *levels)},
    )


class _Served(Struct, frozen=True):
    """The part of a profile that the model and its terms make; the gateway has none."""

    certificates: tuple[str, ...] = ()
    retains: bool = False
    trains: bool = False
    trains_stated: bool = True
    developer: str = ""
    open_weights: bool = False
    licence: str = UNSTATED
    family: str = UNSTATED
    seal: tuple[str, ...] = ()
    controlled_accelerator: bool = False
    accelerators: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


def _relay(stack: Stack, on: date) -> _Served:
    """What the relay's own service has; one that the stack does not place has nothing to show."""
    if stack.gateway is None:
        return _Served()
    names = {each.name for each in stack.gateway.certificates if on <= each.until}
    return _Served(certificates=tuple(sorted(names)), seal=stated(stack.gateway.seal))


def _served(
    stack: Stack, name: str, deployment: Deployment, on: date, file_date: date, licences: Collection[str]
) -> _Served:
    ends = [facts.certificate_until(name, certificate, file_date) for certificate in deployment.certificates]
    retains, trains = facts.retains(name, deployment), facts.trains(name, deployment)
    weights = facts.open_weights(stack, deployment.model)
    accelerator = facts.accelerator_controlled(stack, deployment.site)
    model = stack.models[deployment.model]
    return _Served(
        certificates=tuple(
            sorted({c.name for c, end in zip(deployment.certificates, ends, strict=True) if on <= end.value})
        ),
        retains=retains.value,
        trains=trains.value,
        trains_stated=not trains.assumptions,
        developer=facts.seat(stack, stack.models[deployment.model].developer),
        open_weights=weights.value,
        licence=_licence(model.license, licences),
        family=model.family or UNSTATED,
        seal=stated(deployment.seal),
        controlled_accelerator=accelerator.value,
        accelerators=facts.accelerator_classes(stack, deployment.site).value,
        assumptions=(
            *(assumption for end in ends for assumption in end.assumptions),
            *retains.assumptions,
            *trains.assumptions,
            *weights.assumptions,
            *accelerator.assumptions,
        ),
    )


def _licence(license_: str | None, licences: Collection[str]) -> str:
    """The word for a licence as a stack file writes it: `Apache-2.0` is `apache-2.0`."""
    if license_ is None:
        return UNSTATED
    return license_.lower() if license_.lower() in licences else OTHER


def _kinds(kinds: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({kind for each in kinds for kind in each}))


def _evidence(stack: Stack, site: Site, deployment: Deployment | None) -> dict[str, str]:
    party = facts.party(stack, site.operator)
    chain = facts.control_chain(stack, site.operator).value
    named = [facts.party(stack, link.party) for link in chain if facts.named(link.party)]
    levels: dict[str, str] = {
        "location": _level(site.evidence, "jurisdiction"),
        "operator": _weakest(_level(site.evidence, "operator"), _level(party.evidence, "seat")),
        # A chain of control is known as well as its least known link.
        "control": _weakest(*(_level(each.evidence, "controlled_by") for each in named)),
        "accelerators": _level(site.evidence, "accelerators"),
    }
    if deployment is not None:
        levels["terms"] = _level(deployment.evidence, "terms")
        levels["certificates"] = _level(deployment.evidence, "certificates")
        levels["model"] = _level(stack.models[deployment.model].evidence, "developer")
    else:
        levels |= dict.fromkeys(("terms", "certificates", "model"), EVIDENCE_LEVELS[-1])
    return levels


def _weakest(*levels: str) -> str:
    return min(levels, key=_rank, default=EVIDENCE_LEVELS[0])


def _rank(level: str) -> int:
    return EVIDENCE_LEVELS.index(level)


def _level(levels: Levels, field: str) -> str:
    return levels.get(field, EVIDENCE_LEVELS[0])
