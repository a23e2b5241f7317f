"""A page of results: the answer first, then sections of prose, charts and tables, each with its sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from comity.charts.chart import Chart, Table
from comity.charts.figures import NOT_KNOWN
from comity.charts.letters import safe
from comity.charts.page_style import PAGE_STYLE
from comity.charts.prose import LONGEST_PARAGRAPH, inline, prose
from comity.charts.shell import document
from comity.charts.twin import spoken

MOST_ROWS = 2_000  # of a table in a page, which stays a thing that a browser opens at once; JSON has the rest
_NUMBER = r"[−+×<>]?\s?[\d,.]+(×10\^\d+)?"
_FIGURE = re.compile(rf"{_NUMBER}( to {_NUMBER})?( [^\s\d]\S{{0,11}}){{0,2}}( \(.*\))?")
_BRIEF = 16  # letters of a name that is not broken: a month, a nation
LONG = 32  # letters of a cell that keeps a width in which it can be read, on a telephone too
_LONG_CELL = ' class="long"'
_WORDLESS = {NOT_KNOWN, "no change", "new", "none left", "turns", "", "–"}


class Tile(NamedTuple):
    """One number that a reader takes away: the figure, what it is, and a few words more."""

    figure: str
    says: str
    note: str = ""


class Section(NamedTuple):
    """Part of a page. `prose` is plain text as `charts.prose` reads it; each table has its caption first. `folded`
    tables are opened by who wants them, and by paper.
    """

    heading: str
    prose: str = ""
    charts: Sequence[Chart] = ()
    tables: Sequence[tuple[str, Table]] = ()
    sources: Sequence[str] = ()
    folded: bool = False


def page(
    title: str,
    lead: str,
    sections: Sequence[Section],
    kicker: str = "Comity",
    tiles: Sequence[Tile] = (),
    foot: str = "",
    notice: str = "",
) -> str:
    """The whole page as one HTML file that fetches nothing, in light and dark, and prints on A4.

    `lead` answers in a sentence or two; `kicker` stands above the title; `foot` below everything. `notice` is what
    nobody may overlook who reads the figures. All text is escaped.
    """
    body = "\n".join(
        (
            "<main>",
            f'<header>\n<p class="kicker">{safe(kicker)}</p>\n<h1>{safe(title)}</h1>',
            *(f'<p class="lead">{inline(part)}</p>' for part in lead.split("\n\n") if part),
            *((f'<p class="notice">{inline(notice)}</p>',) if notice else ()),
            *_tiles(tiles),
            "</header>",
            *_contents(sections),
            *(line for number, section in enumerate(sections, 1) for line in _section(number, section)),
            *((f"<footer>{prose(foot)}</footer>",) if foot else ()),
            "</main>",
        )
    )
    return document(title, PAGE_STYLE, body)


def table(held: Table, caption: str = "", linked: bool = False) -> str:
    """A table as HTML: the first cell of a row heads it, figures stand to the right.

    With `linked`, an address in a cell is a link and words between grave accents are code; names are never either.
    """
    written = inline if linked else safe
    right = [
        bool(held.rows) and n > 0 and all(_is_figure(row[n]) for row in held.rows) for n in range(len(held.columns))
    ]
    marks = [' class="number"' if each else "" for each in right]
    parts = [f"<table>{f'<caption>{safe(caption)}</caption>' if caption else ''}\n<thead><tr>"]
    for head, mark in zip(held.columns, marks, strict=True):
        parts.append(f'<th scope="col"{mark}>{safe(head)}</th>' if head else "<td></td>")
    parts.append("</tr></thead>\n<tbody>")
    brief = ' class="brief"' if all(len(row[0]) <= _BRIEF for row in held.rows) else ""
    for row in held.rows[:MOST_ROWS]:
        first, *rest = safe(row[0]), *map(written, row[1:])
        cells = "".join(
            f"<td{_LONG_CELL if len(whole) > LONG else mark}>{cell}</td>"
            for whole, cell, mark in zip(row[1:], rest, marks[1:], strict=True)
        )
        parts.append(f'<tr><th scope="row"{brief}>{first}</th>{cells}</tr>')
    parts.append("</tbody></table>")
    if len(held.rows) > MOST_ROWS:
        parts.append(f'<p class="source">The first {MOST_ROWS:,} of {len(held.rows):,} rows.</p>')
    return "\n".join(parts)


def _is_figure(cell: str) -> bool:
    return cell in _WORDLESS or bool(_FIGURE.fullmatch(cell))


def _tiles(tiles: Sequence[Tile]) -> Iterator[str]:
    if tiles:
        yield '<ul class="tiles">'
        for tile in tiles:
            note = f"<small>{safe(tile.note)}</small>" if tile.note else ""
            yield f'<li class="tile"><b>{safe(tile.figure)}</b><span>{safe(tile.says)}</span>{note}</li>'
        yield "</ul>"


def _contents(sections: Sequence[Section]) -> Iterator[str]:
    if len(sections) > 2:
        links = "".join(f'<li><a href="#part-{n}">{safe(each.heading)}</a></li>' for n, each in enumerate(sections, 1))
        yield f'<nav aria-label="Contents"><ul>{links}</ul></nav>'


def _section(number: int, section: Section) -> Iterator[str]:
    yield f'<section aria-labelledby="part-{number}">\n<h2 id="part-{number}">{safe(section.heading)}</h2>'
    if section.prose:
        yield prose(section.prose)
    for chart in section.charts:
        yield _figure(chart)
    for caption, held in section.tables:
        if section.folded:
            inner = _scrolled(table(held, "", linked=True), caption)
            yield f'<details class="table"><summary>{safe(caption)}</summary>{inner}</details>'
            continue
        yield f'<div class="table">{_scrolled(table(held, caption, linked=True), caption)}</div>'
    if section.sources:
        yield f'<p class="source">Sources: {"; ".join(map(inline, section.sources))}.</p>'
    yield "</section>"


def _figure(chart: Chart) -> str:
    source = f'\n<p class="source">Source: {inline(chart.source)}</p>' if chart.source else ""
    lines = "\n".join(safe(line, LONGEST_PARAGRAPH) for line in spoken(chart.text).splitlines()[1:])
    numbers = _scrolled(table(chart.table), f"{chart.title}, the numbers")
    return (
        f"<figure><figcaption>{safe(chart.title)}</figcaption>\n{_scrolled(chart.svg, chart.title)}"
        f'\n<p class="heard">{lines}</p>{source}'
        f"\n<details><summary>The numbers</summary>{numbers}</details>"
        "</figure>"
    )


def _scrolled(inner: str, label: str) -> str:
    """What may be wider than a telephone, in a box of its own that a keyboard can reach."""
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{safe(label)}">{inner}</div>'
