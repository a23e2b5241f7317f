"""The atlas of the example file: the report's table comes out, and what does not add up is said."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from comity.posture.atlas.archetype import ARCHETYPES, archetype, place
from comity.posture.atlas.exhibits import exhibits
from comity.posture.atlas.grading import by_dimension, by_layer, rank
from comity.posture.atlas.picture import document, picture
from comity.posture.atlas.reading import read_atlas
from comity.posture.atlas.told import in_words
from comity.posture.atlas.types import GRADES, LAYERS, Atlas, Firm, Funding, Line
from comity.terms import canon
from tests.tidy.tree import ROOT

FILE = ROOT / "examples/atlas/report-2026.yaml"
NAMES = {"us": "United States", "in": "India"}
REPORT = {
    "us": "full-stack",
    "in": "contender",
    "fr-eu": "contender",
    "kr": "contender",
    "ae": "compute-builder",
    "jp": "compute-builder",
    "gb": "importer",
    "sa": "importer",
}


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    read = read_atlas(FILE.read_bytes(), "atlas.yaml")
    assert read.atlas is not None and not read.problems
    return read.atlas


def test_the_rules_reproduce_the_report(atlas: Atlas) -> None:
    assert {nation: place(atlas, nation).archetype for nation in atlas.nations} == REPORT


def test_middleware_is_wanting_outside_the_united_states(atlas: Atlas) -> None:
    """The report's universal gap."""
    grades = {nation: by_layer(atlas, nation)["middleware"].grade for nation in atlas.nations}
    assert grades.pop("us") == "dense"
    assert all(rank(grade) < rank("credible") for grade in grades.values())
    assert grades["in"] == "absent"


def test_every_line_that_moves_a_nation_does(atlas: Atlas) -> None:
    moved = 0
    for nation in atlas.nations:
        found = place(atlas, nation)
        falling = {move.line: move.becomes for move in found.losses}
        for at, line in enumerate(atlas.lines):
            if line.nation == nation:
                rest = replace(atlas, lines=(*atlas.lines[:at], *atlas.lines[at + 1 :]))
                then = place(rest, nation).archetype
                assert falling.get(at, found.archetype) == then
                moved += then != found.archetype
    assert moved == 9


def test_what_a_nation_wants_would_move_it(atlas: Atlas) -> None:
    """Evidence that meets what is asked for makes the archetype that is promised."""
    for nation in atlas.nations:
        for move in place(atlas, nation).gains:
            lines = tuple(
                Line(nation, layer, "made up", "tracxn", atlas.date, stated=grade) for layer, grade in move.layers
            )
            then = place(replace(atlas, lines=(*atlas.lines, *lines)), nation).archetype
            assert ARCHETYPES.index(then) <= ARCHETYPES.index(move.becomes)
    second = Line("ae", "models", "a second developer", "tracxn", atlas.date, actor="Another")
    assert place(replace(atlas, lines=(*atlas.lines, second)), "ae").archetype == "contender"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_better_grade_never_makes_a_lesser_archetype(layer: str) -> None:
    from itertools import product

    for grades in product(GRADES, repeat=4):
        now = dict(zip(LAYERS, grades, strict=True))
        better = {**now, layer: GRADES[min(3, rank(now[layer]) + 1)]}  # type: ignore[index]
        assert ARCHETYPES.index(archetype(better)) <= ARCHETYPES.index(archetype(now))  # type: ignore[arg-type]


def test_words_alone_are_marked(atlas: Atlas) -> None:
    assert by_layer(atlas, "fr-eu")["compute"].stated
    assert not by_layer(atlas, "in")["compute"].stated
    assert by_dimension(atlas, "in")["epistemology"].grade == "credible"
    assert by_dimension(atlas, "sa")["epistemology"].grade == "absent"


def test_laws_are_counted_in_their_own_dimension_and_nowhere_else(atlas: Atlas) -> None:
    assert by_dimension(atlas, "fr-eu")["regulation"].grade == "dense"
    assert by_dimension(atlas, "in")["regulation"].grade == "credible"
    assert by_dimension(atlas, "gb")["regulation"].grade == "thin"
    assert by_layer(atlas, "gb")["middleware"].grade == "absent"


def test_the_years_do_not_add_up_and_it_is_said(atlas: Atlas) -> None:
    assert atlas.funding is not None
    found = exhibits(atlas.funding, NAMES)
    years, share = found.discrepancies
    assert (years.stated, years.reckoned, years.off) == (Decimal("385.5"), Decimal("372.0"), Decimal("13.5"))
    assert not years.explained and share.explained
    assert share.reckoned == Decimal("90.64")
    assert [(part.name, part.value) for part in found.by_nation] == [
        ("us", Decimal("349.4")),
        ("everyone else", Decimal("36.1")),
    ]
    assert found.named is not None and found.named.cr4 == 1
    assert found.hhi is not None and 2354 < found.hhi[0] < found.hhi[1] < 2893


def test_two_firms_of_one_name_are_two_and_a_firm_called_the_rest_is_not_the_rest(atlas: Atlas) -> None:
    firms = (Firm("Alpha", "us", 10), Firm("Alpha", "in", 20), Firm("everyone else", "us", 1))
    found = exhibits(Funding("tracxn", 100, firms=firms), NAMES)
    assert [(part.name, int(part.value)) for part in found.by_firm] == [
        ("Alpha (in)", 20),
        ("Alpha (us)", 10),
        ("everyone else", 1),
        ("everyone else", 69),
    ]
    assert found.named is not None and found.named.n == 3


