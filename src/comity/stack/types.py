"""What exists: the frozen types of a stack file (docs/reference/stack-file.md).

Every fact that may carry evidence (`{value: …, evidence: contract}`) is stored here as its plain value;
the level stands in the owner's `evidence` map under the field's name, and is `declared` where the map is silent.
`None` means that the file did not say: `stack.absent` holds the one table of what is then assumed.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, field

from comity.stack.detection import Detection, Detector, Replaced
from comity.stack.operation import (
    Azure,
    Budget,
    Cache,
    Exact,
    Health,
    Hook,
    Issuer,
    Limits,
    OAuth,
    Organisation,
    Routing,
    Surface,
    Telemetry,
    Timeouts,
    Timestamps,
    Vault,
    Witnesses,
)
from comity.stack.record import (
    Address,
    Duration,
    File,
    Id,
    Jurisdiction,
    ModelName,
    NonNegative,
    PartyRef,
    Record,
    Secret,
)
from comity.stack.sworn import Attested, CounselKey, LegalHold

Evidence: TypeAlias = Literal["declared", "contract", "audited", "measured", "attested"]
Objectives: TypeAlias = Literal["SOV-1", "SOV-2", "SOV-3", "SOV-4", "SOV-5", "SOV-6", "SOV-7", "SOV-8"]
Seals: TypeAlias = dict[str, Annotated[int, Meta(ge=0, le=4)]]  # an objective to its SEAL level
Levels: TypeAlias = dict[str, Evidence]  # a field's name to its level; `declared` where absent
EVIDENCE_LEVELS: tuple[Evidence, ...] = ("declared", "contract", "audited", "measured", "attested")


class Dpf(Record, frozen=True):
    """Self-certification under the EU-US Data Privacy Framework; `until` is its last day."""

    until: date
    uk: bool = False  # with the UK Extension to the EU-US framework
    swiss: bool = False  # under the Swiss-US framework too


class Party(Record, frozen=True):
    """A legal person: controller, operator or developer."""

    seat: Jurisdiction
    controlled_by: PartyRef | None = None
    presence: tuple[Jurisdiction, ...] | None = None
    public: bool = False
    ecsp: bool | None = None  # an electronic communication service provider, 50 USC 1881(b)(4)
    dpf: Dpf | None = None
    evidence: Levels = field(default_factory=dict)


class Assessment(Record, frozen=True):
    """A dated transfer impact assessment."""

    ref: Annotated[str, Meta(min_length=1, max_length=200)]
    until: date


class Agreement(Record, frozen=True):
    """An instrument that binds parties; past `until` (its last day) it is absent."""

    between: Annotated[tuple[PartyRef, ...], Meta(min_length=2, max_length=16)]
    kinds: Annotated[tuple[str, ...], Meta(min_length=1)]
    covers: tuple[Id, ...] | None = None  # deployments; None covers all of the operator's
    since: date | None = None
    until: date | None = None
    tia: Assessment | None = None


class AnyOf(Record, frozen=True):
    """The provider chooses among these places, so every one of them must be permitted."""

    any_of: Annotated[tuple[Jurisdiction, ...], Meta(min_length=1, max_length=64)]


class Site(Record, frozen=True):
    """A place where requests are processed, and who runs it."""

    jurisdiction: Jurisdiction | AnyOf
    operator: PartyRef
    accelerators: tuple[str, ...] | None = None
    grid_gco2_kwh: NonNegative | None = None
    pue: Annotated[float, Meta(ge=1, le=10)] | None = None
    evidence: Levels = field(default_factory=dict)

    @property
    def places(self) -> tuple[str, ...]:
        """Every jurisdiction in which a request sent here may be processed."""
        return self.jurisdiction.any_of if isinstance(self.jurisdiction, AnyOf) else (self.jurisdiction,)


class Score(Record, frozen=True):
    """A measured quality in one language: `score` in [0, 1] on `suite`."""

    score: Annotated[float, Meta(ge=0, le=1)]
    suite: str
    date: date


class Model(Record, frozen=True):
    """Weights: whose they are, and on which terms."""

    developer: PartyRef
    license: str | None = None
    family: str | None = None  # the weights by name, where a rule speaks of them: a word of the vocabulary
    open_weights: bool | None = None
    eval: dict[str, Score] = field(default_factory=dict)
    evidence: Levels = field(default_factory=dict)


class Price(Record, frozen=True):
    """Units of the stack's currency per 10^6 tokens."""

    input: NonNegative
    output: NonNegative


