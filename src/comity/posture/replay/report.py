"""What a replay found, as programs, terminals and pages read it: every number an integer or a decimal in text."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

from msgspec import Struct

Outcome: TypeAlias = Literal["as_before", "re_placed", "overflow", "refused", "admitted", "still_refused", "undecided"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""What became of a past request; each is one of these.

`as_before` goes where it went; `re_placed` goes to another deployment; `overflow` may go somewhere, and there is no
room; `refused` was placed and is refused now; `admitted` was refused and is placed now; `still_refused` on both sides;
`undecided` could not be decided again.
"""


NO_ROOM = "no room"
"""Where a request goes that overflows: a name that no deployment has."""


class Measure(Struct, frozen=True):
    """A figure with its band: decimals in text. `estimated` are requests of which it is estimated, not stated."""

    value: str = "0"
    low: str = "0"
    high: str = "0"
    estimated: int = 0


class Amounts(Struct, frozen=True):
    """What requests came to on one side.

    Attributes:
        requests: that were placed.
        prompt_tokens, completion_tokens: theirs.
        cost: 10^-9 of the currency.
        unpriced: requests at deployments without a price, or of unknown usage: not in `cost`.
        latency_ms: mean milliseconds to the first byte, None where nothing is known.
        energy_wh: watt-hours at the meter of the site.
        carbon_g: grams of CO2 equivalent, from operation alone (location-based, without what was built).
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: int = 0
    unpriced: int = 0
    latency_ms: int | None = None
    energy_wh: Measure = Measure()
    carbon_g: Measure = Measure()


class Counts(Struct, frozen=True):
    """Past requests by outcome; their sum is all of them."""

    as_before: int = 0
    re_placed: int = 0
    overflow: int = 0
    refused: int = 0
    admitted: int = 0
    still_refused: int = 0
    undecided: int = 0

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(getattr(self, outcome) for outcome in OUTCOMES)

    @property
    def lost(self) -> int:
        """Those that were served and are not: refused, or without room."""
        return self.refused + self.overflow


class Line(Struct, frozen=True):
    """One application, data class, jurisdiction, deployment, or all together (`name` is then empty).

    A request counts for each of its data classes and jurisdictions, so those lines do not add up to the total; of
    deployments it counts where it went before, and `after` is what goes there now.
    """

    name: str
    counts: Counts
    before: Amounts
    after: Amounts


class Ruled(Struct, frozen=True):
    """A rule, what it says, and how many past requests are refused now with it among the grounds."""

    rule: str
    law: str
    cite: str
    basis: str
    requests: int
    says: str = ""


class Flow(Struct, frozen=True):
    """Requests that went to one deployment and go to another; "" is a refusal, "no room" what finds none."""

    before: str
    after: str
    requests: int
    tokens: int


class Cause(Struct, frozen=True):
    """What accounts for the loss: a change of the scenario, a rule, or a deployment that is full.

    Attributes:
        kind: `supplier`, `site`, `agreement`, `certificate`, `adequacy`, `law`, `chips`, `weights`, ..., `rule`, or
            `deployment`, which is full.
        name: of the thing, such as a party's or a rule's.
        says: it in words.
        alone: requests that would not be lost if this one alone were undone, all else staying.
        part: lost requests in which it has a part, alone or with others.
        no_room: of `part`, those that are permitted and find no room.
    """

    kind: str
    name: str
    says: str
    alone: int
    part: int
    no_room: int = 0


class Repair(Struct, frozen=True):
    """One step of the smallest repair, in order; each was confirmed by deciding again with all steps before it made.

    The order is greedy: each step is the one that brings back the most beyond those before it. There may be as many
    that together bring back more.

    Attributes:
        kind: of its first change: `agreement`, `certificate`, `site`, `model`, `statement`, `terms`, `capacity`, ...
        deployment: the one that it opens, with others perhaps.
        says: what is to be done, in order.
        lines: the part of a stack file that says so, as plain values.
        hardness: from 1, what only has to be written down, up.
        brings_back: lost requests that it brings back, beyond those of the steps before it.
        in_all: those of all steps so far.
    """

    kind: str
    deployment: str
    says: tuple[str, ...]
    lines: dict[str, Any]
    hardness: int
    brings_back: int
    in_all: int


class Load(Struct, frozen=True):
    """Tokens of a month at a deployment, before and after, against what it can do; None where that is not stated.

    `overflow` are tokens that had no other place than this deployment and those as full as it.
    """

    deployment: str
    period: str
    before: int
    after: int
    capacity: int | None
    overflow: int = 0


class Point(Struct, frozen=True):
    """One point of a sweep: the values by their paths, and what came of it by name, all as text."""

    values: dict[str, str]
    measures: dict[str, str]


class Spread(Struct, frozen=True):
    """One measure over all draws: its quantiles, by their part (`0.05` to `0.95`)."""

    name: str
    quantiles: dict[str, str]


class Label(Struct, frozen=True):
    """What a measure is called, its unit, and by what its value is multiplied to be in that unit."""

    says: str
    unit: str = ""
    times: str = "1"


class Swept(Struct, frozen=True):
    """A sweep: its points in order, of draws the spread of every measure, and what each measure is called."""

    points: tuple[Point, ...]
    spreads: tuple[Spread, ...] = ()
    labels: dict[str, Label] = {}


class Report(Struct, frozen=True):
    """The whole of it.

    Attributes:
        scenario, title, reading: of the scenario document.
        as_of: the day by whose law the changed world decides, "" where each request's own day does.
        changes: of the scenario, in words and in order.
        sources: of its figures, as the document has them.
        notice: what the stacks of the log want said wherever a result of it is shown; the first of `notes` too.
        first, last: months of the log.
        currency: of the stack; "" if the log has several.
        groups: distinct groups of requests; `decided` distinct questions, each put once to either world.
        reproduced: requests whose placement, made again in their own realm, is that of the log byte for byte;
            `differing`, whose is not.
        total: of all requests.
        applications, data, jurisdictions, deployments: the same by each.
        rules: that refuse now, the most frequent first.
        flows: between deployments.
        causes: the heaviest first.
        repairs: in the order in which they bring back the most.
        unrepaired: lost requests that no step of these kinds brings back.
        loads: by deployment and month; empty where the stack states no capacity.
        notes: what was assumed, what was not known.
        swept: the same under the scenario's sweep, if it has one.
    """

    scenario: str
    title: str
    total: Line
    reading: str = ""
    as_of: str = ""
    changes: tuple[str, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    notice: str = ""
    first: str = ""
    last: str = ""
    currency: str = ""
    groups: int = 0
    decided: int = 0
    reproduced: int = 0
    differing: int = 0
    applications: tuple[Line, ...] = ()
    data: tuple[Line, ...] = ()
    jurisdictions: tuple[Line, ...] = ()
    deployments: tuple[Line, ...] = ()
    rules: tuple[Ruled, ...] = ()
    flows: tuple[Flow, ...] = ()
    causes: tuple[Cause, ...] = ()
    repairs: tuple[Repair, ...] = ()
    unrepaired: int = 0
    loads: tuple[Load, ...] = ()
    notes: tuple[str, ...] = ()
    swept: Swept | None = None
