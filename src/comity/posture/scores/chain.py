"""The supply chain of a deployment: who stands at each link, as far as the stack says."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

from comity.stack import facts
from comity.stack.types import Stack

Link: TypeAlias = Literal["chip", "site", "operator", "model", "application"]
LINKS: tuple[Link, ...] = get_args(Link)

NOT_KNOWN = "not known"

MAKERS: dict[str, str] = {
    "amd": "US",
    "apple": "US",
    "aws": "US",
    "biren": "CN",
    "cerebras": "US",
    "furiosa": "KR",
    "google": "US",
    "groq": "US",
    "huawei": "CN",
    "intel": "US",
    "microsoft": "US",
    "nvidia": "US",
    "qualcomm": "US",
    "sambanova": "US",
}
"""Seat of the company that designs the accelerator: the nationality of the vendor, the third of Oxford's levels. Where
it is made is another matter that no stack file says."""


class Supplier(NamedTuple):
    """Who stands at a link: a name, and the jurisdiction whose law reaches furthest over it."""

    name: str
    nation: str


class Chain(NamedTuple):
    """All that the stack says of the links of one deployment, and of what may be missing.

    Attributes:
        makers: of the accelerators; None where one is not stated or not in the table.
        places: where it may be processed.
        operator: with all who control it up to the last, and their seats.
        parent_stated: whether the stack says who controls it, or it is a public body, which nobody owns.
        reach: from where the operator can be compelled; `reach_stated`: whether nothing of that is assumed.
        developer: of the weights, the last in its chain of control.
    """

    deployment: str
    makers: tuple[Supplier, ...] | None
    site: str
    places: tuple[str, ...]
    operator: str
    control: tuple[str, ...]
    parent: Supplier
    parent_stated: bool
    reach: tuple[str, ...]
    reach_stated: bool
    model: str
    developer: Supplier
    open_weights: bool | None
    licence: str | None

    def suppliers(self, link: Link) -> tuple[Supplier, ...]:
        """Who stands at that link; the link of applications is not the deployment's."""
        if link == "chip":
            return self.makers if self.makers is not None else (Supplier(NOT_KNOWN, NOT_KNOWN),)
        if link == "site":
            return (Supplier(self.site, " or ".join(self.places)),)
        if link == "operator":
            return (self.parent,)
        return (self.developer,)


def chain(stack: Stack, name: str) -> Chain:
    """The chain of a deployment.

    Raises:
        KeyError: the stack has no such deployment.
    """
    deployment = stack.deployments[name]
    site, model = stack.sites[deployment.site], stack.models[deployment.model]
    control = facts.control_chain(stack, site.operator)
    last = control.value[-1]
    reach = facts.reach(stack, site.operator)
    above = facts.control_chain(stack, model.developer)
    public = facts.party(stack, last.party).public
    return Chain(
        deployment=name,
        makers=_makers(site.accelerators),
        site=deployment.site,
        places=tuple(sorted(site.places)),
        operator=site.operator,
        control=tuple(link.seat for link in control.value),
        parent=_supplier(control.value, deployment.site),
        parent_stated=public or not control.assumptions,
        reach=reach.value,
        reach_stated=public or not reach.assumptions,
        model=deployment.model,
        developer=_supplier(above.value, deployment.model),
        open_weights=model.open_weights,
        licence=model.license,
    )


def _supplier(control: tuple[facts.Link, ...], of: str) -> Supplier:
    """The last of a chain of control. Two unnamed parties of one seat are not known to be one, so they stay apart."""
    last = control[-1]
    if facts.named(last.party):
        return Supplier(last.party, last.seat)
    below = control[-2].party if len(control) > 1 else of
    return Supplier(f"unnamed, of {below}", last.seat)


def _makers(accelerators: tuple[str, ...] | None) -> tuple[Supplier, ...] | None:
    names = sorted({chip.partition("-")[0] for chip in accelerators or ()})
    if not names or any(name not in MAKERS for name in names):
        return None
    return tuple(Supplier(name, MAKERS[name]) for name in names)
