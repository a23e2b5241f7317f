"""What is ranked without reasons is what `decide` ranks: the same tiers, the same scores, and nothing where it refuses."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.law.case import Addition
from comity.placement.cases import registered, widened
from comity.placement.conditions import configured
from comity.placement.decide import decide
from comity.placement.ranked import Orders, Ranking
from comity.placement.types import Conditions, Placement, Wish
from tests.posture.replay.tour import realm

REALM = realm()
STACK = REALM.stack
ALIKE = Conditions("alike")  # of all the same is known, so what the caller's order tells apart has equal scores
SPOKEN = Conditions("spoken", quality={n: {"fr": f"0.{at}"} for at, n in enumerate(sorted(STACK.deployments), 1)})
KNOWN = (configured(STACK), ALIKE, SPOKEN)
ORDERS = Orders(4)  # few, so that some are forgotten
RANKINGS = {each.digest: Ranking(REALM, each, ORDERS) for each in KNOWN}
"""For all examples: what they remember must not change what they say."""

NAMES = st.sampled_from(sorted([*STACK.deployments, *STACK.sites, *STACK.parties]))
some = st.lists(NAMES, max_size=2, unique=True).map(tuple)
wishes = st.builds(
    Wish,
    st.sampled_from(sorted([*STACK.models, *STACK.aliases, *STACK.deployments, "none"])),
    only=st.just(()) | some,
    ignore=some,
    order=st.lists(st.sampled_from(sorted(STACK.deployments)), max_size=2, unique=True).map(tuple),
    language=st.sampled_from(("", "fr", "xx")),
    allow_fallbacks=st.booleans(),
)
cases = st.builds(
    lambda name, data, subjects: widened(registered(STACK.applications[name], "infer"), Addition(data, subjects, ())),
    st.sampled_from(sorted(STACK.applications)),
    st.sampled_from(((), ("health",), ("personal",))),
    st.sampled_from(((), ("US",), ("DE",))),
)


@settings(max_examples=600)
@given(cases, wishes, st.sampled_from(KNOWN), st.booleans(), st.sampled_from((0, 0, 0, -1)))
def test_the_same_tiers_and_scores(asked, wish: Wish, known: Conditions, observe: bool, early: int) -> None:
    now = REALM.since + early
    said = decide(asked, wish, REALM, known, now, observe=observe)
    ranked = RANKINGS[known.digest].ranked(asked, wish, now, observe=observe)
    tiers = said.tiers if isinstance(said, Placement) else ()
    assert [[(p.deployment, p.score) for p in tier] for tier in ranked.tiers] == [
        [(each.deployment, each.score) for each in tier] for tier in tiers
    ]
