"""The papers as one page: self-contained, light and dark, and made to be printed on A4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from comity.charts.palette import DARK, LIGHT
from comity.charts.shell import document
from comity.charts.style import FONT, variables
from comity.evidence.findings import Findings
from comity.evidence.paper import BLANK, Blank, Paper, Table

_STYLE = f"""
:root {{ color-scheme: light dark; --gap: #fff3c4; {variables(LIGHT)} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ --gap: #4a3f10; {variables(DARK)} }} }}
body {{ font: 15px/1.45 {FONT}; color: var(--ink); background: var(--page); max-width: 75rem; margin: 2rem auto;
  padding: 0 1rem; }}
h1 {{ font-size: 1.7rem; }} h2 {{ font-size: 1.3rem; margin-top: 3rem; }} h3 {{ font-size: 1.05rem; }}
a {{ color: var(--link); }}
.scroll {{ overflow-x: auto; }} table {{ border-collapse: collapse; width: 100%; font-size: .85rem; }}
th, td {{ border: 1px solid var(--line); padding: .3rem .45rem; text-align: left; vertical-align: top; }}
th small, td small, .law, caption {{ color: var(--soft); }} td small {{ display: block; font-size: .72rem; }}
td.gap {{ background: var(--gap); }} td.gap small {{ color: var(--ink); }}
caption {{ text-align: left; padding: .2rem 0; }}
@media print {{
  @page {{ size: A4 landscape; margin: 12mm; }}
  body {{ max-width: none; margin: 0; padding: 0; font-size: 9pt; }}
  h2 {{ break-before: page; }} tr {{ break-inside: avoid; }} thead {{ display: table-header-group; }}
  .scroll {{ overflow: visible; }} table {{ font-size: 7pt; }} td.gap {{ background: none; border: 2px dashed #000; }}
}}
"""


def page(papers: Sequence[Paper], gaps: Sequence[Blank], findings: Findings) -> str:
    """The whole page. Every cell shows its source; a blank shows where its value belongs."""
    lines = (*_front(papers, gaps, findings), *(line for paper in papers for line in _paper(paper)), *_gaps(gaps))
    return document(f"Evidence of {findings.origin}", _STYLE, "\n".join(lines))


def _front(papers: Sequence[Paper], gaps: Sequence[Blank], findings: Findings) -> Iterator[str]:
    signed = f"signed by {findings.signed}" if findings.signed else "not signed by anyone"
    scope = f"application {findings.application}" if findings.application else "all applications"
    yield f"<main>\n<h1>Evidence of {escape(findings.origin)}</h1>"
    yield f"<p>{findings.first} to {findings.last}, {escape(scope)}, {len(findings.events):,} requests.</p>"
    yield f"<p>The register is {escape(signed)}. The bundle carries {len(findings.receipts):,} receipts; check them"
    yield "with <code>comity evidence --verify</code>, offline. Times are in UTC. This is not legal advice.</p>"
    yield f"<p>{len(gaps)} cells are blank: they are listed at the end, with where their values belong.</p>\n<ul>"
    for paper in papers:
        yield f'<li><a href="#{paper.name}">{escape(paper.title)}</a> <span class="law">{escape(paper.law)}</span></li>'
    yield '<li><a href="#blanks">Blanks</a></li>\n</ul>'


def _paper(paper: Paper) -> Iterator[str]:
    yield f'<h2 id="{paper.name}">{escape(paper.title)}</h2>'
    yield f'<p class="law"><a href="{escape(paper.url)}">{escape(paper.law)}</a></p>'
    for table in paper.tables:
        if table.rows:
            yield from _table(table)
        else:
            yield f"<h3>{escape(table.title)}</h3>\n<p>Nothing in this period.</p>"
    if paper.limits:
        yield "<p>What this paper does not show:</p>\n<ul>"
        yield from (f"<li>{escape(limit)}</li>" for limit in paper.limits)
        yield "</ul>"


def _table(table: Table) -> Iterator[str]:
    yield f'<h3>{escape(table.title)}</h3>\n<div class="scroll" tabindex="0"><table>'
    yield f"<caption>{escape(' '.join(filter(None, (table.cite, table.note))))}</caption>\n<thead><tr>"
    for column in table.columns:
        code = f"<small>{escape(column.code)}</small> " if column.code else ""
        yield f'<th scope="col">{code}{escape(column.title)}</th>'
    yield "</tr></thead>\n<tbody>"
    for row in table.rows:
        cells = (
            f'<td class="gap">blank<small>{escape(cell.source)}</small></td>'
            if cell.value == BLANK
            else f"<td>{escape(cell.value)}<small>{escape(cell.source)}</small></td>"
            for cell in row
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody>\n</table></div>"


def _gaps(gaps: Sequence[Blank]) -> Iterator[str]:
    yield '<h2 id="blanks">Blanks</h2>'
    if not gaps:
        yield "<p>None.</p>\n</main>"
        return
    yield '<div class="scroll"><table><thead><tr><th scope="col">Paper</th><th scope="col">Table, row</th>'
    yield '<th scope="col">Column</th><th scope="col">Belongs in</th></tr></thead><tbody>'
    for gap in gaps:
        where = f"{gap.table}, {gap.row}"
        yield f"<tr><td>{escape(gap.paper)}</td><td>{escape(where)}</td><td>{escape(gap.column)}</td>"
        yield f"<td>{escape(gap.belongs)}</td></tr>"
    yield "</tbody></table></div>\n</main>"
