"""YAML from people: words stay words, and no text takes the process with it."""

from __future__ import annotations

import pytest

from comity.law.plain_yaml import MAX_DEPTH, load


def test_norway_is_a_country_and_on_is_a_word() -> None:
    assert load("{on: NO, yes: off}") == {"on": "NO", "yes": "off"}
    assert load("[true, false]") == [True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 60_000, "levels of nesting"),  # libyaml descends on the machine's stack, which ends
        ("{a: " * 60_000, "levels of nesting"),
        ("a: &x [1]\nb: *x", "line 2: an alias"),
        ("&a [*a]", "an alias"),
        ("{[a]: b}", "a list or mapping as a key"),
        ("a: 1\na: 2", "line 2: 'a' stands twice"),
        ("!!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("a: 2026-13-45", "month"),
        ("{: :", "line 1"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load(text)


def test_nesting_within_the_limit_is_read() -> None:
    assert load("[" * MAX_DEPTH + "]" * MAX_DEPTH)
