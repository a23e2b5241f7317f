"""An atlas: nations, and what is on record about each layer of theirs (docs/reference/atlas.md)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias, get_args

from msgspec import Meta, field

from comity.stack.record import Id, Jurisdiction, NonNegative, Record

Layer: TypeAlias = Literal["compute", "models", "middleware", "applications"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
"""L1 to L4 of the stack."""

Dimension: TypeAlias = Literal["infrastructure", "models", "governance", "regulation", "epistemology"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
"""Five dimensions of control: technical infrastructure, model development, governance architecture, regulatory
authority, epistemological alignment (language, culture, norms)."""

Grade: TypeAlias = Literal["absent", "thin", "credible", "dense"]
GRADES: tuple[Grade, ...] = get_args(Grade)

Measure: TypeAlias = Literal["accelerators", "exaflops", "power-mw", "capital-usd-bn", "funding-usd-bn", "laws"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

Sentence: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=120)]


MAX_LINES = 2_000
"""Lines of evidence of a file. It is asked of each what hangs on it, which takes as long as there are lines."""


class Source(Record, frozen=True):
    """Where figures come from. `credit` stands wherever one of them is shown."""

    credit: Sentence
    title: Sentence
    date: date
    licence: Sentence
    checked: Literal["primary", "secondary"] = "secondary"
    url: Annotated[str, Meta(max_length=500)] = ""
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")] | None = None  # of the file that was imported


class Nation(Record, frozen=True):
    """One row of the atlas: a nation, or several that stand together."""

    name: Name
    members: Annotated[tuple[Jurisdiction, ...], Meta(min_length=1)]


class Line(Record, frozen=True):
    """One piece of evidence.

    Attributes:
        actor: an independent developer, vendor or operator, by name; counted once a layer.
        measure, value: a figure, in the measure's unit.
        stated: the grade that the source itself gives, where it gives no figure.
        weighs: a line that is of note and carries no grade has `false`.
    """

    nation: Id
    layer: Layer
    says: Sentence
    source: Id
    date: date
    dimensions: tuple[Dimension, ...] = ()
    actor: Name | None = None
    measure: Measure | None = None
    value: NonNegative | None = None
    stated: Grade | None = None
    weighs: bool = True


class Firm(Record, frozen=True):
    """What one firm has raised."""

    name: Name
    nation: Id
    value: NonNegative


class Round(Record, frozen=True):
    """One round so large that it is told apart."""

    name: Name
    value: NonNegative


class Year(Record, frozen=True):
    """What was raised in a year, in how many rounds. `until` where it is not the whole year."""

    year: Annotated[int, Meta(ge=1900, le=2200)]
    value: NonNegative
    rounds: Annotated[int, Meta(ge=0)] | None = None
    until: date | None = None
    largest: Round | None = None


class Stated(Record, frozen=True):
    """What a source says follows from its figures; checked, never copied."""

    share: Annotated[float, Meta(ge=0, le=100)]  # per cent of the whole
    nation: Id


class Funding(Record, frozen=True):
    """Equity funding, in billions of US dollars, as one source counts it."""

    source: Id
    total: NonNegative
    nations: dict[Id, NonNegative] = field(default_factory=dict)
    firms: tuple[Firm, ...] = ()
    years: tuple[Year, ...] = ()
    digits: Annotated[int, Meta(ge=0, le=6)] = 1  # after the point, to which the source rounds
    stated: tuple[Stated, ...] = ()


class Atlas(Record, frozen=True):
    """The whole of an atlas file."""

    atlas: Id
    title: Sentence
    date: date
    sources: dict[Id, Source]
    nations: dict[Id, Nation]
    lines: Annotated[tuple[Line, ...], Meta(max_length=MAX_LINES)]
    funding: Funding | None = None
