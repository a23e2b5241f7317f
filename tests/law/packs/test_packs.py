"""The packs that ship: what no engine can see in one of them alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from comity.adapters.packs import (
    LAW,
    PASSED,
    pack_folders,
    read_folder,
    schema_text,
    trial_mark,
    tried,
    vocabulary,
    zone,
)
from comity.law.cedar import Schema
from comity.law.coverage import TOUCHES
from comity.law.epoch import Epoch
from comity.law.pack import Pack
from comity.law.precedents import Precedents
from comity.terms.instants import start_of
from tests.law.packs.mutants import scenes, survivors

SHIPPED = pack_folders()
DAY = timedelta(days=1)


def packs() -> dict[str, Pack]:
    read = {name: read_folder(folder)[0] for name, folder in SHIPPED.items()}
    return {name: pack for name, pack in read.items() if pack is not None}


@pytest.fixture(scope="module")
def shipped() -> dict[str, Pack]:
    return packs()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_case_of_a_pack_holds(name: str, shipped: dict[str, Pack]) -> None:
    trial = tried(shipped[name])
    assert not trial.problems, "\n".join(map(str, trial.problems))
    assert all(rule.fires and rule.silent for rule in trial.rules)


def boundaries(pack: Pack) -> Iterator[tuple[str, date]]:
    """The first day of every state of the law that the pack makes: of a rule, or of a list after the pack began."""
    begin = min(rule.since for rule in pack.rules)
    for rule in pack.rules:
        yield rule.id, rule.since
        if rule.until:
            yield rule.id, rule.until + DAY
    for name, group in pack.groups.items():
        for entry in group.members:
            if entry.since > begin:
                yield f"{name} {entry.member}", entry.since
            if entry.until:
                yield f"{name} {entry.member}", entry.until + DAY


@pytest.mark.parametrize("name", SHIPPED)
def test_every_date_has_a_case_on_the_eve_and_one_on_the_day(name: str, shipped: dict[str, Pack]) -> None:
    pack = shipped[name]
    tried_on = {case.on for case in pack.cases}
    missing = {(what, day) for what, day in boundaries(pack) if day not in tried_on or day - DAY not in tried_on}
    assert not missing


def test_there_are_cases_enough_and_traps_among_them(shipped: dict[str, Pack]) -> None:
    cases = {name: pack.cases for name, pack in shipped.items()}
    assert sum(map(len, cases.values())) >= 60
    for name, held in cases.items():
        assert any(case.trap for case in held), name
        sentences = [case.says for case in held]
        assert len(sentences) == len(set(sentences)), name


def test_prudence_is_never_called_law(shipped: dict[str, Pack]) -> None:
    for pack in shipped.values():
        for rule in pack.rules:
            prudent = rule.citation.basis == "prudential"
            if pack.name.startswith("prudent."):
                assert prudent and rule.citation.law.startswith("Prudence"), rule.id
            elif prudent:
                assert rule.kind == "advise", f"{rule.id}: only an advisory may rest on prudence in a pack of law"


def test_what_counsel_has_not_reviewed_says_so(shipped: dict[str, Pack]) -> None:
    assert {rule.review for pack in shipped.values() for rule in pack.rules} == {"none"}
    assert not any(rule.citation.reviewed for pack in shipped.values() for rule in pack.rules)


def test_exposure_forbids_nothing_and_prudence_covers_nothing(shipped: dict[str, Pack]) -> None:
    assert {rule.kind for rule in shipped["us.exposure"].rules} == {"advise"}
    assert shipped["prudent.extraterritorial"].coverage.status == "opt-in"
    assert shipped["prudent.extraterritorial"].coverage.covers == ()


def test_no_rule_of_exposure_looks_at_the_site(shipped: dict[str, Pack]) -> None:
    for name in ("us.exposure", "prudent.extraterritorial"):
        text = "\n".join(line.partition("//")[0] for line in shipped[name].files["rules.cedar"].splitlines())
        assert "resource.site" not in text


def test_every_rule_stands_in_the_sources(shipped: dict[str, Pack]) -> None:
    """By its own name, or by the stem that several share (`27-` for `27-representative`)."""
    for pack in shipped.values():
        sources = pack.files["SOURCES.md"]
        for rule in pack.rules:
            short = rule.id.partition("/")[2]
            stem = f"{short.partition('-')[0]}-"
            named = short in sources or re.search(rf"(?<!\w){stem}(?!\w)", sources) or pack.name.startswith("prudent.")
            assert named, rule.id


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2027, 5, 12), date(2027, 5, 13), date(2028, 1, 1)])
def test_india_is_covered_on_every_day_in_every_role(day: date, shipped: dict[str, Pack]) -> None:
    schema = Schema(vocabulary().schema(schema_text()))
    epoch = Epoch(list(shipped.values()), schema, start_of(day, zone("Asia/Kolkata")), zone)
    regulated = (("personal", ("personal",)), ("health", vocabulary().close(("health",))))
    for role in TOUCHES:
        assert not list(epoch.covered.gaps(frozenset({("IN", role)}), regulated, "infer"))


def test_who_is_covered_where_and_who_is_not(shipped: dict[str, Pack]) -> None:
    schema = Schema(vocabulary().schema(schema_text()))
    at = start_of(date(2026, 11, 23), zone("UTC"))
    covered = Epoch(list(shipped.values()), schema, at, zone).covered
    health = (("health", vocabulary().close(("health",))),)
    personal = (("personal", ("personal",)),)
    seen = (("FR", "subjects"), ("NO", "site"), ("US", "control"), ("PR", "operator"), ("AE", "subjects"))
    for place, role in (*seen, ("AE-DU-x-difc", "site"), ("KR", "subjects"), ("JP", "operator")):
        assert not list(covered.gaps(frozenset({(place, role)}), health, "embed")), (place, role)  # type: ignore[arg-type]
    for place, role in (("US", "subjects"), ("US", "controller"), ("KE", "site"), ("NP", "subjects")):
        assert list(covered.gaps(frozenset({(place, role)}), health, "infer")), (place, role)  # type: ignore[arg-type]
    assert list(covered.gaps(frozenset({("KE", "subjects")}), personal, "infer"))


def test_all_packs_together_compile_on_every_boundary(shipped: dict[str, Pack]) -> None:
    """Lists that two packs share agree, and no date breaks a realm of all packs."""
    schema = Schema(vocabulary().schema(schema_text()))
    days = sorted({day for pack in shipped.values() for _, day in boundaries(pack)})
    read = Precedents()
    for day in days:
        at = start_of(day + DAY, zone("UTC"))  # begun in every time zone
        assert Epoch(list(shipped.values()), schema, at, zone, precedents=read).rules


def test_the_pages_of_the_packs_exist(shipped: dict[str, Pack]) -> None:
    pages = LAW.parents[2] / "docs" / "law"
    assert {page.stem for page in pages.glob("*.md")} == set(shipped)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_cases_notice_whatever_is_taken_out_of_a_rule(name: str, shipped: dict[str, Pack]) -> None:
    pack = shipped[name]
    assert not list(survivors(pack, scenes(pack)))


def test_a_pack_that_passed_is_known_by_its_mark_and_a_changed_one_is_not(shipped: dict[str, Pack]) -> None:
    marks = json.loads((LAW / "packs" / PASSED).read_bytes())
    assert {name: trial_mark(pack) for name, pack in shipped.items()} == marks  # `make fix` makes them anew
    pack = shipped["eu.gdpr"]
    changed = replace(pack, files={**pack.files, "rules.cedar": pack.files["rules.cedar"] + "\n"})
    assert trial_mark(changed) not in marks.values()
