"""Control, steer or depend: the stance at each link of a chain.

H. Barasa and others, *Sovereignty in the Age of AI*, Tony Blair Institute, January 2026, proposes the three words as
postures of a state; of its own text the contents were read, the chapter in what others say of it (UNREVIEWED). The rule
is ours: who is inside the trust set is controlled; who is outside and can be replaced, or is bound by an agreement in
force, is steered; the rest is depended on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias, get_args

from comity.posture.scores.chain import NOT_KNOWN, Chain, Link
from comity.posture.scores.trust import Trust

Stance: TypeAlias = Literal["control", "steer", "depend"]
STANCES: tuple[Stance, ...] = get_args(Stance)


Replaceable: TypeAlias = Literal["yes", "perhaps", "no"]


class Stood(NamedTuple):
    """The stance at a link: from the worst to the best that the facts allow, and why."""

    link: Link
    worst: Stance
    best: Stance
    why: str


def stances(chain: Chain, trust: Trust, replaceable: Mapping[Link, Replaceable], bound: bool) -> tuple[Stood, ...]:
    """The stance at each link of a deployment.

    Args:
        chain: of the deployment.
        trust: the set seen from.
        replaceable: by link, whether another permitted deployment stands that shares no supplier there; perhaps, if
            they have other names, of which one is not known to be another party.
        bound: whether an agreement with the operator is in force.
    """
    return tuple(_stance(link, chain, trust, replaceable, bound) for link in ("chip", "site", "operator", "model"))


def _stance(link: Link, chain: Chain, trust: Trust, replaceable: Mapping[Link, Replaceable], bound: bool) -> Stood:
    suppliers = chain.suppliers(link)
    who = ", ".join(f"{each.name} ({each.nation})" for each in suppliers)
    if any(each.name == NOT_KNOWN for each in suppliers):
        return Stood(link, "depend", "control", f"{who}: anything may be true")
    nations = chain.places if link == "site" else tuple(each.nation for each in suppliers)
    inside = trust.hold_all(nations)
    levers = []
    if replaceable.get(link) == "yes":
        levers.append("another permitted way shares nothing of it")
    if link == "operator" and bound:
        levers.append("an agreement binds it")
    if link == "model" and chain.open_weights:
        levers.append("its weights are open")
    below: Stance = "steer" if levers else "depend"
    if inside:
        unsure = not all(each.final for each in suppliers)
        said = f"{who}: inside" + (", as far as stated" if unsure else "")
        return Stood(link, below if unsure else "control", "control", said)
    perhaps = replaceable.get(link) == "perhaps" or (link == "model" and chain.open_weights is None)
    best: Stance = "steer" if perhaps else below
    return Stood(link, below, best, f"{who}: outside" + (f"; {'; '.join(levers)}" if levers else "; no lever is known"))
