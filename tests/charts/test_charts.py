"""What every chart gives: the picture that it gave before, well-formed and finite, a text and a table that say as much."""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.charts.bars import before_after
from comity.charts.chart import Chart
from comity.charts.columns import columns
from comity.charts.figures import NOT_KNOWN
from comity.charts.heatmap import heatmap
from comity.charts.letters import LONGEST_NAME, cells, two_lines, width
from comity.charts.lorenz import lorenz
from comity.charts.radar import radar
from comity.charts.ranks import ranks
from comity.charts.sankey import sankey
from comity.charts.series import Line, series
from comity.charts.shares import shares
from tests.charts.gallery import GALLERY, LONG, MARKUP
from tests.charts.golden import differing

NUMBER = re.compile(r"-?\d+(\.\d+)?")
SVG = "{http://www.w3.org/2000/svg}"

values = st.none() | st.integers() | st.floats() | st.decimals(allow_nan=True, allow_infinity=True)
positive = st.none() | st.integers(0, 10**30) | st.floats(0)
names = st.text(max_size=60)
rows = st.lists(st.tuples(names, values, values), max_size=40)


def test_pictures_are_what_they_were() -> None:
    assert differing() == []


@pytest.mark.parametrize("name", GALLERY)
def test_a_picture_is_one_element_with_a_name(name: str) -> None:
    chart = GALLERY[name]()
    svg = _sound(chart)
    assert svg.get("aria-label") == chart.title and svg.get("role") == "img"
    assert "style" not in chart.svg and "#" not in re.sub(r"url\(#\w+\)|&#\d+;", "", chart.svg)  # no colours of its own
    assert max(cells(line) for line in chart.text.splitlines()) <= 120
    assert chart.text == "\n".join(line.rstrip() for line in chart.text.splitlines())


@pytest.mark.parametrize("name", sorted(set(GALLERY) - {"empty"}))
def test_what_is_not_known_is_said_three_times(name: str) -> None:
    chart = GALLERY[name]()
    assert NOT_KNOWN in chart.svg and NOT_KNOWN in chart.text
    assert any(NOT_KNOWN in cell for row in chart.table.rows for cell in row)


def test_a_long_name_is_cut_and_whole_in_its_tooltip() -> None:
    texts = _sound(GALLERY["before-after"]()).iter(f"{SVG}text")
    (found,) = [each for each in texts if (each.findtext(f"{SVG}title") or "") == LONG]
    shown = "".join(found.itertext()).removeprefix(LONG)
    assert shown.endswith("…") and LONG.startswith(shown[:-1]) and 20 < len(shown) <= LONGEST_NAME


def _shown(chart: Chart) -> list[str]:
    """Words of a picture, without their tooltips."""
    texts = _sound(chart).iter(f"{SVG}text")
    return ["".join(each.itertext()).removeprefix(each.findtext(f"{SVG}title") or "") for each in texts]


def test_the_names_of_a_radar_stand_whole() -> None:
    assert {LONG, f"{LONG}-again", "short"} <= set(_shown(GALLERY["radar-names"]()))


def test_a_long_party_stands_on_two_lines_where_it_is_high_enough() -> None:
    stages = ("chip", "site", "operator", "model", "application")
    name = "unnamed, of mistral-small"
    chart = sankey("Chains", stages, [(("nvidia", "paris", "hexagone", name, "triage"), 1)])
    assert "unnamed, of" in (shown := _shown(chart)) and "mistral-small" in shown
    assert not any(each.endswith("…") for each in shown)


@pytest.mark.parametrize(
    "words", ["", "a", "one two", "unnamed, of mistral-small", "x" * 40, "नि" * 12, "e\u0301" * 30]
)
def test_two_lines_are_no_wider_than_their_room(words: str) -> None:
    first, second = two_lines(words, 80)
    assert width(first) <= 80 and width(second) <= 80
    assert (first + second).replace(" ", "").removesuffix("…") in words.replace(" ", "")
    assert not second or unicodedata.category(second[0])[0] != "M"


def test_markup_is_text() -> None:
    for name, make in GALLERY.items():
        tags = {each.tag.removeprefix(SVG) for each in _sound(make()).iter()}
        assert tags <= {"svg", "defs", "pattern", "rect", "path", "circle", "text", "title"}, name
    assert MARKUP in "".join(_sound(GALLERY["sankey"]()).itertext())


