"""Chains of supply: from chip to application, each stage a column, each chain a ribbon as wide as its weight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from comity.charts.chart import Chart, Table
from comity.charts.drawing import WIDE, Drawing, num
from comity.charts.figures import NOT_KNOWN, Number, exact, plain, share, short, total
from comity.charts.letters import LONGEST_NAME, clean, cut
from comity.charts.palette import HUES
from comity.charts.twin import bar, grid, twin

Chain: TypeAlias = tuple[Sequence[str | None], Number | None]
Node: TypeAlias = tuple[int, str]

MOST_STAGES = 7
MOST_NODES = 12  # of a stage, in the picture: the smallest of more are one node, and stand apart in the table
MOST_LINES = 40  # of the text twin
_NODE, _GAP, _TOP = 9.0, 16.0, 44.0


def sankey(
    title: str, stages: Sequence[str], chains: Sequence[Chain], unit: str = "", source: str = "", tint: int = 0
) -> Chart:
    """Each chain names one party at every stage; None is one that is not known, and is drawn so.

    Ribbons have the hue of their party at stage `tint`: the five with most weight, grey for others. A chain without
    weight is listed and not drawn. Raises ValueError for less than two stages or more than seven, a chain of another
    length, and a negative weight.
    """
    if not 2 <= len(stages) <= MOST_STAGES:
        raise ValueError(f"{title}: a chain has 2 to {MOST_STAGES} stages, not {len(stages)}")
    weights: dict[tuple[str, ...], Number | None] = {}
    for names, weight in chains:
        if len(names) != len(stages):
            raise ValueError(f"{title}: a chain names {len(names)} parties for {len(stages)} stages")
        if (plain(weight) or 0) < 0:
            raise ValueError(f"{title}: a chain has the weight {weight}, which is negative")
        key = tuple(NOT_KNOWN if name is None else clean(name) for name in names)
        weights[key] = total((weights[key], weight)) if key in weights else weight
    ordered = sorted(weights.items(), key=lambda item: (-(plain(item[1]) or 0), item[0]))
    whole = total(weight for _, weight in ordered if plain(weight) is not None) or 0
    table = Table(
        (*stages, unit or "weight", "share"),
        tuple((*names, exact(weight), share(weight, whole)) for names, weight in ordered),
    )
    drawn = {names: held for names, weight in ordered if (held := plain(weight))}
    missing = sum(plain(weight) is None for _, weight in ordered)
    return Chart(
        title, _picture(title, stages, drawn, missing, tint), _text(title, ordered, whole, source), table, source
    )


def _text(title: str, ordered: Sequence[tuple[tuple[str, ...], Number | None]], whole: Number, source: str) -> str:
    lines = grid(
        [
            (
                share(weight, whole),
                " → ".join(cut(name, 22) for name in names),
                bar(plain(weight) or 0, float(whole), 12),
            )
            for names, weight in ordered[:MOST_LINES]
        ],
        right=(0,),
    )
    rest = len(ordered) - MOST_LINES
    return twin(title, [*lines, *([f"and {rest} more chains"] if rest > 0 else [])], source)


def _picture(title: str, stages: Sequence[str], chains: dict[tuple[str, ...], float], missing: int, tint: int) -> str:
    art = Drawing()
    chains, members = _lumped(chains, len(stages))
    weight: dict[Node, float] = defaultdict(float)
    links: dict[tuple[int, str, str, str], float] = defaultdict(float)
    for names, held in chains.items():
        for stage, name in enumerate(names):
            weight[stage, name] += held
            if stage:
                links[stage - 1, names[stage - 1], name, names[tint]] += held
    whole = sum(chains.values()) or 1.0
    columns = _ordered(len(stages), weight, links)
    most = max((len(column) for column in columns), default=1)
    high = max(200.0, 30.0 * most) + _GAP * (most - 1)
    unit = (high - _GAP * (most - 1)) / whole
    step = (WIDE - _NODE - 2) / (len(stages) - 1)
    tops: dict[Node, float] = {}
    for stage, column in enumerate(columns):
        y = _TOP + (high - sum(weight[stage, name] for name in column) * unit - _GAP * (len(column) - 1)) / 2
        for name in column:
            tops[stage, name] = y
            y += weight[stage, name] * unit + _GAP
    named = [name for name in sorted(columns[tint], key=lambda each: (-weight[tint, each], each)) if name != NOT_KNOWN]
    hues = {name: hue for hue, name in enumerate(named[: len(HUES)]) if not members.get((tint, name))}
    _ribbons(art, links, tops, hues, unit, step, tint)
    for stage, column in enumerate(columns):
        x = 1 + step * stage
        for name in column:
            _node(
                art,
                x,
                tops[stage, name],
                weight[stage, name] * unit,
                name,
                share(weight[stage, name], whole),
                hues.get(name) if stage == tint else None,
            )
        _names(art, x, stage, len(stages), column, tops, weight, unit, whole, step)
        edge = "start" if stage == 0 else "end" if stage == len(stages) - 1 else "middle"
        art.words(
            x + {"start": 0, "middle": _NODE / 2, "end": _NODE}[edge],
            16,
            stages[stage],
            "strong",
            edge,
            max(8, int(step / 7.5)),
        )
    bottom = _TOP + high + 12
    if not chains:
        art.words(WIDE / 2, _TOP + 60, "nothing to draw", "soft", "middle")
    if missing:
        art.words(
            0,
            bottom + 12,
            f"{missing} chains of a weight that is not known are in the table alone",
            "small soft",
            most=90,
        )
        bottom += 20
    return art.svg(bottom, title)


def _lumped(chains: dict[tuple[str, ...], float], stages: int) -> tuple[dict[tuple[str, ...], float], dict[Node, int]]:
    """Chains with the smallest parties of a crowded stage as one, and how many each of those stands for."""
    stands: dict[Node, str] = {}
    members: dict[Node, int] = {}
    for stage in range(stages):
        sums: dict[str, float] = defaultdict(float)
        for names, held in chains.items():
            sums[names[stage]] += held
        order = sorted(sums, key=lambda name: (-sums[name], name))
        if len(order) > MOST_NODES:
            few = order[MOST_NODES - 1 :]
            lump = f"{len(few)} others"
            members[stage, lump] = len(few)
            stands |= {(stage, name): lump for name in few}
    found: dict[tuple[str, ...], float] = defaultdict(float)
    for names, held in chains.items():
        found[tuple(stands.get((stage, name), name) for stage, name in enumerate(names))] += held
    return dict(found), members


def _ordered(stages: int, weight: dict[Node, float], links: dict[tuple[int, str, str, str], float]) -> list[list[str]]:
    """The parties of each stage from top to bottom: the heaviest first, then near to what they come from."""
    columns = [
        sorted((name for at, name in weight if at == stage), key=lambda each: (-weight[stage, each], each))
        for stage in range(stages)
    ]
    for stage in range(1, stages):
        place = {name: number for number, name in enumerate(columns[stage - 1])}
        pull: dict[str, float] = defaultdict(float)
        for (at, one, other, _), held in links.items():
            if at == stage - 1:
                pull[other] += place[one] * held / weight[stage, other]
        columns[stage].sort(key=lambda name: (name == NOT_KNOWN, round(pull[name], 9), -weight[stage, name], name))
    return columns


def _ribbons(
    art: Drawing,
    links: dict[tuple[int, str, str, str], float],
    tops: dict[Node, float],
    hues: dict[str, int],
    unit: float,
    step: float,
    tint: int,
) -> None:
    leaves, arrives = dict(tops), dict(tops)
    placed: dict[tuple[int, str, str, str], tuple[float, float]] = {}
    for link in sorted(links, key=lambda each: (each[0], tops[each[0] + 1, each[2]], tops[tint, each[3]])):
        at, one, _, _ = link
        placed[link] = (leaves[at, one], 0.0)
        leaves[at, one] += links[link] * unit
    for link in sorted(links, key=lambda each: (each[0], tops[each[0], each[1]], tops[tint, each[3]])):
        at, one, other, colour = link
        high = links[link] * unit
        y1, y2 = placed[link][0], arrives[at + 1, other]
        arrives[at + 1, other] += high
        x1, x2 = 1 + step * at + _NODE, 1 + step * (at + 1)
        middle = num((x1 + x2) / 2)
        d = (
            f"M{num(x1)} {num(y1)}C{middle} {num(y1)} {middle} {num(y2)} {num(x2)} {num(y2)}"
            f"V{num(y2 + high)}C{middle} {num(y2 + high)} {middle} {num(y1 + high)} {num(x1)} {num(y1 + high)}Z"
        )
        hue = hues.get(colour)
        art.path(d, f"{'mute' if hue is None else f'c{hue}'} ribbon", f"{one} → {other}: {short(links[link])}")


def _node(art: Drawing, x: float, y: float, high: float, name: str, said: str, hue: int | None) -> None:
    if name == NOT_KNOWN:
        art.unknown(x, y, _NODE, max(high, 1), f"{name}: {said}")
    elif hue is None:
        art.plate(x, y, _NODE, max(high, 1), "solid", f"{name}: {said}")
    else:
        art.block(x, y, _NODE, max(high, 1), hue, f"{name}: {said}")


def _names(
    art: Drawing,
    x: float,
    stage: int,
    stages: int,
    column: Sequence[str],
    tops: dict[Node, float],
    weight: dict[Node, float],
    unit: float,
    whole: float,
    step: float,
) -> None:
    last = stage == stages - 1
    most = max(8, int((step - 24) / 7)) if stages > 2 else LONGEST_NAME
    for name in column:
        middle = tops[stage, name] + weight[stage, name] * unit / 2
        at, anchor = (x - 6, "end") if last else (x + _NODE + 6, "start")
        shown, said = cut(name, most), share(weight[stage, name], whole)
        if weight[stage, name] * unit + _GAP >= 30:
            art.words(at, middle - 1, name, "small strong halo", anchor, most)
            art.words(at, middle + 12, said, "small halo", anchor)
        else:
            art.words(at, middle + 4, f"{shown} {said}", "small strong halo", anchor, most + 9, tip=name)
