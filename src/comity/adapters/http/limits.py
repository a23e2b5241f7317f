"""Every limit of the data port, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one worker's data port. Sizes in bytes, times in seconds."""

    head: int = 32 * 1024
    """Request line and headers: a key, a few Comity headers and what proxies add are below 8 kB."""

    headers: int = 100
    """Number of headers; browsers and proxies send about thirty."""

    url: int = 8 * 1024
    """The path and a query that nobody reads."""

    body: int = 32 * 1024 * 1024
    """A request's body: long contexts are 1 MB a million characters, images in base64 are the rest."""

    buffered: int = 512 * 1024 * 1024
    """All bodies that are being held at once, so that many large ones cannot exhaust the worker."""

    answer: int = 256 * 1024 * 1024
    """One answer: an endless one is a fault."""

    connections: int = 4096
    """Open client connections; fewer where the system grants a worker few open files."""

    in_flight: int = 1024
    """Requests under way; one waits for a model, so more would only wait longer."""

    head_seconds: float = 10.0
    """From the first byte of a request to the end of its head (slow-loris)."""

    body_seconds: float = 60.0
    """From the head to the end of the body: 32 MiB at 4.5 Mbit/s."""

    idle_seconds: float = 75.0
    """A kept connection without a request; above the 60 s of common load balancers, so that they close first."""

    stall_seconds: float = 60.0
    """A client that reads nothing of its answer."""

    request_seconds: float = 600.0
    """A whole request; the default of OpenAI clients."""

    linger_seconds: float = 2.0
    """Reading on after an early error, so that the client gets to see it."""

    pooled_seconds: float = 4.0
    """An unused connection to an upstream: below uvicorn's 5 s, so that we close first."""

    sweep_seconds: float = 0.25
    """How often deadlines are looked at; their precision."""

    write_high: int = 256 * 1024
    """Bytes waiting for a client above which its upstream is not read any more."""


DEFAULT_LIMITS = Limits()

UPSTREAM_HEAD = 64 * 1024
UPSTREAM_HEADERS = 200
"""An upstream's response head: providers send up to fifty headers, some of a few kB."""

DISCARDED_BODY = 256 * 1024
"""A body that is read and dropped so that a connection can be kept after an early error; beyond, it is closed."""

KEY = 8 * 1024
"""A key's characters: ours have 46, tokens of an OpenID provider 3,000 where they list groups."""

ERASURE_REF = 128
"""What a request can be erased by: an opaque name such as a UUID, or a MAC of a patient's number."""

SESSION = 256
"""The name of an agent session: a UUID has 36 characters, a trace's id 32, and prefixes are usual."""
