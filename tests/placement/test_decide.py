"""What must never happen in a placement, over random stacks, cases and dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.placement.cases import widened
from comity.placement.conditions import configured
from comity.placement.decide import Decisions, decide, goes
from comity.placement.types import Placement, Wish
from comity.terms import canon
from comity.terms.refusal import Refusal
from tests.placement import independent, worlds

SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
WISH = Wish("m")


def permitted(decision: Placement | Refusal) -> set[str]:
    """The deployments of a decision that may serve."""
    return {each.deployment for each in decision.candidates} if isinstance(decision, Placement) else set()


@SLOW
@given(worlds.stacks(), worlds.cases(), worlds.days)
def test_no_candidate_is_forbidden_by_an_independent_evaluation(stack, case, day) -> None:
    realm = worlds.realm(stack, day)
    decision = decide((case,), WISH, realm, configured(stack), worlds.instant(day))
    moment = datetime.combine(day, time(12), UTC)
    for name in stack.deployments:
        expected = independent.permitted(stack, case, name, moment, worlds.FILE_DATE)
        assert (name in permitted(decision)) == expected, name


@SLOW
@given(worlds.stacks(), worlds.cases(), worlds.additions, worlds.days)
def test_whatever_a_header_adds_never_adds_a_candidate(stack, case, addition, day) -> None:
    realm = worlds.realm(stack, day)
    now, conditions = worlds.instant(day), configured(stack)
    plain = permitted(decide((case,), WISH, realm, conditions, now))
    wider = permitted(decide(widened(case, addition), WISH, realm, conditions, now))
    assert wider <= plain


@SLOW
@given(worlds.stacks(), worlds.cases(), worlds.additions, worlds.days)
def test_a_wider_case_alone_never_adds_a_candidate(stack, case, addition, day) -> None:
    """The law itself is monotone in data and subjects, so rule 6 does not hang on judging two cases."""
    realm = worlds.realm(stack, day)
    now, conditions = worlds.instant(day), configured(stack)
    wide = replace(
        case,
        data=tuple(sorted({*case.data, *addition.data})),
        subjects=tuple(sorted({*case.subjects, *addition.subjects})),
    )
    plain = permitted(decide((case,), WISH, realm, conditions, now))
    assert permitted(decide((wide,), WISH, realm, conditions, now)) <= plain


@SLOW
@given(worlds.stacks(), worlds.cases(), worlds.days, st.data())
def test_a_stricter_law_never_adds_a_candidate(stack, case, day, data) -> None:
    """Stricter: the prudent pack is loaded too. (Fewer packs are not laxer law: what they covered is uncovered.)"""
    prudent = tuple(name for name in stack.law if name.startswith("prudent."))
    statutes = replace(stack, law=tuple(name for name in stack.law if name not in prudent))
    now, conditions = worlds.instant(day), configured(stack)
    lax = permitted(decide((case,), WISH, worlds.realm(statutes, day), conditions, now))
    strict = permitted(decide((case,), WISH, worlds.realm(stack, day), conditions, now))
    assert strict <= lax


@SLOW
@given(worlds.stacks(), worlds.cases(), worlds.days, st.randoms(use_true_random=False))
def test_the_order_of_the_stack_file_does_not_matter(stack, case, day, random) -> None:
    def shuffled(mapping):
        items = list(mapping.items())
        random.shuffle(items)
        return dict(items)

    agreements, law = list(stack.agreements), list(stack.law)
    random.shuffle(agreements)
    random.shuffle(law)
    other = replace(
        stack,
        parties=shuffled(stack.parties),
        sites=shuffled(stack.sites),
        deployments=shuffled(stack.deployments),
        agreements=tuple(agreements),
        law=tuple(law),
    )
    now = worlds.instant(day)
    left = decide((case,), WISH, worlds.realm(stack, day), configured(stack), now)
    right = decide((case,), WISH, worlds.realm(other, day), configured(other), now)
    assert left == right
    assert worlds.realm(stack, day).document == worlds.realm(other, day).document


@SLOW
@given(worlds.stacks(), worlds.cases(), worlds.days)
def test_decide_is_total_and_ordered(stack, case, day) -> None:
    realm, now, conditions = worlds.realm(stack, day), worlds.instant(day), configured(stack)
    for wish in (WISH, Wish("nothing"), Wish("m", only=("d0",)), Wish("m", ignore=("d0",)), Wish("m", hops=("mcp",))):
        for observe in (False, True):
            decision = decide((case,), wish, realm, conditions, now, observe=observe)
            assert decision == decide((case,), wish, realm, conditions, now, observe=observe)
            supposed = realm.supposing(stack)  # where verdicts are made one by one
            for asked in (realm, supposed):
                there = goes((case,), wish, asked, conditions, now, observe=observe)
                assert there is isinstance(decision, Placement)
            if isinstance(decision, Refusal):
                assert decision.status in (400, 403, 404, 451, 503)
                continue
            assert decision.tiers
            for tier in decision.tiers:
                assert len({each.score for each in tier}) == 1
                assert [each.deployment for each in tier] == sorted(each.deployment for each in tier)
            enforced = [tier[0].score for tier in decision.tiers if not tier[0].forbidden]
            assert all(left < right for left, right in pairwise(enforced))
            assert observe or not any(each.forbidden for each in decision.candidates)


@SLOW
@given(worlds.stacks(), worlds.cases(), worlds.days)
def test_a_realm_speaks_for_its_own_days_alone(stack, case, day) -> None:
    realm, conditions = worlds.realm(stack, day), configured(stack)
    decisions = Decisions(realm, conditions)
    decisions.decide((case,), WISH, worlds.instant(day))
    for outside in (realm.valid_until, realm.since - 1):
        refusal = decisions.decide((case,), WISH, outside)
        assert isinstance(refusal, Refusal)
        assert refusal.status == 503
        assert not goes((case,), WISH, realm, conditions, outside, observe=True)


@SLOW
@given(worlds.stacks(), worlds.cases(), worlds.days)
def test_within_its_days_a_realm_never_changes_its_mind(stack, case, day) -> None:
    """Built at any instant of its epoch, a realm is the same realm: that is what makes replay possible."""
    realm = worlds.realm(stack, day)
    last = min(realm.valid_until - 1, worlds.instant(worlds.date(2030, 1, 1)))
    from comity.adapters.packs import load_packs, schema_text, zone
    from comity.law.realm import Realm

    packs = load_packs(stack.law)
    again = Realm(stack, packs, worlds.WORDS, schema_text(), last, zone, worlds.FILE_DATE)
    assert again.document == realm.document
    assert again.rule(case) == realm.rule(case)


def test_a_realms_document_is_canonical() -> None:
    document = worlds.realm(worlds.PLAIN, date(2026, 11, 23)).document
    assert canon.parse_canonical(document)["stack_date"] == worlds.FILE_DATE.isoformat()
