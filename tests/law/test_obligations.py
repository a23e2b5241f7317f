"""The strictest of what several rules oblige to."""

from __future__ import annotations

import pytest

from comity.law.obligations import parsed, seconds, strictest


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