class Certificate(Record, frozen=True):
    """A certificate of a deployment; `until` is its last day."""

    name: str
    until: date | None = None


class Dated(Record, frozen=True):
    """A certificate that says how long it holds; `until` is its last day."""

    name: str
    until: date


class Terms(Record, frozen=True):
    """What the operator does with content beyond the answer."""

    retention: Duration | None = None
    trains: bool | None = None


class Deployment(Record, frozen=True):
    """A model served at a site."""

    model: Id
    site: Id
    url: Address
    served_as: str | None = None
    key: Secret | None = None
    price: Price | None = None
    latency: Annotated[float, Meta(ge=0, description="Seconds to the first token.")] | None = None
    energy: Annotated[float, Meta(ge=0, description="kWh per 10^6 tokens, at the accelerator.")] | None = None
    capacity: (
        Annotated[float, Meta(ge=0, description="Tokens a second, in and out; absent: a replay sets it no bound.")]
        | None
    ) = None
    certificates: tuple[Certificate, ...] = ()
    seal: Seals = field(default_factory=dict)  # reached, by objective of the EU Cloud Sovereignty Framework
    terms: Terms | None = None
    hops: tuple[str, ...] = ()  # what an upstream may be asked to do beyond inference (docs/reference/hops.md)
    ca: Annotated[str, Meta(description="PEM file of the authorities trusted for this upstream.")] | None = None
    serves: Annotated[
        tuple[Surface, ...], Meta(min_length=1, description="Surfaces of the API that the upstream has.")
    ] = ("chat",)
    key_header: Literal["authorization", "api-key", "x-api-key"] | None = None  # absent: as `serves` and `azure` say
    oauth: OAuth | None = None
    azure: Azure | None = None
    client_cert: File | None = None  # for mutual TLS: PEM files, from the stack file on
    client_key: File | None = None
    stream_usage: bool = True  # false: this upstream refuses stream_options, so streams are never asked for their usage
    weight: Annotated[int, Meta(ge=0, le=1_000_000)] = 1  # share of its tier; 0: only when no other answers
    draining: bool = False  # true: no new requests
    connections: Annotated[int, Meta(ge=1, le=10_000)] = 256  # at once, for each worker
    timeouts: Timeouts = field(default_factory=Timeouts)
    health: Health | None = None  # absent: judged by what its answers show
    exact: Exact | None = None  # answers repeat bit for bit, and can be audited
    evidence: Levels = field(default_factory=dict)


class Observe(Record, frozen=True):
    """Ruled, logged and marked, not enforced; `until` is its last day, at most 90 days ahead."""

    until: date


class Application(Record, frozen=True):
    """Who asks, for whom, and for what."""

    controller: PartyRef
    purpose: str
    data: tuple[str, ...]
    subjects: tuple[Jurisdiction, ...]
    grounds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    output_used_in: tuple[Jurisdiction, ...] | None = None  # absent: where the subjects are; `[]` states nowhere
    sector: str | None = None
    risk: str | None = None
    uses: tuple[str, ...] | None = None  # what the system does, in words of the vocabulary; `[]` states none
    placed_on_market: date | None = None  # or put into service; absent: held to the newest duties
    seal: Seals = field(default_factory=dict)  # asked for, by objective of the EU Cloud Sovereignty Framework
    models: tuple[Id, ...] | None = None  # None: every model of the stack
    evidence: dict[str, Evidence] = field(default_factory=dict)  # the floor by kind of fact: {location: contract}
    observe: Observe | None = None
    blocks: tuple[str, ...] = ()  # uses, classes of data and purposes that are refused whatever the law says
    oversight: tuple[Id, ...] = ()  # the functions, never the persons, that watch the system and can stop it
    organisation: Id | None = None
    limits: Limits | None = None
    budgets: tuple[Budget, ...] = ()
    cache: Cache | None = None  # off unless told
    vault: Vault | None = None  # nothing of what is asked and answered is kept unless told
    detect: tuple[Detector, ...] = ()  # what is looked for in its requests; nothing unless told
    pseudonymise: tuple[Replaced, ...] = ()  # looked for too, and replaced until the answer comes; no ruling is milder


