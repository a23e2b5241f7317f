"""Oxford's three levels of compute sovereignty, asked of a deployment.

Z. Hawkins, V. Lehdonvirta and B. Wu, *AI Compute Sovereignty: Infrastructure Control Across Territories, Cloud
Providers, and Accelerators*, SSRN 5312977, June 2025: how much lies within a country's borders, the nationality of the
companies that own the data centres, the nationality of the vendors of the accelerators. Read in what others quote and
translate of it: secondary, UNREVIEWED. It asks them of countries; to ask them of a deployment, with "in part" and "not
known", is ours. The three are separate answers, and no sum of them is made.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from comity.posture.scores.chain import Chain
from comity.posture.scores.trust import Trust

Answer: TypeAlias = Literal["yes", "no", "in part", "not known"]


class Compute(NamedTuple):
    """The three answers, and the fact behind each."""

    territory: Answer
    provider: Answer
    vendor: Answer
    facts: tuple[str, str, str]


def compute(chain: Chain, trust: Trust) -> Compute:
    """The answers as seen from `trust`."""
    places = [trust.holds(place) for place in chain.places]
    provider: Answer = "yes" if trust.hold_all(chain.control) else "no"
    if provider == "yes" and not chain.parent_stated:
        provider = "not known"
    vendor: Answer = "not known"
    if chain.makers is not None:
        vendor = _answer([trust.holds(maker.nation) for maker in chain.makers])
    return Compute(
        _answer(places),
        provider,
        vendor,
        (
            f"processed in {' or '.join(chain.places)}",
            f"{chain.operator}: control {' > '.join(chain.control)}"
            + ("" if chain.parent_stated else ", who controls it is not stated"),
            "makers not known"
            if chain.makers is None
            else ", ".join(f"{maker.name} ({maker.nation})" for maker in chain.makers),
        ),
    )


def _answer(inside: list[bool]) -> Answer:
    return "yes" if all(inside) else "in part" if any(inside) else "no"
