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
    """Who stands at a link.

    Attributes:
        name: of the last who controls it, as far as stated.
        nation: the jurisdiction where that one is seated.
        final: whether the stack says that nobody stands above it; else both may be others.
        named: whether that is its name, and not a word for somebody unnamed.
    """

    name: str
    nation: str
    final: bool = True
    named: bool = True

    @property
    def sure(self) -> bool:
        """Whether another sure name is known to be another supplier."""
        return self.final and self.named


NOBODY_KNOWN = Supplier(NOT_KNOWN, NOT_KNOWN, final=False, named=False)


class Chain(NamedTuple):
    """All that the stack says of the links of one deployment, and of what may be missing.

    Attributes:
        makers: of the accelerators; None where one is not stated or not in the table.
        places: where it may be processed.
        operator: with all who control it up to the last, and their seats.
        reach: from where the operator can be compelled; `reach_stated`: whether nothing of that is assumed.
        developer: of the weights, the last in its chain of control; `developer_control`: the seats of all in it.
    """

    deployment: str
    makers: tuple[Supplier, ...] | None
    site: str
    places: tuple[str, ...]
    operator: str
    control: tuple[str, ...]
    parent: Supplier
    reach: tuple[str, ...]
    reach_stated: bool
    model: str
    developer: Supplier
    developer_control: tuple[str, ...]
    open_weights: bool | None
    licence: str | None

    @property
    def parent_stated(self) -> bool:
        """Whether the stack says who controls the operator, or it is a public body, which nobody owns."""
        return self.parent.final

    def suppliers(self, link: Link) -> tuple[Supplier, ...]:
        """Who stands at that link; the link of applications is not the deployment's."""
        if link == "chip":
            return self.makers if self.makers is not None else (NOBODY_KNOWN,)
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
    public = facts.party(stack, last.party).public
    return Chain(
        deployment=name,
        makers=_makers(site.accelerators),
        site=deployment.site,
        places=tuple(sorted(site.places)),
        operator=site.operator,
        control=tuple(link.seat for link in control.value),
        parent=supplier(stack, site.operator, deployment.site),
        reach=reach.value,
        reach_stated=public or not reach.assumptions,
        model=deployment.model,
        developer=supplier(stack, model.developer, deployment.model),
        developer_control=tuple(link.seat for link in facts.control_chain(stack, model.developer).value),
        open_weights=model.open_weights,
        licence=model.license,
    )


def supplier(stack: Stack, ref: str, of: str) -> Supplier:
    """The last in the chain of control of the party `ref`, who stands behind `of`. Two unnamed parties of one seat are
    not known to be one, so they stay apart.
    """
    control = facts.control_chain(stack, ref)
    last = control.value[-1]
    final = facts.party(stack, last.party).public or not control.assumptions
    if facts.named(last.party):
        return Supplier(last.party, last.seat, final)
    below = control.value[-2].party if len(control.value) > 1 else of
    return Supplier(f"unnamed, of {below}", last.seat, final, named=False)


def _makers(accelerators: tuple[str, ...] | None) -> tuple[Supplier, ...] | None:
    names = sorted({chip.partition("-")[0] for chip in accelerators or ()})
    if not names or any(name not in MAKERS for name in names):
        return None
    return tuple(Supplier(name, MAKERS[name]) for name in names)
