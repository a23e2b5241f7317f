"""Chains of supply: from chip to application, each stage a column, each chain a ribbon as wide as its weight."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from comity.charts.chart import Chart, Table
from comity.charts.drawing import WIDE, Drawing, num
from comity.charts.figures import NOT_KNOWN, Number, exact, plain, share, short, total
from comity.charts.letters import clean, cut, fitted, two_lines, width
from comity.charts.palette import HUES
from comity.charts.sankey_layout import GAP, Layout, Names, heaviest, layout, ribbons
from comity.charts.twin import bar, grid, twin

Chain: TypeAlias = tuple[Sequence[str | None], Number | None]

MOST_STAGES = 7
MOST_LINES = 40  # of the text twin
_NODE, _TOP = 9.0, 34.0


def sankey(
    title: str,
    stages: Sequence[str],
    chains: Sequence[Chain],
    unit: str = "",
    source: str = "",
    tint: int = 0,
    hues: Sequence[int | None] = (),
    kept: Collection[str] = (),
) -> Chart:
    """Each chain names one party at every stage; None is one that is not known, and is drawn so.

    Ribbons have the hue that `hues` tells of each chain; without it, that of their party at stage `tint`, for the five
    with most weight, and grey for others. A chain whose weight is not known is listed and not drawn. Of many parties
    the smallest are drawn as one, but never those that are `kept`. Raises ValueError for less than two stages or more
    than seven, a chain of another length, hues of another number than chains, and a negative weight.
    """
    if not 2 <= len(stages) <= MOST_STAGES:
        raise ValueError(f"{title}: a chain has 2 to {MOST_STAGES} stages, not {len(stages)}")
    if hues and len(hues) != len(chains):
        raise ValueError(f"{title}: {len(hues)} hues for {len(chains)} chains")
    weights: dict[Names, Number | None] = {}
    told: dict[Names, int | None] = {}
    for number, (parties, weight) in enumerate(chains):
        if len(parties) != len(stages):
            raise ValueError(f"{title}: a chain names {len(parties)} parties for {len(stages)} stages")
        if (plain(weight) or 0) < 0:
            raise ValueError(f"{title}: a chain has the weight {weight}, which is negative")
        names = tuple(NOT_KNOWN if name is None else clean(name) for name in parties)
        weights[names] = total((weights[names], weight)) if names in weights else weight
        if hues:
            told[names] = hues[number]
    ordered = sorted(weights.items(), key=lambda item: (-(plain(item[1]) or 0), item[0]))
    whole = total(weight for _, weight in ordered if plain(weight) is not None) or 0
    rows = tuple((*names, exact(weight), share(weight, whole)) for names, weight in ordered)
    table = Table((*map(clean, stages), unit or "weight", "share"), rows)
    drawn = [(names, held) for names, weight in ordered if (held := plain(weight))]
    coloured = {name: hue for hue, name in enumerate(heaviest(drawn, tint)[: len(HUES)])} if not hues else {}
    told = told or {names: coloured.get(names[tint]) for names, _ in drawn}
    missing = sum(plain(weight) is None for _, weight in ordered)
    svg = _picture(title, stages, layout(dict(drawn), told, len(stages), _TOP, kept), coloured, tint, missing)
    return Chart(title, svg, _text(title, ordered, whole, source), table, source)


def _text(title: str, ordered: Sequence[tuple[Names, Number | None]], whole: Number, source: str) -> str:
    lines = [
        (share(weight, whole), bar(plain(weight) or 0, float(whole), 8), " → ".join(cut(name, 22) for name in names))
        for names, weight in ordered[:MOST_LINES]
    ]
    rest = len(ordered) - MOST_LINES
    return twin(title, [*grid(lines, right=(0,), most=88), *([f"and {rest} more chains"] if rest > 0 else [])], source)


def _picture(
    title: str, stages: Sequence[str], held: Layout, coloured: Mapping[str, int], tint: int, missing: int
) -> str:
    art = Drawing()
    wanted = max([56.0, *(width(f"{name} 99.9 %", 12) + 6 for name in held.columns[-1])])
    margin = min(wanted, 200.0 if len(stages) <= 3 else 140.0)
    step = (WIDE - _NODE - 9 - margin) / (len(stages) - 1)
    _ribbons(art, held, step)
    for stage, column in enumerate(held.columns):
        x = 1 + step * stage
        art.words(x, 14, stages[stage], "small soft", most=max(8, int(step / 7)))
        for name in column:
            high = max(1.0, held.weight[stage, name] * held.unit)
            tip = f"{name}: {share(held.weight[stage, name], held.whole)}"
            if name == NOT_KNOWN:
                art.unknown(x, held.tops[stage, name], _NODE, high, tip)
            elif stage == tint and name in coloured:
                art.block(x, held.tops[stage, name], _NODE, high, coloured[name], tip)
            else:
                art.plate(x, held.tops[stage, name], _NODE, high, "solid", tip)
        _names(art, x, stage, held, margin if stage == len(stages) - 1 else step - _NODE - 12)
    bottom = _TOP + held.high + 8
    if not held.weight:
        art.words(WIDE / 2, _TOP + 60, "nothing to draw", "soft", "middle")
    if missing:
        said = f"Chains in the table alone, as their weight is not known: {missing}"
        art.words(0, bottom + 14, said, "small soft", most=90)
        bottom += 22
    return art.svg(bottom, title)


def _ribbons(art: Drawing, held: Layout, step: float) -> None:
    for link, y1, y2 in ribbons(held):
        at, one, other, hue = link
        high = held.links[link] * held.unit
        x1, x2 = 1 + step * at + _NODE, 1 + step * (at + 1)
        middle = num((x1 + x2) / 2)
        d = (
            f"M{num(x1)} {num(y1)}C{middle} {num(y1)} {middle} {num(y2)} {num(x2)} {num(y2)}"
            f"V{num(y2 + high)}C{middle} {num(y2 + high)} {middle} {num(y1 + high)} {num(x1)} {num(y1 + high)}Z"
        )
        art.path(d, f"{'mute' if hue is None else f'c{hue}'} ribbon", f"{one} → {other}: {short(held.links[link])}")


def _names(art: Drawing, x: float, stage: int, held: Layout, room: float) -> None:
    """To the right of each party its name and share, on two or three lines where there is room."""
    at = x + _NODE + 6
    for name in held.columns[stage]:
        high = held.weight[stage, name] * held.unit
        middle = held.tops[stage, name] + high / 2
        said = share(held.weight[stage, name], held.whole)
        if high + GAP >= 32:
            first, second = two_lines(name, room, 12.65) if high + GAP >= 46 else (name, "")
            up = 7 if second else 0
            art.words(
                at, middle - 2 - up, first, "small strong halo", most=len(name), room=room, tip=name * bool(second)
            )
            if second:
                art.words(at, middle + 12 - up, second, "small strong halo", most=len(name), room=room, tip=name)
            art.words(at, middle + 12 + up, said, "small halo")
        else:
            shown = fitted(cut(name), room - width(f"{said} ", 12.5), 12.5)
            art.words(at, middle + 4, f"{shown} {said}", "small strong halo", most=60, tip=name)