def test_the_rounding_of_every_firm_counts(atlas: Atlas) -> None:
    firms = tuple(Firm(f"f{n}", "us", 1.1) for n in range(20))
    off = exhibits(Funding("tracxn", 50, {"us": 21.0}, firms), NAMES).discrepancies
    (firms_and_nation,) = [each for each in off if each.what.startswith("the firms of")]
    assert firms_and_nation.off == -1 and firms_and_nation.explained  # twenty firms, half a tenth each


@pytest.mark.parametrize("total", [0, 1e-300, 0.05, 1e12])
def test_a_whole_of_next_to_nothing_or_of_too_much_is_reckoned(atlas: Atlas, total: float) -> None:
    assert atlas.funding is not None
    found = picture(replace(atlas, funding=replace(atlas.funding, total=total)))
    assert found.exhibits is not None and document(found) and in_words(found)


SCHEMES = {"eu.csf", "de.c5", "fr.secnumcloud"}
"""Packs of frameworks and certificates: nobody is bound by them."""


def test_every_law_that_ships_is_counted_or_said_not_to_be(atlas: Atlas) -> None:
    of = {member.lower(): name for name, nation in atlas.nations.items() for member in nation.members}
    of |= {"eu": "fr-eu", "uk": "gb"}
    said = dict.fromkeys(atlas.nations, "")
    for line in atlas.lines:
        if line.measure == "laws":
            said[line.nation] += line.says
            counted = line.says.partition(" not counted")[0].partition(";")[0]
            assert line.value == len(counted.split(", ")), line
    packs = {each.name for each in (ROOT / "src/comity/law/packs").iterdir() if (each / "SOURCES.md").exists()}
    for pack in packs - SCHEMES:
        nation = of.get(pack.partition(".")[0])
        assert nation is None or pack in said[nation], pack


def test_a_law_of_note_alone_does_not_count(atlas: Atlas) -> None:
    noted = tuple(replace(line, weighs=line.measure != "laws") for line in atlas.lines)
    assert by_dimension(replace(atlas, lines=noted), "gb")["regulation"].grade == "absent"


def test_thousands_of_developers_are_asked_about_quickly(atlas: Atlas) -> None:
    many = tuple(Line("in", "models", f"d{n}", "tracxn", atlas.date, actor=f"d{n}") for n in range(5_000))
    found = place(replace(atlas, lines=(*atlas.lines, *many)), "in")
    assert found.archetype == "contender" and not found.losses
    text = "lines:\n" + "".join(
        f"  - {{nation: us, layer: models, says: a, source: packs, date: 2026-01-0{n % 9 + 1}}}\n" for n in range(2_001)
    )
    read = read_atlas(FILE.read_text("utf-8").replace("lines:\n", text, 1).encode(), "atlas.yaml")
    assert read.atlas is None and "at most 2000" in str(read.problems[0])


def test_parts_larger_than_their_whole_are_told(atlas: Atlas) -> None:
    assert atlas.funding is not None
    funding = replace(atlas.funding, nations={"us": 300.0, "in": 100.0})
    whats = [each.what for each in exhibits(funding, NAMES).discrepancies]
    assert "the nations and the whole" in whats
    funding = replace(atlas.funding, nations={"us": 200.0})
    assert "the firms of United States and the nation" in [each.what for each in exhibits(funding, NAMES).discrepancies]


def test_the_document_is_canonical_and_credits_its_source(atlas: Atlas) -> None:
    made = document(picture(atlas))
    assert canon.parse(canon.encode(made)) == made  # no floats
    assert made["funding"]["credit"] == "Source: Tracxn, data to 2 March 2026"  # type: ignore[index]
    said = in_words(picture(atlas))
    assert said.count("Source: Tracxn, data to 2 March 2026") >= 2
    assert "DOES NOT ADD UP" in said and "off by 13.5" in said
    assert "Falcon" in in_words(picture(atlas), "ae")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("nation: ae, layer: models", "nation: aee, layer: models", "aee is not among the nations; did you mean ae?"),
        ("source: tracxn\n  total", "source: tracks\n  total", "tracks is not among the sources"),
        ("measure: accelerators, value: 38000", "measure: accelerators", "value is missing"),
        ("stated: dense, source", "stated: dense, measure: power-mw, value: 3, source", "a stated grade beside"),
        ("layer: middleware, says: The gap", "layer: midleware, says: The gap", "did you mean middleware"),
        ("members: [GB]", "members: [GB, FR]", "FR is a member of fr-eu already"),
        ("{us: 349.4}", "{usa: 349.4}", "usa is not among the nations"),
    ],
)
def test_problems_name_the_line(old: str, new: str, problem: str) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    read = read_atlas(text.replace(old, new, 1).encode(), "atlas.yaml")
    assert read.atlas is None
    (said,) = [str(each) for each in read.problems if problem in str(each)]
    line = int(said.split(":")[1])
    assert new.partition("\n")[0].strip("{}") in text.replace(old, new, 1).splitlines()[line - 1]


def test_concentration_has_its_thousands_apart(atlas: Atlas) -> None:
    said = in_words(picture(atlas))
    assert "HHI 3,992" in said and "HHI between 2,355 and 2,893" in said
