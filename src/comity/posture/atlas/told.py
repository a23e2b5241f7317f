"""A picture of nations in words, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from comity.posture.atlas.archetype import SAYS, Place
from comity.posture.atlas.exhibits import Exhibits, Part
from comity.posture.atlas.grading import Standing
from comity.posture.atlas.picture import Picture
from comity.posture.atlas.types import DIMENSIONS, LAYERS, Atlas, Line
from comity.posture.concentration import Concentration
from comity.posture.decimals import decimal, whole

MARKS = {"absent": "-", "thin": "+", "credible": "++", "dense": "+++"}
WORDS_ALONE = "*"
"""Behind a grade that rests on a source's words, without a figure."""


def in_words(found: Picture, nation: str | None = None) -> str:
    """All of it; of one nation alone, with every line of evidence, if `nation` is given."""
    if nation is not None:
        place = next(each for each in found.places if each.nation == nation)
        return "\n".join(_nation(found, place))
    lines = [found.atlas.title, "", *_overview(found)]
    if found.exhibits is not None and found.atlas.funding is not None:
        lines += ["", *_capital(found.atlas, found.exhibits)]
    lines += ["", *_sources(found.atlas)]
    return "\n".join(lines)


def mark(standing: Standing) -> str:
    """The grade as a mark."""
    return MARKS[standing.grade] + (WORDS_ALONE if standing.stated else "")


def _overview(found: Picture) -> Iterator[str]:
    names = [found.atlas.nations[place.nation].name for place in found.places]
    wide = max([len(name) for name in names], default=0)
    yield f"{'':<{wide}}  " + "  ".join(f"{layer:<12}" for layer in LAYERS) + "  archetype"
    for name, place in zip(names, found.places, strict=True):
        grades = "  ".join(f"{mark(place.layers[layer]):<12}" for layer in LAYERS)
        yield f"{name:<{wide}}  {grades}  {SAYS[place.archetype].partition(':')[0]}"
    yield "- absent, + thin, ++ credible, +++ dense; * on its source's words alone. `--nation ID` shows the evidence."


def _nation(found: Picture, place: Place) -> Iterator[str]:
    yield f"{found.atlas.nations[place.nation].name}: {SAYS[place.archetype]}"
    for layer in LAYERS:
        standing = place.layers[layer]
        yield ""
        yield f"{layer}: {standing.grade}" + (f", for {'; '.join(standing.why)}" if standing.why else "")
        yield from (f"    {_line(found.atlas, at)}" for at in standing.lines)
    yield ""
    yield "dimensions of control: " + ", ".join(
        f"{dimension} {found.dimensions[place.nation][dimension].grade}" for dimension in DIMENSIONS
    )
    for move in place.gains[:1]:
        yield f"would be {SAYS[move.becomes].partition(':')[0]} with {move.needs}"
    for move in place.losses:
        yield f"would be {SAYS[move.becomes].partition(':')[0]} without this one line: {move.needs}"
    yield ""
    yield from _sources(found.atlas)


def measured(line: Line) -> str:
    """A line's figure in digits, with its unit; empty if it has none."""
    return "" if line.value is None else f"{line.value:,.9g} {line.measure}"


def _line(atlas: Atlas, at: int) -> str:
    line = atlas.lines[at]
    figure = f", {measured(line)}" if line.value is not None else ""
    words = f", its source says {line.stated}" if line.stated else ""
    return f"{line.says}{figure}{words}  [{line.source}, {line.date.isoformat()}]"


def _capital(atlas: Atlas, found: Exhibits) -> Iterator[str]:
    assert atlas.funding is not None
    yield f"Equity funding, USD bn. {atlas.sources[atlas.funding.source].credit}"
    yield from _parts("by nation", found.by_nation, {name: nation.name for name, nation in atlas.nations.items()})
    yield from _parts("by firm", found.by_firm, {})
    if found.named is not None:
        yield f"  named firms: {concentrated(found.named)}"
    if found.hhi is not None:
        low, high = map(whole, found.hhi)
        yield f"  the whole: HHI between {low} and {high}, whoever holds the rest"
    yield "  by year"
    for year, value, rounds, mean in found.years:
        each = f"  in {rounds} rounds, {decimal(mean, 2)} each" if rounds and mean is not None else ""
        yield f"    {year:<20} {value:>8}{each}"
    for check in found.discrepancies:
        yield ("  adds up: " if check.explained else "  DOES NOT ADD UP: ") + check.told()


def concentrated(found: Concentration) -> str:
    """The measures in one line."""
    high = ", highly concentrated" if found.high else ""
    index = f"HHI {whole(found.hhi)}{high}, as {decimal(found.effective, 1)} equal ones"
    return f"CR4 {decimal(100 * found.cr4, 1)} %, {index}, Gini {decimal(found.gini, 2)}"


def _parts(what: str, parts: tuple[Part, ...], names: dict[str, str]) -> Iterator[str]:
    yield f"  {what}"
    for part in parts[:10]:
        yield f"    {names.get(part.name, part.name):<20} {part.value:>8}  {decimal(100 * part.share, 1):>5} %"


def _sources(atlas: Atlas) -> Iterator[str]:
    for name, source in atlas.sources.items():
        file = f", file {source.sha256[:12]}…" if source.sha256 else ""
        yield f"[{name}] {source.credit}. {source.licence}{file}"
