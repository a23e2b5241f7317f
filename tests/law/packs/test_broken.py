"""Every pack that ships, broken on purpose: each way of breaking it is caught, by name."""

from __future__ import annotations

from functools import cache

import pytest

from comity.adapters.packs import pack_folders, read_folder, tried
from comity.law.pack import Pack
from tests.law.packs.broken import complaints, in_text, texts, unnoticed_dates, unnoticed_entries

SHIPPED = pack_folders()

IDLE_LISTS = {"EU": "the Member States: eu.gdpr's rules ask for the EEA; packs beside a stack file may ask for it"}
"""Lists of a pack that no rule of its own asks about, so that no case of it could miss an entry, and why they are there."""


@cache
def pack(name: str) -> Pack:
    read, problems = read_folder(SHIPPED[name])
    assert read is not None, problems
    return read


@pytest.mark.parametrize("name", SHIPPED)
def test_a_rule_broken_in_its_text_is_named(name: str) -> None:
    held = texts(pack(name))
    assert set(held) == {rule.id for rule in pack(name).rules}
    for rule, text in held.items():
        assert not complaints(name, text), rule
        ways = list(in_text(text))
        assert len(ways) >= 2
        for what, broken, named in ways:
            assert broken != text, (rule, what)
            found = complaints(name, broken)
            assert any(named in sentence for sentence in found), (rule, what, found)
            assert any(rule in sentence for sentence in found), (rule, what, found)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_date_that_is_a_day_off_is_named(name: str) -> None:
    held = pack(name)
    assert not list(unnoticed_dates(held, held.cases))


@pytest.mark.parametrize("name", SHIPPED)
def test_an_entry_of_a_list_that_is_gone_is_missed(name: str) -> None:
    held = pack(name)
    found = [entry for entry in unnoticed_entries(held, held.cases) if entry.partition(":")[0] not in IDLE_LISTS]
    assert not found


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_that_a_case_could_try_is_untried(name: str) -> None:
    trial = tried(pack(name))
    assert trial.whole, (*trial.problems, *trial.gaps)
