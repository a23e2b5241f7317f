"""Where requests are sent: what the relay knows of a deployment's upstream."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Timeouts(Struct, frozen=True):
    """Seconds that an upstream may take, each for one thing.

    Attributes:
        connect: until the connection (and TLS) stands. A healthy host answers in milliseconds.
        first_byte: until the answer's head. Without streaming this is the whole generation.
        idle: between two pieces of an answer once it has begun.
    """

    connect: float = 5.0
    first_byte: float = 300.0
    idle: float = 60.0


DEFAULT_TIMEOUTS = Timeouts()


class Check(Struct, frozen=True):
    """An active check of a deployment: GET `path` every so many seconds, answered within `timeout` seconds."""

    path: str
    every: float
    timeout: float


class Target(Struct, frozen=True, eq=False):
    """Where requests for a deployment are sent, and with which credentials.

    The gate returns the same object for a deployment until something about it changes: connections are pooled by it,
    so an object that is new closes the connections of the old one.

    Attributes:
        deployment: id of the deployment.
        site: id of its site, shown to keys with `disclose: full`.
        host, port: where to connect, and the value of the Host header. With `unix` they are the Host header alone.
        unix: path of a Unix socket, or empty.
        tls: an `ssl.SSLContext` that verifies names, or None for plain HTTP. Opaque here.
        path: prefix of the API without a trailing slash (`/v1`, `/openai/deployments/NAME`).
        query: what follows the path, with its question mark (`?api-version=…`), or empty.
        credentials: header lines, each with its line end, that open the upstream; or empty. Never shown, never logged.
        served_as: the model's name at this upstream; replaces the caller's `model` in the request's bytes.
        surfaces: names of the surfaces that it serves itself; what can be translated to one of them it may serve too.
        stream_usage: whether it understands `stream_options.include_usage`.
        connections: most connections that may be open to it at once; past that it has no capacity.
        weight: its share among equals of its tier.
        draining: what is under way ends, and nothing new begins.
        check: how its health is asked for; None: judged by what its answers show.
        profile: under which its answers repeat bit for bit, as entries have it (`relay.exactness`), or empty.
        price_in, price_out: 10^-9 of `currency` for each token, -1 where it is not known.
    """

    deployment: str
    served_as: str
    site: str = ""
    host: str = "localhost"
    port: int = 80
    unix: str = ""
    tls: Any = None
    path: str = "/v1"
    query: str = ""
    credentials: bytes = b""
    surfaces: tuple[str, ...] = ("chat",)
    stream_usage: bool = True
    connections: int = 256
    weight: int = 1
    draining: bool = False
    check: Check | None = None
    price_in: int = -1
    price_out: int = -1
    currency: str = ""
    profile: bytes = b""
    timeouts: Timeouts = DEFAULT_TIMEOUTS
