"""Facts as law reads them: what the stack states, and where it is silent the table of `stack.absent`.

Every function returns a `Fact`: the value, and the assumptions that it rests on. All are pure and total for a
stack that `read_stack` accepted; a reference that the stack does not hold raises KeyError.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

from comity.stack.absent import CERTIFICATE_DAYS, Assumption, assume
from comity.stack.accelerators import CLASSES, UNKNOWN
from comity.stack.jurisdictions import under_united_states
from comity.stack.types import Application, Certificate, Deployment, Party, Site, Stack

T = TypeVar("T")


class Fact(NamedTuple, Generic[T]):
    """A value and what it rests on."""

    value: T
    assumptions: tuple[Assumption, ...] = ()


class Link(NamedTuple):
    """One link of a chain of control: a party's id or a bare jurisdiction, and its seat."""

    party: str
    seat: str


def named(ref: str) -> bool:
    """Whether `ref` is a party's id; otherwise it is a bare jurisdiction, an unnamed party seated there."""
    return not ref[:1].isupper()


def party(stack: Stack, ref: str) -> Party:
    """The party that `ref` names; a bare jurisdiction gives an unnamed party that states its seat alone."""
    return stack.parties[ref] if named(ref) else Party(seat=ref)


def seat(stack: Stack, ref: str) -> str:
    """The jurisdiction where the party is seated."""
    return party(stack, ref).seat


def same_party(left: str, right: str) -> bool:
    """Whether both are one named party: two unnamed parties of one seat are not known to be the same."""
    return left == right and named(left)


def control_chain(stack: Stack, ref: str) -> Fact[tuple[Link, ...]]:
    """From the party itself up to its ultimate parent, a party or a bare jurisdiction.

    Raises ValueError if control goes in a circle (`read_stack` refuses such a stack).
    """
    chain = {ref: Link(ref, seat(stack, ref))}
    last = ref
    while (above := party(stack, last).controlled_by) is not None:
        if above in chain:
            raise ValueError(f"parties.{above}: control goes in a circle")
        chain[above] = Link(above, seat(stack, above))
        last = above
        if not named(above):  # a bare jurisdiction is the end that the file states: nothing is assumed
            return Fact(tuple(chain.values()))
    return Fact(tuple(chain.values()), (assume("absent/controlled_by", _about(last)),))


def presence(stack: Stack, ref: str) -> Fact[tuple[str, ...]]:
    """Where the party itself is present: its seat and what it states, sorted."""
    stated = party(stack, ref)
    if stated.presence is None:
        return Fact((stated.seat,), (assume("absent/presence", _about(ref)),))
    return Fact(tuple(sorted({stated.seat, *stated.presence})))


def reach(stack: Stack, ref: str) -> Fact[tuple[str, ...]]:
    """Where the party or anyone who controls it is present, sorted: from there it can be compelled."""
    chain = control_chain(stack, ref)
    each = [presence(stack, link.party) for link in chain.value]
    places = {place for found in each for place in found.value}
    return Fact(tuple(sorted(places)), chain.assumptions + tuple(a for found in each for a in found.assumptions))


def is_ecsp(stack: Stack, ref: str) -> Fact[bool]:
    """Whether the party is an electronic communication service provider in the sense of 50 U.S.C.
    1881(b)(4).
    """
    stated = party(stack, ref).ecsp
    if stated is not None:
        return Fact(stated)
    chain = control_chain(stack, ref)
    value = any(under_united_states(link.seat) for link in chain.value)
    return Fact(value, (assume("absent/ecsp", _about(ref), str(value).lower()), *chain.assumptions))


def dpf_extensions(stack: Stack, ref: str, on: date) -> tuple[bool, bool]:
    """Whether the party's certification, in force on the day `on`, has the UK Extension, and is Swiss-US too."""
    stated = party(stack, ref).dpf
    if stated is None or on > stated.until:
        return False, False
    return stated.uk, stated.swiss


def dpf_until(stack: Stack, ref: str) -> Fact[date | None]:
    """The last day of the party's Data Privacy Framework certification; None is none.

    Only organisations in the United States can certify, so silence is an assumption for those under their
    control or seat alone, and for everyone else simply no.
    """
    stated = party(stack, ref).dpf
    if stated is not None:
        return Fact(stated.until)
    chain = control_chain(stack, ref).value
    eligible = any(under_united_states(link.seat) for link in chain)
    return Fact(None, (assume("absent/dpf", _about(ref)),) if eligible else ())


def gateway_site(stack: Stack, application: Application) -> Fact[Site]:
    """Where, and by whom, the relay runs for this application."""
    if stack.gateway is not None:
        return Fact(stack.sites[stack.gateway.site])
    where = seat(stack, application.controller)
    site = Site(jurisdiction=where, operator=application.controller)
    return Fact(site, (assume("absent/gateway", application.controller, where),))


def accelerator_controlled(stack: Stack, site: str) -> Fact[bool]:
    """Whether any accelerator of the site is of an export-controlled class; an unknown one is."""
    classes = accelerator_classes(stack, site)
    return Fact(any(each != "uncontrolled" for each in classes.value), classes.assumptions)


def accelerator_classes(stack: Stack, site: str) -> Fact[tuple[str, ...]]:
    """The export classes of the site's accelerators, sorted; `unknown` for what is not stated or not in the table."""
    names = stack.sites[site].accelerators
    if names is None:
        return Fact((UNKNOWN,), (assume("absent/accelerator", f"sites.{site}"),))
    classes = tuple(sorted({CLASSES.get(name, UNKNOWN) for name in names}))
    return Fact(classes, (assume("absent/accelerator", f"sites.{site}"),) if UNKNOWN in classes else ())


def certificate_until(deployment: str, certificate: Certificate, file_date: date) -> Fact[date]:
    """The last day of a certificate; `file_date` is the stack file's, in version control or on disk."""
    if certificate.until is not None:
        return Fact(certificate.until)
    end = file_date + timedelta(days=CERTIFICATE_DAYS)
    about = f"deployments.{deployment}.certificates {certificate.name}"
    return Fact(end, (assume("absent/certificate.until", about, end.isoformat()),))


def retains(name: str, deployment: Deployment) -> Fact[bool]:
    """Whether the operator keeps content after the answer: anything but `P0D` and the like."""
    stated = deployment.terms.retention if deployment.terms else None
    if stated is None:
        return Fact(True, (assume("absent/terms.retention", f"deployments.{name}"),))
    return Fact(stated.strip("P0YMWD") != "")


def trains(name: str, deployment: Deployment) -> Fact[bool]:
    """Whether the operator trains on content."""
    stated = deployment.terms.trains if deployment.terms else None
    if stated is None:
        return Fact(True, (assume("absent/terms.trains", f"deployments.{name}"),))
    return Fact(stated)


def open_weights(stack: Stack, model: str) -> Fact[bool]:
    """Whether the model's weights are open."""
    stated = stack.models[model].open_weights
    if stated is None:
        return Fact(False, (assume("absent/open_weights", f"models.{model}"),))
    return Fact(stated)


def _about(ref: str) -> str:
    return f"parties.{ref}" if named(ref) else f"the unnamed party in {ref}"
