"""What supervisor and worker say to each other: one JSON object a line, over a socket pair.

The worker is told everything that it must know, upstream credentials too, over this one private channel; it reads no
stack file and no key store. Its end of file is the other side's death.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from msgspec import Struct

from comity.adapters.database.notes import Note
from comity.adapters.keys import Key
from comity.adapters.oidc.issuer import TrustedIssuer
from comity.relay.finished import Finished
from comity.relay.limits.lender import Line, Slice
from comity.relay.target import DEFAULT_TIMEOUTS, Check, Timeouts
from comity.terms.instants import Instant

MAX_LINE_BYTES = 1 << 26
"""The longest is the table of keys: 100,000 of them at some 300 bytes, doubled."""


class Endpoint(Struct, frozen=True):
    """Where a deployment is reached: what `relay.ports.Target` says, in plain data.

    `credentials` are header lines. `ca`, `client_cert` and `client_key` are paths of PEM files, and `trust` the SHA-256
    of what they held when they were read: files that change make another endpoint.
    """

    deployment: str
    site: str
    served_as: str
    host: str
    port: int
    tls: bool = False
    ca: str = ""
    client_cert: str = ""
    client_key: str = ""
    trust: str = ""
    path: str = "/v1"
    query: str = ""
    credentials: str = ""
    surfaces: tuple[str, ...] = ("chat",)
    stream_usage: bool = True
    connections: int = 256
    weight: int = 1
    draining: bool = False
    check: Check | None = None
    price_in: int = -1
    price_out: int = -1
    currency: str = ""
    timeouts: Timeouts = DEFAULT_TIMEOUTS
    profile: str = ""

    def __repr__(self) -> str:
        """Without the credential: representations end up in logs."""
        return f"Endpoint({self.deployment!r} at {self.host}:{self.port})"


class Watch(Struct, frozen=True):
    """Who cosigns checkpoints: a tlog-policy, as its file has it, and how it is used.

    A witness is asked at most once in `every` seconds. Requests of `applications` (None: of all) are refused when the
    last state that enough witnesses cosigned is older than `within` seconds (0: never), after they have waited `wait`
    seconds for a newer one. `ca` is a PEM file's path.
    """

    policy: bytes
    every: float
    within: float = 0.0
    applications: tuple[str, ...] | None = None
    ca: str = ""
    wait: float = 0.0


class Stamps(Struct, frozen=True):
    """Who stamps checkpoints, and how often in seconds; paths of PEM files. `witnessed`: only what is cosigned."""

    url: str
    every: float
    ca: str
    cert: str = ""
    tls_ca: str = ""
    witnessed: bool = False


class Start(Struct, frozen=True, tag=True):
    """First words of the supervisor: how this worker runs. Paths are absolute; `realms` are digests, oldest first.

    `signer` is as in the stack file: a realm's bundle does not have it.
    """

    state: str
    host: str
    port: int
    tls_cert: str
    tls_key: str
    realms: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    keys: tuple[Key, ...]
    issuers: tuple[TrustedIssuer, ...] = ()
    generation: int = 0
    told: bool = False
    signer: str | None = None
    watch: Watch | None = None
    stamps: Stamps | None = None


class Take(Struct, frozen=True, tag=True):
    """A realm that is on disk: take it when its time comes, at once if it has come.

    `endpoints` are where its deployments are reached, from the same moment on; None: as before. `generation` counts
    what was put in force in this gateway, so that the supervisor sees who has taken it. `told`: someone wants to be
    told of each request.
    """

    realm: str
    endpoints: tuple[Endpoint, ...] | None = None
    generation: int = 0
    told: bool = False


class Keys(Struct, frozen=True, tag=True):
    """The whole table of keys, whenever it changes."""

    keys: tuple[Key, ...]


class Trust(Struct, frozen=True, tag=True):
    """The issuers whose tokens open something, with their keys, whenever they change."""

    issuers: tuple[TrustedIssuer, ...]


class Forget(Struct, frozen=True, tag=True):
    """Erasure salts of this application were destroyed: keep none of them in memory, and write on in a new segment."""

    application: str


class Seal(Struct, frozen=True, tag=True):
    """Write on in a new segment: something of the one before it is to be erased."""


class Enter(Struct, frozen=True, tag=True):
    """What somebody did to the gateway, to be entered in the log."""

    notes: tuple[Note, ...]


class Sum(Struct, frozen=True):
    """A summary, or a part of one: its blocks as canonical JSON, and the end of the day that it speaks of."""

    end: int
    decision: str
    content: str


class Summarise(Struct, frozen=True, tag=True):
    """Days that are to be entered; `seen` entries of the shard were read when they were found missing."""

    sums: tuple[Sum, ...]
    seen: int


class Reach(Struct, frozen=True, tag=True):
    """Where a deployment is reached from now on; None: it cannot be reached."""

    deployment: str
    endpoint: Endpoint | None


class Lend(Struct, frozen=True, tag=True):
    """Slices of meters, by the meter's id, and the meters of which everything is to be given back that is not used."""

    slices: dict[str, Slice]
    recall: tuple[str, ...] = ()


