"""What is decided for every case at once is what a realm rules on each: over random stacks, cases and dates."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.adapters.packs import schema_text
from comity.law.candidates import GATEWAY
from comity.law.case import Case, ordered
from comity.law.question import CASE, case_entities
from comity.posture.claims.values import Choice, Entity, Gathering, Members, Truth, record
from comity.stack.types import Gap
from tests.placement import worlds
from tests.posture.claims.stated import Opened

SLOW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
WORDS = worlds.WORDS

gaps = st.lists(
    st.builds(
        Gap,
        jurisdiction=st.sampled_from(["KE", "US", "BR"]),
        data=st.sampled_from([("personal",), ("health", "financial")]),
        why=st.just("known"),
        until=st.sampled_from([worlds.DAYS[2], worlds.DAYS[-1]]),
    ),
    max_size=2,
).map(tuple)


@st.composite
def full_cases(draw: st.DrawFn) -> Case:
    """A case in which any fact may be stated."""
    case = draw(worlds.cases())
    objective = draw(st.sampled_from(["", "SOV-1:2", "SOV-7:4"]))
    return replace(
        case,
        operation=draw(st.sampled_from(sorted(WORDS.operations))),
        controller=draw(st.sampled_from(["agency", "bank", "FR", "IN", "KE", "CH", "MF"])),
        risk=draw(st.sampled_from(sorted(WORDS.risks))),
        sector=draw(st.sampled_from(sorted(WORDS.sectors))),
        uses=draw(
            st.one_of(
                st.just(("unstated",)),
                st.lists(st.sampled_from(sorted(set(WORDS.uses) - {"unstated"})), max_size=2).map(ordered),
            )
        ),
        placed=draw(st.sampled_from(["", "2020-01-01", "2026-08-01", "2026-08-02", "2027-12-02"])),
        seal=(objective,) if objective else (),
    )


@SLOW
@given(worlds.stacks(), gaps, worlds.days, st.lists(full_cases(), min_size=6, max_size=6))
def test_permitted_and_owed_as_the_realm_rules(stack, accepted, day, cases) -> None:
    realm = worlds.realm(replace(stack, uncovered=accepted), day)
    opened = Opened(realm)
    duties = [rule for rule in realm.rules.values() if rule.kind == "oblige"]
    for case in cases:
        view = opened.view(case.controller)
        true = opened.true(case)
        for name, verdict in realm.rule(case).verdicts.items():
            face, gateway = view.faces[name], view.faces[GATEWAY]
            permitted = opened.candidates.permitted(face, gateway)
            assert opened.formulas.holds(permitted, true) == verdict.permit, (name, case, verdict.forbids)
            for rule in duties:
                owed = opened.candidates.owed(face, gateway, [rule])
                assert opened.formulas.holds(owed, true) == (rule.id in verdict.obliges), (rule.id, name, case)


@SLOW
@given(worlds.stacks(), worlds.days, full_cases())
def test_the_open_case_reads_back(stack, day, case) -> None:
    realm = worlds.realm(stack, day)
    opened = Opened(realm)
    true = opened.true(case)
    (read,) = opened.scope.read(lambda formula: opened.formulas.holds(formula, true))
    assert opened.true(read) == true


def test_every_fact_of_the_case_is_open() -> None:
    """Who gives law a new fact of the case opens it in `scope`, or a proof would not see it."""
    case = worlds.PLAIN_CASE
    entities = case_entities(case, (), (), "FR", public=False)
    seen = record("principal", Entity("Case", CASE), entities).attributes
    opened = Opened(worlds.realm(worlds.PLAIN, worlds.DAYS[3])).scope.case.attributes
    assert set(opened) == set(seen)
    for name, value in seen.items():
        assert type(opened[name]) is type(value), name
    assert all(f"    {name}: " in schema_text() for name in opened)
    assert {type(value) for value in opened.values()} == {Choice, Gathering, Members, Truth}
