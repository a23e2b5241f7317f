"""A floor of evidence: whatever rests on less is refused, and the gateway is a hop like any other."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from comity.placement.conditions import configured
from comity.placement.decide import decide
from comity.placement.types import Placement, Wish
from comity.stack.types import EVIDENCE_LEVELS, Gateway, Stack
from tests.placement import worlds
from tests.placement.test_one_thing_off import CASE, ORDERLY

DAY = date(2026, 11, 23)


def evidenced(**levels: str) -> Stack:
    """The orderly stack with a gateway in Paris and every fact attested, less what `levels` says of one of them."""
    parties = {
        name: replace(
            each,
            controlled_by=each.controlled_by or each.seat,
            evidence={"seat": levels.get("seat", "attested"), "controlled_by": levels.get(name, "attested")},
        )
        for name, each in ORDERLY.parties.items()
    }
    known = {"jurisdiction": "attested", "operator": "attested", "accelerators": "attested"}
    return replace(
        ORDERLY,
        parties=parties,
        sites={
            name: replace(site, evidence=known | {"jurisdiction": levels.get(name, "attested")})
            for name, site in ORDERLY.sites.items()
        },
        models={"m": replace(ORDERLY.models["m"], evidence={"developer": "attested"})},
        deployments={
            name: replace(each, evidence={"terms": "attested", "certificates": "attested"})
            for name, each in ORDERLY.deployments.items()
        },
        gateway=Gateway("paris"),
    )


def permitted(stack: Stack, *floor: str) -> set[str]:
    case = replace(CASE, floor=floor)
    decision = decide((case,), Wish("m"), worlds.realm(stack, DAY), configured(stack), worlds.instant(DAY))
    return {each.deployment for each in decision.candidates} if isinstance(decision, Placement) else set()


BOTH = {"d-paris", "d-dublin"}
KINDS = ("location", "operator", "control", "accelerators", "terms", "certificates", "model")


@pytest.mark.parametrize("level", EVIDENCE_LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_attested_meets_every_floor(kind: str, level: str) -> None:
    assert permitted(evidenced(), f"{kind}:{level}") == BOTH


@pytest.mark.parametrize("held", range(1, len(EVIDENCE_LEVELS)))
def test_each_level_meets_those_below_it(held: int) -> None:
    stack = evidenced(dublin=EVIDENCE_LEVELS[held - 1])
    assert permitted(stack, f"location:{EVIDENCE_LEVELS[held]}") == {"d-paris"}
    assert permitted(stack, f"location:{EVIDENCE_LEVELS[held - 1]}") == BOTH


def test_a_chain_of_control_is_known_as_well_as_its_least_known_link() -> None:
    """Dublin's operator is attested to belong to columbia-inc; who stands above that is merely declared."""
    assert permitted(evidenced(**{"columbia-inc": "declared"}), "control:contract") == {"d-paris"}


def test_who_operates_is_known_as_well_as_where_that_party_is_seated() -> None:
    assert permitted(evidenced(seat="declared"), "operator:contract") == set()


def test_the_gateway_counts() -> None:
    assert permitted(evidenced(paris="declared"), "location:contract") == set()
