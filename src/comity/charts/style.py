"""The style sheet of pictures: classes for marks and words, in light, in dark and on paper.

A picture names classes and no colours, so that one page, one console or one file sets them for all.
"""

from __future__ import annotations

from comity.charts.letters import safe
from comity.charts.palette import DARK, HUES, LIGHT, RAMP_DARK, RAMP_LIGHT, Mode

FONT = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", "Noto Sans", sans-serif'


def variables(mode: Mode) -> str:
    """The custom properties of one mode, as declarations."""
    dark = mode is DARK
    named = {**mode._asdict(), **{f"c{n}": hue.fill for n, hue in enumerate(HUES)}}
    named |= {f"e{n}": hue.dark if dark else hue.light for n, hue in enumerate(HUES)}
    for n, (fill, ink) in enumerate(RAMP_DARK if dark else RAMP_LIGHT):
        named |= {f"r{n}": fill, f"i{n}": ink}
    return " ".join(f"--{name.replace('_', '-')}: {colour};" for name, colour in named.items())


def _rules() -> str:
    hues = range(len(HUES))
    steps = range(len(RAMP_LIGHT))
    return "\n".join(
        (
            f".chart {{ font: 13px/1.2 {FONT}; fill: var(--ink); display: block; width: 100%; height: auto; }}",
            ".chart text { stroke: none; font-variant-numeric: tabular-nums; }",
            ".chart .small { font-size: 11.5px; } .chart .soft { fill: var(--soft); }",
            ".chart .strong { font-weight: 600; }",
            *(
                f".chart .c{n} {{ fill: var(--c{n}); stroke: var(--e{n}); }} .chart .s{n} {{ stroke: var(--e{n}); }}"
                for n in hues
            ),
            *(f".chart .h{n} {{ stroke: var(--e{n}); fill: var(--e{n}); }}" for n in hues),
            *(f".chart .r{n} {{ fill: var(--r{n}); }} .chart .i{n} {{ fill: var(--i{n}); }}" for n in steps),
            ".chart .grid { stroke: var(--line); stroke-width: 1; fill: none; }",
            ".chart .axis { stroke: var(--mute-edge); stroke-width: 1; fill: none; }",
            ".chart .mute { fill: var(--mute); stroke: var(--mute-edge); }",
            ".chart .solid { fill: var(--mute-edge); }",
            ".chart .unknown { fill: none; stroke: var(--mute-edge); stroke-dasharray: 3 3; }",
            ".chart .halo { paint-order: stroke; stroke: var(--page); stroke-width: 4px; stroke-linejoin: round; }",
            ".chart .label { fill: var(--page); fill-opacity: .9; }",
            ".chart .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }",
            ".chart .dash1 { stroke-dasharray: 7 4; } .chart .dash2 { stroke-dasharray: 2 4; }",
            ".chart .dash3 { stroke-dasharray: 9 3 2 3; } .chart .dash4 { stroke-dasharray: 12 5; }",
            ".chart .band { stroke: none; fill-opacity: .22; } .chart .ribbon { stroke: none; fill-opacity: .38; }",
            ".chart .hatch { fill: none; stroke-width: 1.4; stroke-opacity: .5; }",
        )
    )


STYLE = f"""
:root {{ color-scheme: light dark; {variables(LIGHT)} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {variables(DARK)} }} }}
@media print {{ :root {{ color-scheme: light; }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }} }}
{_rules()}
"""


def standalone(svg: str, source: str = "") -> str:
    """A picture as a file of its own, with the style sheet inside, and with its source, for it may leave its page."""
    begin, _, rest = svg.partition(">")
    credit = f"\n<desc>Source: {safe(source)}</desc>" if source else ""
    return f"{begin}>{credit}\n<style>{STYLE}</style>{rest}\n"
