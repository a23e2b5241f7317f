"""A picture of nations as a page: layers, dimensions, what would move a nation, capital, every line of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from comity.charts.chart import Chart, Table
from comity.charts.columns import columns
from comity.charts.heatmap import heatmap
from comity.charts.lorenz import lorenz
from comity.charts.page import Section, Tile, page
from comity.charts.radar import radar
from comity.charts.ranks import ranks
from comity.posture.atlas.archetype import ARCHETYPES, SAYS, Place
from comity.posture.atlas.exhibits import Exhibits
from comity.posture.atlas.grading import ACTORS, DEEP, LAWS, THRESHOLDS, rank
from comity.posture.atlas.picture import Picture
from comity.posture.atlas.told import concentrated, measured
from comity.posture.atlas.types import DIMENSIONS, GRADES, LAYERS
from comity.posture.decimals import whole

SHAPES = 4
"""Nations of one radar, which can tell no more apart."""

MOST_FIRMS = 15


def atlas_page(found: Picture) -> str:
    """The whole picture as one self-contained HTML file."""
    atlas = found.atlas
    counts = {each: sum(place.archetype == each for place in found.places) for each in ARCHETYPES}
    wanting = sum(rank(place.layers["middleware"].grade) < rank("credible") for place in found.places)
    sections = [_layers(found), _dimensions(found), _moves(found)]
    if found.exhibits is not None and atlas.funding is not None:
        sections.append(_capital(found, found.exhibits, _bare(atlas.sources[atlas.funding.source].credit)))
    sections += [_evidence(found), _rules()]
    return page(
        atlas.title,
        f"{wanting} of {len(found.places)} nations have no credible layer of middleware: the tools by which models are"
        " placed and governed. Grades follow from the lines of evidence below by the same rules for all.",
        sections,
        kicker=f"Atlas · {atlas.atlas} · {atlas.date.isoformat()}",
        tiles=[Tile(str(counts[each]), SAYS[each].partition(":")[0]) for each in ARCHETYPES],
        foot="\n\n".join(
            f"[{name}] {source.credit}. {source.title}. {source.licence}." for name, source in atlas.sources.items()
        ),
    )


def _credits(found: Picture, lines: Sequence[int] | None = None) -> list[str]:
    used = found.atlas.lines if lines is None else [found.atlas.lines[at] for at in lines]
    return [_bare(found.atlas.sources[name].credit) for name in dict.fromkeys(line.source for line in used)]


def _bare(credit: str) -> str:
    """The credit as a chart wants it, which says `Source:` itself."""
    return credit.removeprefix("Source: ")


def _name(found: Picture, place: Place) -> str:
    return found.atlas.nations[place.nation].name


def _layers(found: Picture) -> Section:
    rows = [(_name(found, place), [rank(place.layers[layer].grade) for layer in LAYERS]) for place in found.places]
    stated = [
        f"{_name(found, place)}: {', '.join(layer for layer in LAYERS if place.layers[layer].stated)}"
        for place in found.places
        if any(place.layers[layer].stated for layer in LAYERS)
    ]
    table = Table(
        ("", "archetype", *LAYERS),
        tuple(
            (
                _name(found, place),
                SAYS[place.archetype].partition(":")[0],
                *(place.layers[layer].grade for layer in LAYERS),
            )
            for place in found.places
        ),
    )
    said = f"On a source's words alone, without a figure: {'; '.join(stated)}." if stated else ""
    chart = heatmap("Nations by layer", LAYERS, rows, levels=GRADES, source="; ".join(_credits(found)))
    return Section("Where nations stand", said, [chart], [("Archetypes", table)])


def _dimensions(found: Picture) -> Section:
    best = sorted(found.places, key=lambda place: ARCHETYPES.index(place.archetype))
    shapes = [
        (_name(found, place), [rank(found.dimensions[place.nation][each].grade) for each in DIMENSIONS])
        for place in best
        if any(rank(found.dimensions[place.nation][each].grade) for each in DIMENSIONS)
    ]
    charts = [
        radar(
            f"Dimensions of control: {', '.join(name for name, _ in shapes[at : at + SHAPES])}",
            DIMENSIONS,
            shapes[at : at + SHAPES],
            len(GRADES) - 1,
            source="; ".join(_credits(found)),
        )
        for at in range(0, len(shapes), SHAPES)
    ]
    said = "From 0, nothing on record, over 1 thin and 2 credible to 3 dense. Regulation is a count of binding laws in"
    return Section("Five dimensions of control", f"{said} force, not a judgement of them.", charts)


def _moves(found: Picture) -> Section:
    rows = []
    for place in found.places:
        up = place.gains[0] if place.gains else None
        down = "; ".join(f"{SAYS[move.becomes].partition(':')[0]} without: {move.needs}" for move in place.losses)
        rows.append(
            (
                _name(found, place),
                SAYS[place.archetype].partition(":")[0],
                f"{SAYS[up.becomes].partition(':')[0]} with {up.needs}" if up else "it is at the top",
                down or "no single line",
            )
        )
    table = Table(("", "stands as", "what would move it up", "what would move it down"), tuple(rows))
    said = "A nation that falls by one line stands on that line: look at its source first."
    return Section("Which evidence would move a nation", said, (), [("Moves", table)])


def _capital(found: Picture, exhibits: Exhibits, credit: str) -> Section:
    names = {name: nation.name for name, nation in found.atlas.nations.items()}
    total = sum((part.value for part in exhibits.by_nation), Decimal())
    return Section(
        "Capital",
        "\n\n".join(_said(exhibits)),
        list(_charts(exhibits, names, total, credit)),
        [("What was compared", _checks(exhibits))] if exhibits.discrepancies else (),
        [credit],
    )


def _charts(exhibits: Exhibits, names: dict[str, str], total: Decimal, credit: str) -> Iterator[Chart]:
    if exhibits.by_nation:
        rows = [(names.get(part.name, part.name), part.value) for part in exhibits.by_nation]
        yield ranks("Equity funding by nation", rows, "USD bn", credit, of=total)
    if exhibits.by_firm:
        firms = [(part.name, part.value) for part in exhibits.by_firm[:MOST_FIRMS]]
        yield ranks("Equity funding by firm", firms, "USD bn", credit, of=total)
    if exhibits.years:
        notes = [f"{rounds} rounds" if rounds is not None else "" for _, _, rounds, _ in exhibits.years]
        years = [(year, value) for year, value, _, _ in exhibits.years]
        yield columns("Equity funding by year", years, "USD bn", credit, notes=notes)
    if len(exhibits.by_firm) > 1:
        yield lorenz(
            "Concentration of capital",
            [
                ("named firms and everyone else", [part.value for part in exhibits.by_firm]),
                ("years", [value for _, value, _, _ in exhibits.years]),
            ],
            credit,
        )


def _said(exhibits: Exhibits) -> Iterator[str]:
    if exhibits.named is not None:
        yield f"Among the named firms: {concentrated(exhibits.named)}."
    if exhibits.hhi is not None:
        low, high = map(whole, exhibits.hhi)
        yield f"Over the whole: an HHI between {low} and {high}, whoever holds the rest."
    for check in exhibits.discrepancies:
        if not check.explained:
            yield f"Does not add up: {check.told()}"


def _checks(exhibits: Exhibits) -> Table:
    return Table(
        ("", "stated", "reckoned", "off by", "rounding explains"),
        tuple(
            (
                each.what,
                f"{each.stated:f}",
                f"{each.reckoned:f}",
                f"{each.off:f}",
                f"{each.rounding:f}: {'yes' if each.explained else 'no'}",
            )
            for each in exhibits.discrepancies
        ),
    )


def _evidence(found: Picture) -> Section:
    rows = tuple(
        (
            found.atlas.nations[line.nation].name,
            line.layer,
            line.says,
            measured(line),
            "of note" if not line.weighs else line.stated or "",
            line.date.isoformat(),
            line.source,
        )
        for line in found.atlas.lines
    )
    table = Table(("", "layer", "what is on record", "figure", "said by the source", "date", "source"), rows)
    return Section("Every line of evidence", "", (), [("Evidence", table)], _credits(found))


def _rules() -> Section:
    rows = tuple(
        (layer, measure, f"{credible:f}", f"{dense:f}") for (layer, measure), (credible, dense) in THRESHOLDS.items()
    )
    said = (
        "A layer is credible or dense by a figure in this table, or by a source's words where it gives no figure. Above"
        f" compute, {ACTORS} independent actors make it credible too, and money makes none dense with fewer than {DEEP}"
        f" of them. Regulation counts binding laws: {LAWS[0]} are credible, {LAWS[1]} dense. One line of any kind is"
        " thin. The thresholds are ours, and are found in no source.\n\n"
        + "\n".join(f"- {SAYS[each]}" for each in ARCHETYPES)
    )
    table = Table(("layer", "measure", "credible from", "dense from"), rows)
    return Section("The rules", said, (), [("Thresholds", table)])