class Objective(Record, frozen=True):
    """Weights of the score; lower scores are better (DESIGN, part 6)."""

    cost: NonNegative = 1.0
    latency: NonNegative = 0.3
    carbon: NonNegative = 0.2
    exposure: NonNegative = 1.0
    quality: NonNegative = 0.5


class Gap(Record, frozen=True):
    """Law that is not loaded, accepted by name and until a date (its last day)."""

    jurisdiction: Jurisdiction
    data: Annotated[tuple[str, ...], Meta(min_length=1)]
    why: Annotated[str, Meta(min_length=1, max_length=500)]
    until: date


class Gateway(Record, frozen=True):
    """Where the relay itself runs: a hop like any other."""

    site: Id
    certificates: tuple[Dated, ...] = ()  # of the relay's own service, each with its last day
    seal: Seals = field(default_factory=dict)  # reached by the relay, as a deployment's


class Stack(Record, frozen=True):
    """The whole of a stack file."""

    origin: Annotated[str, Meta(pattern=r"^[a-z0-9.-]+(:\d+)?(/[A-Za-z0-9._-]+)*$", max_length=200)]
    law: Annotated[tuple[str, ...], Meta(description="Packs in force, by name.")]
    sites: dict[Id, Site]
    models: dict[Id, Model]
    deployments: dict[Id, Deployment]
    applications: dict[Id, Application]
    gateway: Gateway | None = None
    uncovered: tuple[Gap, ...] = ()
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] = "EUR"
    notice: Annotated[str, Meta(max_length=500)] | None = None  # said wherever results of its log are shown
    parties: dict[Id, Party] = field(default_factory=dict)
    agreements: tuple[Agreement, ...] = ()
    objective: Objective = field(default_factory=Objective)
    claims: tuple[str, ...] = ()
    attest: Literal["declared", "required"] = "declared"  # required: what no counsel's key has signed is absent
    counsel_keys: dict[Id, CounselKey] = field(default_factory=dict)
    attestations: Annotated[str, Meta(description="A folder, from the stack file on.", max_length=1024)] = (
        "attestations"
    )
    attested: Attested = field(default_factory=Attested)  # no key of the file: made of what lies in `attestations`
    legal_holds: tuple[LegalHold, ...] = ()
    keep_log: Duration | None = None  # then entries are pruned that neither law nor a hold keeps; absent: for good
    stale_law: Literal["warn", "refuse"] = "warn"  # of a pack past its review_by
    durability: Literal["strict", "relaxed"] = "strict"
    aliases: dict[ModelName, tuple[Id, ...]] = field(default_factory=dict)  # to models or deployments: a group
    organisations: dict[Id, Organisation] = field(default_factory=dict)
    routing: Routing = field(default_factory=Routing)
    detection: Detection = field(default_factory=Detection)
    hooks: dict[Id, Hook] = field(default_factory=dict)
    telemetry: Telemetry | None = None
    issuers: dict[Id, Issuer] = field(default_factory=dict)
    database: Secret | None = None  # a PostgreSQL URL, where more than one host shares keys and budgets
    signer: (
        Annotated[str, Meta(max_length=1024, description="unix:PATH or pkcs11:…; absent: log.key in the state folder.")]
        | None
    ) = None
    witnesses: Witnesses | None = None  # who cosigns the log's checkpoints; absent: nobody
    timestamps: Timestamps | None = None  # who says when they were there; absent: nobody
