"""A scenario document: the frozen types of its file (docs/reference/scenario.md).

Each change is one key of one entry of `changes`; they are applied in order, each to what the ones before it left.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct, field

from comity.stack.record import Id, Jurisdiction, NonNegative, PartyRef, Record

Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2_000)]
Names: TypeAlias = Annotated[tuple[str, ...], Meta(max_length=256)]
Day: TypeAlias = date
Factor: TypeAlias = Annotated[float, Meta(ge=0, le=1_000_000)]


class Source(Record, frozen=True):
    """Where a figure of the document comes from; `checked` says whether its author read the primary source, or that
    there is none: the figure is assumed.
    """

    figure: Text
    source: Text
    date: date
    checked: Literal["primary", "secondary", "assumed"]
    url: Annotated[str, Meta(max_length=2_000)] = ""

    @property
    def plain(self) -> dict[str, str]:
        """What it says, as text by name; an address that is not given is left out."""
        return {name: str(getattr(self, name)) for name in self.__struct_fields__ if getattr(self, name)}


class Acquired(Record, frozen=True):
    """`party` comes under the control of `by`: a party of the stack, or a jurisdiction."""

    party: Id
    by: PartyRef


class Suppliers(Record, frozen=True):
    """Parties that stop serving, with all whom they control; and parties that change hands."""

    withdraw: tuple[Id, ...] = ()
    acquire: tuple[Acquired, ...] = ()


class Sites(Record, frozen=True):
    """Sites where nothing is served any more."""

    down: tuple[Id, ...]


class PackChange(Record, frozen=True):
    """Law packs that are loaded, and such as are not any more."""

    add: Names = ()
    drop: Names = ()


class LawChange(Record, frozen=True):
    """Rules that no longer bind or that bind at once, whatever their dates; a `*` at the end stands for all that begin
    so. `as_of` is the day whose law is asked.
    """

    off: Names = ()
    on: Names = ()
    as_of: date | None = None
    packs: PackChange = field(default_factory=PackChange)


class Adequacy(Record, frozen=True):
    """Entries struck from lists of packs: `eu.dpf` whole, or `eu.adequate:GB` alone."""

    strike: Annotated[tuple[str, ...], Meta(min_length=1, max_length=256)]


class ExportControl(Record, frozen=True):
    """What rests on these chips (a class or an accelerator) or these weights (a model) stops at sites that do not lie
    in `exempt`.
    """

    chips: Names = ()
    weights: tuple[Id, ...] = ()
    exempt: tuple[Jurisdiction, ...] = ("US",)


class PriceSet(Record, frozen=True):
    """Units of the currency per 10^6 tokens."""

    input: NonNegative
    output: NonNegative


class Prices(Record, frozen=True):
    """Prices multiplied, of all or of what is named (deployments, models, sites or suppliers), and prices set."""

    factor: Factor = 1.0
    of: tuple[str, ...] | None = None
    set: dict[Id, PriceSet] = field(default_factory=dict)


class Capacities(Record, frozen=True):
    """Capacities multiplied, of all or of what is named, and capacities set, in tokens a second."""

    factor: Factor = 1.0
    of: tuple[str, ...] | None = None
    set: dict[Id, NonNegative] = field(default_factory=dict)


class Connected(Record, frozen=True):
    """The day from which a site has its power."""

    date: date


class Demand(Record, frozen=True):
    """Requests multiplied, of all applications and of each that is named, which comes on top."""

    factor: Factor = 1.0
    by_application: dict[Id, Factor] = field(default_factory=dict)


class Ended(Record, frozen=True):
    """Agreements that bind all of these parties; `kinds` narrows to instruments of a kind."""

    between: Annotated[tuple[PartyRef, ...], Meta(min_length=1, max_length=16)]
    kinds: tuple[str, ...] = ()


class Agreements(Record, frozen=True):
    """Agreements that end."""

    end: Annotated[tuple[Ended, ...], Meta(min_length=1, max_length=256)]


class Lost(Record, frozen=True):
    """A certificate that deployments lose; without `deployments` all that have it."""

    name: str
    deployments: tuple[Id, ...] | None = None


class Certificates(Record, frozen=True):
    """Certificates that end."""

    end: Annotated[tuple[Lost, ...], Meta(min_length=1, max_length=256)]


class Change(Record, frozen=True):
    """One change: exactly one of these keys."""

    suppliers: Suppliers | None = None
    sites: Sites | None = None
    law: LawChange | None = None
    adequacy: Adequacy | None = None
    export_control: ExportControl | None = None
    prices: Prices | None = None
    capacity: Capacities | None = None
    grid: dict[Id, Connected] | None = None
    demand: Demand | None = None
    agreements: Agreements | None = None
    certificates: Certificates | None = None
    stack: Annotated[Any, Meta(description="A JSON merge patch (RFC 7396) of the stack file.")] = None

    @property
    def kind(self) -> str:
        """The key that it has; "" if it has none or several, which no document that was read has."""
        said = [name for name in self.__struct_fields__ if getattr(self, name) is not None]
        return said[0] if len(said) == 1 else ""


class Range(Record, frozen=True):
    """What a parameter is drawn from: evenly, or evenly in its logarithm."""

    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"


class QuasiRandom(Record, frozen=True):
    """Parameters drawn together from a Sobol sequence that `seed` scrambles; `draws` is taken up to a power of two."""

    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    draws: Annotated[int, Meta(ge=1, le=65_536)]
    ranges: dict[str, Range]


class Sweep(Record, frozen=True):
    """The same scenario for each value of one parameter, or for many draws of several.

    A parameter is a path in this document, such as `changes[0].demand.factor`.
    """

    parameter: Annotated[str, Meta(max_length=200)] | None = None
    values: Annotated[tuple[Any, ...], Meta(max_length=1_000)] = ()
    quasi_random: QuasiRandom | None = None


class Scenario(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"since": "from"}):
    """The whole document. `since` (`from` in the file) is the day of the changed world: every request is decided as of
    it; without one each is decided as of its own time.
    """

    scenario: Id
    title: Text
    date: date
    changes: Annotated[tuple[Change, ...], Meta(max_length=256)] = ()
    since: Day | None = None
    sources: tuple[Source, ...] = ()
    reading: Annotated[str, Meta(max_length=4_000)] = ""
    sweep: Sweep | None = None
    future: Annotated[Any, Meta(description="A model of the future by its `kind`, with its parameters.")] = None