class Renew(Struct, frozen=True, tag=True):
    """The data port's certificate may have changed: read its files again."""


class Drain(Struct, frozen=True, tag=True):
    """Be unready for `delay` seconds, then take no new connection, finish what is under way within `seconds`, close
    the ledger, end."""

    seconds: float
    delay: float = 0.0


class Ready(Struct, frozen=True, tag=True):
    """The worker listens, and its shard is open."""

    shard: str


class Failed(Struct, frozen=True, tag=True):
    """The worker ends because of this, in words for an operator."""

    message: str


class Complaint(Struct, frozen=True, tag=True):
    """Something that an operator must know, though the worker goes on."""

    message: str


class Draw(Struct, frozen=True, tag=True):
    """What the worker needs, gives back and has used, by the meter's id."""

    lines: dict[str, Line]


class Entered(Struct, frozen=True, tag=True):
    """A note, by its id, is durable in the log, as the entry `<shard>.<index>`."""

    note: str
    entry: str = ""


class Unknown(Struct, frozen=True, tag=True):
    """A token named a key that this issuer, by its name in the stack, is not known to have."""

    issuer: str


class Watched(Struct, frozen=True):
    """One witness: how many signed entries and seconds it is behind (-1: it never cosigned), and what is wrong."""

    name: str
    entries: int
    seconds: int
    trouble: str = ""


class Report(Struct, frozen=True, tag=True):
    """How the worker fares; counters are since its start.

    `witnessed` and `stamped` are when the last state was cosigned by enough witnesses, and stamped; 0: not yet, None:
    nobody is asked. `counts` is what happened at its data port, by name; `fault` says why it is not ready, or is empty.
    `waiting` requests wait for witnesses. `tallies` are counters by family and label, `busy` the attempts under way by
    deployment, `resting` the deployments that rest.
    """

    time: Instant
    realm: str
    fault: str
    counts: dict[str, int] = {}
    underway: int = 0
    waiting: int = 0
    pending: int = 0
    durable: int = 0
    published: int = 0
    open_intents: int = 0
    generation: int = 0
    resident: int = 0
    tallies: dict[str, dict[str, int]] = {}
    busy: dict[str, int] = {}
    resting: tuple[str, ...] = ()
    witnesses: tuple[Watched, ...] = ()
    witnessed: Instant = 0
    stamped: Instant | None = None
    stamp_trouble: str = ""


class Told(Struct, frozen=True, tag=True):
    """Requests that are over, since the last time; `dropped` more were, and are lost to whoever is told of them."""

    records: tuple[Finished, ...]
    dropped: int = 0


ToWorker: TypeAlias = Start | Take | Keys | Reach | Lend | Renew | Drain | Trust | Enter | Summarise | Forget | Seal
ToSupervisor: TypeAlias = Ready | Failed | Complaint | Draw | Report | Told | Unknown | Entered

to_worker = msgspec.json.Decoder(ToWorker)
to_supervisor = msgspec.json.Decoder(ToSupervisor)


def line(message: ToWorker | ToSupervisor) -> bytes:
    """One message as it goes over the channel."""
    return msgspec.json.encode(message) + b"\n"