def test_not_known_is_never_nought() -> None:
    chart = before_after("one", [("a", None, 5)])
    assert chart.table.rows == (("a", NOT_KNOWN, "5", NOT_KNOWN),)
    assert 'class="unknown"' in chart.svg
    assert 'class="unknown"' not in before_after("one", [("a", 0, 5)]).svg


def test_the_table_has_rows_that_the_picture_has_no_room_for() -> None:
    chart = before_after("many", [(f"row {n}", n, n) for n in range(100)])
    assert len(chart.table.rows) == 100 and "and 70 more, in the table" in chart.svg and "row 31" not in chart.svg


def test_a_crowded_stage_is_lumped() -> None:
    chart = sankey("many", ("a", "b"), [((f"n{n}", "x"), n + 1) for n in range(30)])
    assert "19 others" in chart.svg and len(chart.table.rows) == 30


def test_the_gini_of_a_few() -> None:
    assert dict(lorenz("l", [("a", (1, 1, 1, 1)), ("b", (0, 0, 0, 4))]).table._asdict())["rows"][-2] == (
        "Gini",
        "0.000",
        "0.750",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: shares("t", ("a", "b"), [("r", (1,))]),
        lambda: shares("t", ("a", "b"), [("r", (1, -1))]),
        lambda: shares("t", "abcdefg", []),
        lambda: columns("t", [("a", 1)], notes=["x", "y"]),
        lambda: sankey("t", ("a",), []),
        lambda: sankey("t", ("a", "b"), [(("x", "y"), -1)]),
        lambda: sankey("t", ("a", "b"), [(("x",), 1)]),
        lambda: heatmap("t", ("a",), [("r", (1, 2))]),
        lambda: heatmap("t", ("a",), [("r", (7,))], ("none", "some")),
        lambda: radar("t", ("a", "b"), [], 4),
        lambda: radar("t", ("a", "b", "c"), [("r", (1, 2, 9))], 4),
        lambda: series("t", ("a", "b"), [Line("r", (1,))]),
        lambda: series("t", ("a",), [], marks=[("z", "what")]),
        lambda: lorenz("t", [("r", (-1,))]),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"^t: "):
        wrong()  # type: ignore[operator]


@given(title=names, rows=rows, unit=names)
@settings(max_examples=60, deadline=None)
def test_bars_of_anything(title: str, rows: list[tuple[str, object, object]], unit: str) -> None:
    _sound(before_after(title, rows, unit, title))  # type: ignore[arg-type]
    single = [(name, value) for name, value, _ in rows]
    _sound(ranks(title, single, unit, of=3))  # type: ignore[arg-type]
    _sound(columns(title, single, unit))  # type: ignore[arg-type]


@given(title=names, cells=st.lists(st.tuples(names, st.tuples(values, values)), max_size=8))
@settings(max_examples=40, deadline=None)
def test_maps_and_lines_of_anything(title: str, cells: list[tuple[str, tuple[object, object]]]) -> None:
    _sound(heatmap(title, ("one", title), cells))  # type: ignore[arg-type]
    _sound(series(title, ("first", title), [Line(*each) for each in cells[:5]]))  # type: ignore[arg-type]


@given(title=names, chains=st.lists(st.tuples(st.tuples(st.none() | names, names), positive), max_size=30))
@settings(max_examples=40, deadline=None)
def test_parts_of_anything(title: str, chains: list[tuple[tuple[str | None, str], int | float | None]]) -> None:
    _sound(sankey(title, (title, "to"), chains))
    _sound(lorenz(title, [(title, [weight for _, weight in chains])]))
    _sound(shares(title, ("one", "other"), [(name, (weight, weight)) for (_, name), weight in chains]))


def _sound(chart: Chart) -> ElementTree.Element:
    """The picture read as XML, with every coordinate finite."""
    svg = ElementTree.fromstring(chart.svg)
    for each in svg.iter():
        for key in ("x", "y", "width", "height", "cx", "cy"):
            assert NUMBER.fullmatch(each.get(key, "0")), (key, each.get(key))
        if (d := each.get("d")) is not None:
            assert re.fullmatch(r"[MLCVHZ\d. -]*", d), d
    assert len(chart.table.columns) == len(chart.table.rows[0]) if chart.table.rows else True
    return svg
