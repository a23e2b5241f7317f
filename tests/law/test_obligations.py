"""The strictest of what several rules oblige to."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.adapters.packs import pack_folders, read_folder
from comity.law.duties import DUTIES, SOONEST
from comity.law.obligations import Due, order_of, parsed, seconds, strictest
from tests.law import toy

DURATIONS = ("PT4H", "PT24H", "PT72H", "P3D", "P15D", "P1M", "P6M", "P12M", "P1Y", "P10Y", "P25Y")


def values(key: str) -> st.SearchStrategy[str]:
    """Everything that a pack may write behind a key."""
    return st.sampled_from((*DUTIES[key].words, *(DURATIONS if DUTIES[key].timed else ("x.own",))))


PAIRS = st.lists(
    st.sampled_from(sorted(DUTIES)).flatmap(
        lambda key: st.tuples(st.sampled_from(("a/1", "b/1", "c/1")), values(key).map(lambda value: f"{key}={value}"))
    ),
    max_size=12,
)


def laxer(key: str, held: str, asked: str) -> bool:
    """Whether whoever meets `held` may still fail `asked`: written apart from the code under test."""
    if held == asked:
        return False
    if held in SOONEST or asked in SOONEST:
        order = [*SOONEST, "a duration"]
        places = [order.index(each) if each in SOONEST else order.index("a duration") for each in (held, asked)]
        return places[0] > places[1] or (seconds(held) is None and held not in SOONEST)
    left, right = seconds(held), seconds(asked)
    if left is None or right is None:
        return True
    return left < right if order_of(key) == "longest" else left > right


def demands(found: tuple[Due, ...]) -> list[tuple[str, str]]:
    """What is due, as the rules of one more pack would write it."""
    return [(rule, due.text) for due in found for rule in due.rules]


def values_of(found: tuple[Due, ...]) -> list[tuple[str, str]]:
    return [(due.key, due.value) for due in found]


def test_durations_are_compared_as_durations() -> None:
    assert seconds("P12M") == seconds("P1Y")
    assert (seconds("P6M") or 0) < (seconds("P1Y") or 0) < (seconds("P25Y") or 0)
    assert seconds("PT72H") == seconds("P3D")
    assert seconds("P") is None and seconds("yearly") is None


def test_what_must_be_kept_is_kept_longest_and_what_must_be_told_is_told_soonest() -> None:
    found = strictest(
        [
            ("eu.aia/26-6", "log.retain_min=P6M"),
            ("in.dpdp/6", "log.retain_min=P1Y;notify.breach=PT72H"),
            ("nis2/23", "notify.breach=PT24H"),
            ("cn.pipl/57", "notify.breach=immediately"),
        ]
    )
    assert [due.text for due in found] == ["log.retain_min=P1Y", "notify.breach=immediately"]
    assert found[0].rules == ("in.dpdp/6",)
    assert found[0].milder == (("P6M", ("eu.aia/26-6",)),)
    assert [value for value, _ in found[1].milder] == ["PT24H", "PT72H"]


def test_values_that_do_not_compare_each_bind() -> None:
    found = strictest([("a/1", "assess=dpia"), ("b/1", "assess=fria"), ("c/1", "assess=dpia")])
    assert [(due.text, due.rules) for due in found] == [("assess=dpia", ("a/1", "c/1")), ("assess=fria", ("b/1",))]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [("disclose.ai", [("disclose.ai", "")]), (" a=1 ; b ;", [("a", "1"), ("b", "")]), ("", [])],
)
def test_an_obligation_is_read_key_by_key(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(parsed(text)) == pairs


def test_the_order_of_the_rules_makes_no_difference() -> None:
    pairs = [("a/1", "log.retain_min=P6M"), ("b/1", "log.retain_min=P1Y"), ("c/1", "log.retain_min=P12M")]
    assert strictest(pairs) == strictest(reversed(pairs))


@given(PAIRS)
def test_no_rule_is_met_less_than_it_asks(pairs: list[tuple[str, str]]) -> None:
    found = strictest(pairs)
    for rule, text in pairs:
        for key, value in parsed(text):
            assert any(due.key == key and not laxer(key, due.value, value) for due in found), (rule, text, found)
    for due in found:
        assert any((due.key, due.value) == each for _, text in pairs for each in parsed(text))


@given(PAIRS, st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(pairs: list[tuple[str, str]], chance: object) -> None:
    shuffled = [*pairs, *pairs]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert strictest(shuffled) == strictest(pairs)


@given(PAIRS, PAIRS, PAIRS)
def test_it_can_be_taken_in_parts(
    one: list[tuple[str, str]], two: list[tuple[str, str]], three: list[tuple[str, str]]
) -> None:
    whole = values_of(strictest([*one, *two, *three]))
    assert values_of(strictest([*demands(strictest([*one, *two])), *three])) == whole
    assert values_of(strictest([*one, *demands(strictest([*two, *three]))])) == whole
    assert values_of(strictest(demands(strictest([*one, *two, *three])))) == whole


@pytest.mark.parametrize("key", [key for key, duty in DUTIES.items() if duty.timed])
def test_times_stand_in_one_line(key: str) -> None:
    ranked = [value for value in (*DURATIONS, *DUTIES[key].words) if value in SOONEST or seconds(value) is not None]
    for one, other in product(ranked, ranked):
        assert not (laxer(key, one, other) and laxer(key, other, one))
        (due,) = strictest([("a/1", f"{key}={one}"), ("b/1", f"{key}={other}")])
        assert not laxer(key, due.value, one) and not laxer(key, due.value, other)


DUTY = (
    toy.RULES
    + """
@id("toy/2") @from("2026-01-01") @law("Toy Act") @cite("s.2") @url("https://example.org/toy") @kind("oblige")
@basis("statute") @source("primary") @review("none") @says("Toys are logged.") @obligation("OBLIGATION")
permit (principal, action == Comity::Action::"oblige", resource)
when { principal.subjects in Comity::Jurisdiction::"FR" };
"""
)


@pytest.mark.parametrize(
    ("obligation", "found"),
    [
        ("log.retain_min=P6M;toy.sing=loudly;assess=toy.safety;disclose.ai", ""),
        ("log.retian_min=P6M", "'log.retian_min' is no duty"),
        ("log.retain_min=6M", "log.retain_min has the value '6M', expected a duration"),
        ("log.retain_min=toy.long", "log.retain_min has the value 'toy.long'"),
        ("notify.breach=soon", "expected a duration as P6M or immediately, without-delay"),
        ("assess=dpai", "assess has the value 'dpai'"),
        ("oversight.human=P6M", "oversight.human has the value 'P6M'"),
    ],
)
def test_a_pack_whose_duties_nobody_knows_is_refused_by_name(obligation: str, found: str) -> None:
    problems = [str(each) for each in toy.trial(rules_cedar=DUTY.replace("OBLIGATION", obligation)).problems]
    said = [problem for problem in problems if "@obligation" in problem]
    assert len(said) == bool(found)
    assert all("toy/2" in problem and found in problem for problem in said)


def test_the_table_has_no_duty_that_no_law_sets() -> None:
    packs = [read_folder(folder)[0] for folder in pack_folders().values()]
    used = {key for pack in packs if pack for rule in pack.rules for key, _ in parsed(rule.obligation)}
    assert sorted(set(DUTIES) - used) == []
