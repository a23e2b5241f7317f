"""Pages as files: nothing in them asks for anything, nothing from outside is markup, and the same input gives the same bytes."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.charts.chart import Table
from comity.charts.page import MOST_ROWS, Section, Tile, page, table
from comity.charts.prose import prose
from comity.charts.twin import spoken
from tests.charts.gallery import GALLERY, MARKUP

ASKS = {
    "script",
    "img",
    "link",
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "source",
    "form",
    "base",
    "use",
    "image",
}


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(key, value or "") for key, value in attrs]
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def whole(words: str) -> str:
    """A page of every chart, with some words wherever words can be."""
    rows = ((words, "1", words), ("b", "2", "not known"))
    charts = [make() for make in GALLERY.values()]
    section = Section(
        words, f"{words}\n\n- {words}\n- `{words}`", charts, [(words, Table((words, "n", words), rows))], [words]
    )
    return page(words, words, [section, Section("two"), Section("three")], words, [Tile(words, words, words)], words)


def harmless(text: str) -> None:
    read = _Reader(text)
    assert read.open == [] and not ASKS & set(read.tags)
    names = {key for key, _ in read.attributes}
    assert not {"style", "src", "srcset", "action"} & names and not any(key.startswith("on") for key in names)
    links = [value for key, value in read.attributes if key in {"href", "xlink:href"}]
    assert all(link.startswith(("#part-", "https://")) for link in links)


def test_a_page_asks_for_nothing() -> None:
    harmless(whole(MARKUP))


@given(st.text(alphabet=st.sampled_from("<>&\"'`-/ \n=aA:\x00\u202e#10.https") | st.characters(), max_size=40))
@settings(max_examples=25, deadline=None)
def test_whatever_is_written_in_it(words: str) -> None:
    rows = Table((words, words), ((words, words),))
    harmless(
        page(
            words,
            words,
            [Section(words, words, (), [(words, rows)], [words])] * 3,
            words,
            [Tile(words, words, words)],
            words,
        )
    )


def test_the_style_sheet_is_the_one_that_the_policy_allows() -> None:
    text = whole("words")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in text
    assert "url(" not in style and "@import" not in style


def test_the_same_input_gives_the_same_bytes() -> None:
    assert whole("words") == whole("words")


def test_ids_are_not_given_twice() -> None:
    ids = re.findall(r' id="([^"]+)"', whole("words"))
    assert len(ids) == len(set(ids))


def test_figures_stand_to_the_right_and_words_to_the_left() -> None:
    cells = (("a", "1,200 EUR", "a word", "−3 %"), ("b", "not known", "1", "no change"))
    assert re.findall(r'<td class="number">([^<]+)', table(Table(("", "n", "w", "c"), cells))) == [
        "1,200 EUR",
        "−3 %",
        "not known",
        "no change",
    ]


def test_a_long_cell_keeps_a_width_to_be_read_in() -> None:
    said = table(Table(("", "for example"), (("chip", "nvidia (US) > paris (FR) > hexagone (FR)"), ("site", "paris"))))
    assert said.count('<td class="long">') == 1 and "<td>paris" in said


def test_a_long_table_says_that_it_goes_on() -> None:
    made = table(Table(("", "n"), tuple((str(n), "x") for n in range(MOST_ROWS + 1))))
    assert f"The first {MOST_ROWS:,} of {MOST_ROWS + 1:,} rows." in made and made.count("<tr>") == MOST_ROWS + 1


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo", "<p>one two</p>"),
        ("- a\n- b\n  more", "<ul><li>a</li><li>b more</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("    x  <y>\n      z", "<pre>x  &lt;y&gt;\n  z</pre>"),
        ("see `a <b>` now", "<p>see <code>a &lt;b&gt;</code> now</p>"),
        (
            "at https://a.example/b?c=d&e.",
            '<p>at <a href="https://a.example/b?c=d&amp;e" rel="noreferrer">https://a.example/b?c=d&amp;e</a>.</p>',
        ),
        ("javascript:alert(1) http://a.example", "<p>javascript:alert(1) http://a.example</p>"),
        ("", ""),
    ],
)
def test_prose(text: str, html: str) -> None:
    assert prose(text) == html


def test_a_twin_is_spoken_without_its_bars() -> None:
    assert spoken("t\n  a  before  12  ████▌") == "t\na before 12"
