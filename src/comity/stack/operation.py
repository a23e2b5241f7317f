"""How the gateway is run: the records of a stack file that change no ruling (docs/reference/stack-file.md).

They say how an upstream is reached, how much anyone may use, and who is told. No pack of law reads them; a hook, a
telemetry sink and a token's issuer name the site or the party that they are, because each is a hop (DESIGN rule 5).
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, field

from comity.stack.record import Address, Duration, File, Id, NonNegative, Record, Seconds, Secret, Span

Surface: TypeAlias = Literal[
    "chat",
    "completions",
    "responses",
    "messages",
    "embeddings",
    "rerank",
    "moderations",
    "transcriptions",
    "speech",
    "images",
]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=10**12)]
Period: TypeAlias = Literal["request", "session", "minute", "hour", "day", "month", "total"]


class Timeouts(Record, frozen=True):
    """Seconds that an upstream may take; a timer for each part of an answer."""

    connect: Seconds = 5.0
    first_byte: Seconds = 300.0  # without streaming this is the whole generation
    idle: Seconds = 60.0  # between two pieces of an answer


class Health(Record, frozen=True):
    """An active check: GET on the upstream's own API, any answer below 500 but 401 and 403 is health."""

    path: Annotated[str, Meta(pattern=r"^/[\x21-\x7e]*$", max_length=256)] = "/models"
    every: Seconds = 10.0
    timeout: Seconds = 2.0


class OAuth(Record, frozen=True):
    """Client credentials (RFC 6749, section 4.4), as Azure Entra and others give tokens for an API."""

    token_url: Address
    client_id: Annotated[str, Meta(min_length=1, max_length=256)]
    client_secret: Secret
    scope: Annotated[str, Meta(max_length=512)] | None = None


class Azure(Record, frozen=True):
    """An Azure OpenAI resource: paths are /openai/deployments/NAME/…?api-version=…, the key goes as `api-key`."""

    deployment: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]+$", max_length=128)]
    api_version: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+$", max_length=32)]


class Limits(Record, frozen=True):
    """Most that may pass; a key of the stack that is left out sets no limit."""

    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    concurrent: Count | None = None


class Budget(Record, frozen=True):
    """Most that may be spent in a period, in money (the stack's currency) or in tokens.

    `request` bounds each request by what it may cost at most, `session` all requests of one `Comity-Session`.
    """

    per: Period
    money: NonNegative | None = None
    tokens: Count | None = None


class Organisation(Record, frozen=True):
    """Who shares limits and budgets: those of an organisation hold for all of its applications together."""

    limits: Limits | None = None
    budgets: tuple[Budget, ...] = ()


class Cache(Record, frozen=True):
    """Exact answers kept in memory: only for equal bytes of one application, and only while it is permitted."""

    seconds: Seconds
    entries: Annotated[int, Meta(ge=1, le=1_000_000)] = 1_000


class Vault(Record, frozen=True):
    """What is asked and answered is kept, sealed, so that an audit can run it again: at the gateway's own site."""

    keep: Duration  # no longer than the law of the request's case lets content be kept
    megabytes: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 1_024  # past that nothing more is kept


class Exact(Record, frozen=True):
    """A promise that answers repeat bit for bit: one request at a time, nothing kept between requests.

    An audit runs a sample of them again. Of an embedded model all is known, and `weights` is held against its file.
    """

    weights: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the GGUF.")] | None = None
    engine: Annotated[str, Meta(min_length=1, max_length=128, description="xllamacpp 2026.10.11549")] | None = None
    cpu: Annotated[str, Meta(min_length=1, max_length=256)] | None = None  # features that the engine uses
    context: Annotated[int, Meta(ge=128, le=10_000_000)] = 1_024  # tokens
    threads: Annotated[int, Meta(ge=1, le=1_024)] = 1


class Hedge(Record, frozen=True):
    """A second attempt, at another permitted deployment, when the first has not begun to answer after so long."""

    after: Seconds


class Routing(Record, frozen=True):
    """How attempts are made inside a placement; nothing here reaches beyond it."""

    retries: Annotated[int, Meta(ge=0, le=10)] = 2  # rounds after every candidate was tried once and failed
    backoff: Seconds = 0.25  # before the first of these rounds; doubles, with jitter
    longest_backoff: Seconds = 8.0  # if all candidates ask for more than this, the client is told
    affinity: bool = True  # requests that begin alike go to the deployment whose KV cache may know the beginning
    hedge: Hedge | None = None


class Hook(Record, frozen=True):
    """Who is told after each request, without its content: a hop, so it has a site."""

    url: Address
    site: Id
    key: Secret | None = None
    events: tuple[Literal["outcome", "denial"], ...] = ("outcome", "denial")


class Telemetry(Record, frozen=True):
    """Where OpenTelemetry spans and metrics go (OTLP over HTTP): a hop, so it has a site."""

    otlp: Address
    site: Id
    key: Secret | None = None
    every: Seconds = 10.0
    spans: bool = True


class Issuer(Record, frozen=True):
    """Bearer tokens of an OpenID Connect issuer: which ones are taken, and for whom each speaks.

    `claim` names the claim that `applications` and `roles` are keyed by: its value, or one value of its list.
    """

    issuer: Address
    audience: Annotated[str, Meta(min_length=1, max_length=256)]
    jwks: Annotated[str, Meta(max_length=2048, description="https:…, or file:PATH. Absent: by discovery.")] | None = (
        None
    )
    claim: Annotated[str, Meta(min_length=1, max_length=128)] = "azp"
    applications: dict[str, Id] = field(default_factory=dict)  # a claim's value to an application
    roles: dict[str, Literal["owner", "operator", "auditor", "counsel"]] = field(default_factory=dict)


class RequireWitnesses(Record, frozen=True):
    """Requests are refused (503) if the last cosigned state, or the oldest entry not in it, is older than `within`."""

    within: Span
    wait: Span | None = None  # so long a request waits for its witnesses, before it is refused; absent: not at all
    applications: tuple[Id, ...] | None = None  # absent: of all applications


class Witnesses(Record, frozen=True):
    """Who cosigns the log's checkpoints: the witnesses with a URL in a C2SP tlog-policy file, and no others.

    They learn the log's origin, its size and its root; the file's `quorum` says how many are enough.
    """

    policy: File
    every: Span = "PT1S"  # at most so often is one witness asked
    require: RequireWitnesses | None = None
    ca: File | None = None  # PEM file of the authorities trusted for https to them


class Timestamps(Record, frozen=True):
    """Who says when a checkpoint was there: an RFC 3161 authority, which gets a hash of it and nothing else."""

    url: Address
    ca: File  # PEM file of the authorities that its certificate leads to
    every: Span = "PT1H"
    cert: File | None = None  # PEM file of the certificate with which it must sign; absent: any that leads to `ca`
    tls_ca: File | None = None  # PEM file of the authorities trusted for https to it


def seconds_of(span: str) -> float:
    """How long a `Span` is: PT5M is 300 seconds."""
    return float(span[2:-1]) * {"S": 1, "M": 60, "H": 3600}[span[-1]]
