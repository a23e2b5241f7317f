"""Archetypes of nations, by stated rules on the grades of their layers, and what would move a nation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias, get_args

from comity.posture.atlas.grading import DEEP, Standing, by_layer, grade, rank, wanting
from comity.posture.atlas.types import GRADES, LAYERS, Atlas, Grade, Layer

Archetype: TypeAlias = Literal["full-stack", "contender", "compute-builder", "importer"]
ARCHETYPES: tuple[Archetype, ...] = get_args(Archetype)

SAYS: dict[Archetype, str] = {
    "full-stack": "Full-stack sovereign: dense in all four layers",
    "contender": "Emerging contender: credible compute and models, not yet dense throughout",
    "compute-builder": "Compute builder: credible compute, thin above it",
    "importer": "Infrastructure importer: compute is not credible",
}
"""In the order in which the rules are asked; the first that fits is the nation's."""


def archetype(grades: Mapping[Layer, Grade]) -> Archetype:
    """The archetype that these grades make a nation."""
    if all(grades[layer] == "dense" for layer in LAYERS):
        return "full-stack"
    if rank(grades["compute"]) >= rank("credible"):
        return "contender" if rank(grades["models"]) >= rank("credible") else "compute-builder"
    return "importer"


class Move(NamedTuple):
    """What would make another archetype of a nation.

    Attributes:
        becomes: the archetype then.
        layers: the layers that would have to change, each with the grade that it needs.
        needs: what would have to be on record, in words; of a loss, the line that would have to fall away.
        line: of a loss, the position of that line in the atlas; None of a gain.
    """

    becomes: Archetype
    layers: tuple[tuple[Layer, Grade], ...]
    needs: str
    line: int | None = None


class Place(NamedTuple):
    """Where a nation stands, and what would move it up and down."""

    nation: str
    archetype: Archetype
    layers: dict[Layer, Standing]
    gains: tuple[Move, ...]
    losses: tuple[Move, ...]


def place(atlas: Atlas, nation: str) -> Place:
    """The nation's place.

    Raises:
        KeyError: the atlas has no such nation.
    """
    atlas.nations[nation]
    layers = by_layer(atlas, nation)
    grades: dict[Layer, Grade] = {layer: standing.grade for layer, standing in layers.items()}
    return Place(nation, archetype(grades), layers, _gains(grades), tuple(_losses(atlas, nation, grades)))


def _gains(grades: Mapping[Layer, Grade]) -> tuple[Move, ...]:
    """For each better archetype, the layers that it still wants: the next one up is the first."""
    now = ARCHETYPES.index(archetype(grades))
    wanted: dict[Archetype, dict[Layer, Grade]] = {
        "compute-builder": {"compute": "credible"},
        "contender": {"compute": "credible", "models": "credible"},
        "full-stack": dict.fromkeys(LAYERS, "dense"),
    }
    moves = []
    for becomes in reversed(ARCHETYPES[:now]):
        lacking = tuple((each, goal) for each, goal in wanted[becomes].items() if rank(grades[each]) < rank(goal))
        needs = "; ".join(
            f"{each}: {wanting(each, GRADES[max(rank(goal) - 1, rank(grades[each]))])}" for each, goal in lacking
        )
        moves.append(Move(becomes, lacking, needs))
    return tuple(moves)


def _losses(atlas: Atlas, nation: str, grades: Mapping[Layer, Grade]) -> list[Move]:
    """Each single line without which the nation would be of a lesser archetype."""
    now, moves = archetype(grades), []
    mine = [(at, line) for at, line in enumerate(atlas.lines) if line.nation == nation]
    actors = {layer: {line.actor for _, line in mine if line.layer == layer and line.actor} for layer in LAYERS}
    for at, line in mine:
        bare = line.measure is None and line.stated is None
        if not line.weighs or (bare and len(actors[line.layer]) > DEEP):
            continue  # whatever it is, as many as any rule asks for are left
        held = [each for each in mine if each[1].layer == line.layer and each[0] != at]
        then: dict[Layer, Grade] = {**grades, line.layer: grade(line.layer, held).grade}
        becomes = archetype(then)
        if ARCHETYPES.index(becomes) > ARCHETYPES.index(now):
            changed = tuple((each, then[each]) for each in LAYERS if then[each] != grades[each])
            moves.append(Move(becomes, changed, line.says, at))
    return moves
