"""The style sheet of a page: its type, its spacing, and how it prints on A4."""

from __future__ import annotations

from comity.charts.style import FONT, STYLE

_SERIF = '"Iowan Old Style", Charter, "Bitstream Charter", Georgia, "Liberation Serif", serif'
_MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace'

PAGE_STYLE = f"""{STYLE}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--page); color: var(--ink); font: 16px/1.6 {FONT}; overflow-wrap: break-word; }}
main {{ max-width: 768px; margin: 0 auto; padding: 56px 24px 72px; }}
.kicker {{ margin: 0 0 12px; font-size: 13px; font-weight: 600; letter-spacing: .04em; color: var(--soft); }}
h1, h2, .lead, .tile b {{ font-family: {_SERIF}; }}
h1 {{ margin: 0 0 20px; font-size: 40px; line-height: 1.12; font-weight: 600; letter-spacing: -.01em;
  text-wrap: balance; }}
.lead {{ margin: 0 0 16px; font-size: 21px; line-height: 1.5; }}
.notice {{ margin: 0 0 16px; padding: 10px 14px; background: var(--panel); border-radius: 6px; font-size: 14px;
  line-height: 1.5; }}
h2 {{ margin: 72px 0 12px; padding-top: 20px; border-top: 1px solid var(--line); font-size: 27px; line-height: 1.2;
  font-weight: 600; }}
p, ul, ol, pre {{ margin: 0 0 16px; }}
ul, ol {{ padding-left: 22px; }} li {{ margin: 0 0 6px; }} li::marker {{ color: var(--soft); }}
a {{ color: var(--link); text-underline-offset: 2px; }} a:focus-visible, summary:focus-visible, .scroll:focus-visible {{
  outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px; }}
code, pre {{ font-family: {_MONO}; font-size: .875em; }}
code {{ background: var(--panel); padding: 1px 4px; border-radius: 3px; overflow-wrap: anywhere; }}
pre {{ background: var(--panel); padding: 14px 16px; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere;
  line-height: 1.5; }}
.tiles {{ display: flex; flex-wrap: wrap; gap: 1px; margin: 32px 0 0; padding: 0; background: var(--line);
  border: 1px solid var(--line); border-radius: 8px; overflow: hidden; list-style: none; }}
.tile {{ flex: 1 1 128px; margin: 0; overflow-wrap: anywhere; padding: 16px 16px 14px; background: var(--page); }}
.tile b {{ display: block; font-size: 31px; line-height: 1.15; font-weight: 600; font-variant-numeric: lining-nums; }}
.tile span {{ display: block; margin-top: 4px; font-size: 14px; line-height: 1.35; }}
.tile small, .source, figcaption small {{ color: var(--soft); }}
.tile small {{ display: block; margin-top: 4px; font-size: 13px; line-height: 1.35; }}
nav {{ margin: 28px 0 0; font-size: 14px; line-height: 1.9; }} nav ul {{ margin: 0; padding: 0; list-style: none;
  display: flex; flex-wrap: wrap; gap: 0 20px; }} nav li {{ margin: 0; }}
figure {{ margin: 36px 0 0; }} figcaption {{ margin: 0 0 12px; font-size: 16px; line-height: 1.35; font-weight: 600; }}
.source {{ margin: 8px 0 0; font-size: 13px; line-height: 1.45; }}
.heard {{ position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: pre-line; }}
.scroll {{ overflow-x: auto; }} .scroll > .chart {{ min-width: 560px; }}
details {{ margin: 10px 0 0; }} summary {{ width: fit-content; font-size: 13px; line-height: 24px; color: var(--soft);
  cursor: pointer; }}
table {{ width: 100%; margin: 8px 0 0; border-collapse: collapse; font-size: 14px; line-height: 1.4; }}
caption {{ padding: 0 0 8px; text-align: left; font-size: 16px; font-weight: 600; }}
th, td {{ padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: break-word; }}
th {{ font-weight: 600; }} thead th {{ color: var(--soft); font-size: 13px; vertical-align: bottom; }}
tbody th {{ font-weight: 400; }} .brief {{ white-space: nowrap; }} td:last-child, th:last-child {{ padding-right: 0; }}
.long {{ min-width: 210px; }} .number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.table {{ margin: 32px 0 0; }} details.table {{ margin: 10px 0 0; }}
details.table > summary {{ font-size: 15px; color: var(--ink); }}
footer {{ margin: 72px 0 0; padding-top: 16px; border-top: 1px solid var(--line); font-size: 13px;
  color: var(--soft); }}
@media (max-width: 560px) {{
  main {{ padding-top: 32px; }} h1 {{ font-size: 31px; }} .lead {{ font-size: 19px; }} h2 {{ margin-top: 56px; }}
}}
@media print {{
  @page {{ size: A4; margin: 16mm 17mm 18mm; }}
  body {{ font-size: 10pt; line-height: 1.45; }} main {{ max-width: none; padding: 0; }}
  h1 {{ font-size: 25pt; }} .lead {{ font-size: 13.5pt; }} h2 {{ margin-top: 28pt; font-size: 17pt; }}
  h2, h2 + p, figcaption, caption, summary {{ break-after: avoid; }}
  .tiles, tr, pre, li, .scroll:not(:has(table)) {{ break-inside: avoid; }}
  .scroll {{ overflow: visible; }} .scroll > .chart {{ min-width: 0; }}
  table {{ font-size: 8pt; }} thead {{ display: table-header-group; }} .number {{ white-space: normal; }}
  th, td {{ padding: 3pt 8pt 3pt 0; }} thead th {{ font-size: 8pt; }} td:not(.number) {{ overflow-wrap: anywhere; }}
  .long {{ min-width: 0; }} tbody th:not(.brief) {{ overflow-wrap: anywhere; }}
  .tile {{ flex-basis: 100px; }} .tile b {{ font-size: 19pt; }}
  nav {{ display: none; }} summary {{ list-style: none; }} details::details-content {{ content-visibility: visible;
  block-size: auto; }}
}}
"""
