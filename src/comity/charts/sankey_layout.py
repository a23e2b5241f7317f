"""Where the parties of a chain of supply stand, and which ribbons run between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from comity.charts.figures import NOT_KNOWN
from comity.charts.palette import HUES

Names: TypeAlias = tuple[str, ...]
Node: TypeAlias = tuple[int, str]  # a stage, and a party there
Link: TypeAlias = tuple[int, str, str, int | None]  # from a stage, one party to another, in a hue

MOST_NODES = 12  # of a stage, in the picture: the smallest of more are one, and stand apart in the table
_GREYS = len(HUES)  # grey comes after all hues
GAP = 16.0  # between two parties of a stage


class Layout(NamedTuple):
    """Columns of parties from top to bottom, with the weight and upper edge of each, and the ribbons."""

    columns: list[list[str]]
    weight: dict[Node, float]
    links: dict[Link, float]
    tops: dict[Node, float]
    unit: float  # of height, for one of weight
    whole: float
    high: float


def layout(
    chains: Mapping[Names, float],
    hues: Mapping[Names, int | None],
    stages: int,
    top: float,
    kept: Collection[str] = (),
) -> Layout:
    """Lays out chains by weight: the heaviest party first, and each near to those that it comes from. Parties that are
    `kept` stand by themselves however small they are.
    """
    stands = _crowded(chains, stages, kept)
    weight: dict[Node, float] = defaultdict(float)
    links: dict[Link, float] = defaultdict(float)
    for chain, held in chains.items():
        names = [stands.get((stage, name), name) for stage, name in enumerate(chain)]
        for stage, name in enumerate(names):
            weight[stage, name] += held
            if stage:
                links[stage - 1, names[stage - 1], name, hues[chain]] += held
    columns = _columns(stages, weight, links)
    whole = sum(chains.values()) or 1.0
    most = max(map(len, columns), default=1)
    room = max(220.0, 30.0 * most)
    high, unit = room + GAP * max(0, most - 1), room / whole
    tops: dict[Node, float] = {}
    for stage, column in enumerate(columns):
        y = top + (high - room - GAP * (len(column) - 1)) / 2
        for name in column:
            tops[stage, name] = y
            y += weight[stage, name] * unit + GAP
    return Layout(columns, weight, links, tops, unit, whole, high)


def _crowded(chains: Mapping[Names, float], stages: int, kept: Collection[str]) -> dict[Node, str]:
    """What the smallest parties of a stage with too many are called together."""
    stands: dict[Node, str] = {}
    for stage in range(stages):
        sums: dict[str, float] = defaultdict(float)
        for names, held in chains.items():
            sums[names[stage]] += held
        small = sorted(sums, key=lambda name: (name not in kept, -sums[name], name))[MOST_NODES - 1 :]
        if len(sums) > MOST_NODES:
            stands |= {(stage, name): f"{len(small)} others" for name in small}
    return stands


def _columns(stages: int, weight: Mapping[Node, float], links: Mapping[Link, float]) -> list[list[str]]:
    found: list[list[str]] = []
    for stage in range(stages):
        place = {name: number for number, name in enumerate(found[-1])} if found else {}
        pull: dict[str, float] = defaultdict(float)
        tone: dict[str, float] = defaultdict(float)  # parties that come from the same place stand in the order of hues
        for (at, one, other, hue), held in links.items():
            if at == stage - 1:
                pull[other] += place[one] * held / weight[stage, other]
                tone[other] += (_GREYS if hue is None else hue) * held / weight[stage, other]
        order = [
            (name == NOT_KNOWN, round(pull[name], 9), round(tone[name], 9), -held, name)
            for (at, name), held in weight.items()
            if at == stage
        ]
        found.append([name for *_, name in sorted(order)])
    return found


def ribbons(held: Layout) -> list[tuple[Link, float, float]]:
    """Each ribbon with its upper edge where it leaves and where it arrives; at a party none crosses another."""

    def by_hue(link: Link) -> int:
        return _GREYS if link[3] is None else link[3]

    leaves, arrives = dict(held.tops), dict(held.tops)
    begins: dict[Link, float] = {}
    for link in sorted(held.links, key=lambda each: (each[0], held.tops[each[0] + 1, each[2]], by_hue(each))):
        begins[link] = leaves[link[0], link[1]]
        leaves[link[0], link[1]] += held.links[link] * held.unit
    found = []
    for link in sorted(held.links, key=lambda each: (each[0], held.tops[each[0], each[1]], by_hue(each))):
        found.append((link, begins[link], arrives[link[0] + 1, link[2]]))
        arrives[link[0] + 1, link[2]] += held.links[link] * held.unit
    return found


def heaviest(chains: Sequence[tuple[Names, float]], stage: int) -> list[str]:
    """The known parties of a stage, from the heaviest down."""
    sums: dict[str, float] = defaultdict(float)
    for names, held in chains:
        if names[stage] != NOT_KNOWN:
            sums[names[stage]] += held
    return sorted(sums, key=lambda name: (-sums[name], name))
