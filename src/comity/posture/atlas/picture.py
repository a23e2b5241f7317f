"""An atlas reckoned through: every nation's place, the exhibits, and what does not add up."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from comity.posture.atlas.archetype import SAYS, Move, Place, place
from comity.posture.atlas.exhibits import Exhibits, Part, exhibits
from comity.posture.atlas.grading import Standing, by_dimension
from comity.posture.atlas.types import DIMENSIONS, LAYERS, Atlas, Dimension
from comity.posture.concentration import Concentration
from comity.posture.decimals import decimal


class Picture(NamedTuple):
    """What follows from an atlas."""

    atlas: Atlas
    places: tuple[Place, ...]
    dimensions: dict[str, dict[Dimension, Standing]]
    exhibits: Exhibits | None


def picture(atlas: Atlas) -> Picture:
    """Reckon it: pure, and the same bytes from the same atlas."""
    names = {nation: each.name for nation, each in atlas.nations.items()}
    return Picture(
        atlas,
        tuple(place(atlas, nation) for nation in atlas.nations),
        {nation: by_dimension(atlas, nation) for nation in atlas.nations},
        exhibits(atlas.funding, names) if atlas.funding is not None else None,
    )


def document(found: Picture) -> dict[str, object]:
    """The picture as JSON values; figures are decimal text."""
    atlas = found.atlas
    made: dict[str, object] = {
        "atlas": atlas.atlas,
        "title": atlas.title,
        "date": atlas.date.isoformat(),
        "sources": {
            name: {
                "credit": each.credit,
                "title": each.title,
                "date": each.date.isoformat(),
                "licence": each.licence,
                "checked": each.checked,
                **({"url": each.url} if each.url else {}),
                **({"sha256": each.sha256} if each.sha256 else {}),
            }
            for name, each in atlas.sources.items()
        },
        "nations": {
            each.nation: {
                "name": atlas.nations[each.nation].name,
                "archetype": each.archetype,
                "rule": SAYS[each.archetype],
                "layers": {layer: _standing(atlas, each.layers[layer]) for layer in LAYERS},
                "dimensions": {
                    dimension: _standing(atlas, found.dimensions[each.nation][dimension]) for dimension in DIMENSIONS
                },
                "gains": [_move(move) for move in each.gains],
                "losses": [_move(move) for move in each.losses],
            }
            for each in found.places
        },
    }
    if found.exhibits is not None and atlas.funding is not None:
        made["funding"] = _exhibits(found.exhibits, atlas.sources[atlas.funding.source].credit)
    return made


def _standing(atlas: Atlas, standing: Standing) -> dict[str, object]:
    return {
        "grade": standing.grade,
        "why": list(standing.why),
        "rests_on": "words" if standing.stated else "figures and counts",
        "evidence": [
            {
                "says": line.says,
                **({"measure": line.measure, "value": _text(line.value)} if line.value is not None else {}),
                **({"actor": line.actor} if line.actor else {}),
                **({"stated": line.stated} if line.stated else {}),
                **({} if line.weighs else {"weighs": False}),
                "date": line.date.isoformat(),
                "source": line.source,
            }
            for line in (atlas.lines[at] for at in standing.lines)
        ],
    }


def _move(move: Move) -> dict[str, object]:
    key = "evidence" if move.line is not None else "needs"
    return {"becomes": move.becomes, "layers": dict(move.layers), key: move.needs}


def _exhibits(found: Exhibits, credit: str) -> dict[str, object]:
    return {
        "credit": credit,
        "unit": "USD bn",
        "by_nation": [_part(part) for part in found.by_nation],
        "by_firm": [_part(part) for part in found.by_firm],
        "named_firms": None if found.named is None else measures(found.named),
        "hhi_of_the_whole": None if found.hhi is None else [decimal(bound, 0) for bound in found.hhi],
        "by_year": [
            {
                "year": year,
                "value": _text(value),
                "rounds": rounds,
                "mean_round": None if mean is None else decimal(mean, 3),
            }
            for year, value, rounds, mean in found.years
        ],
        "over_years": None if found.by_year is None else measures(found.by_year),
        "checks": [
            {
                "what": each.what,
                "stated": _text(each.stated),
                "reckoned": _text(each.reckoned),
                "off": _text(each.off),
                "rounding": _text(each.rounding),
                "explained": each.explained,
            }
            for each in found.discrepancies
        ],
    }


def measures(found: Concentration) -> dict[str, object]:
    """A concentration as JSON values."""
    return {
        "n": found.n,
        "cr4": decimal(found.cr4, 4),
        "hhi": decimal(found.hhi, 0),
        "effective": decimal(found.effective, 2),
        "gini": decimal(found.gini, 4),
        "highly_concentrated": found.high,
    }


def _part(part: Part) -> dict[str, object]:
    return {"name": part.name, "value": _text(part.value), "share": decimal(part.share, 4)}


def _text(value: float | Decimal) -> str:
    return format(Decimal(str(value)).normalize(), "f")
