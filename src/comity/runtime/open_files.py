"""Open files of one worker: as many as the system grants, and connections never take those that the log needs."""

from __future__ import annotations

import resource
from dataclasses import replace

from comity.adapters.http.limits import DEFAULT_LIMITS, Limits

WANTED = 16_384
"""All that the limits of the data port can come to, and some; the usual soft limit of 1,024 is for `select`."""

RESERVED = 256
"""For the log (a checkpoint that cannot be written breaks it), receipts that are being read, and libraries."""

SHARES = 3
"""Connections of clients, those to upstreams under way, and those to upstreams that are kept for a moment."""


def granted() -> int:
    """Raise the soft limit of open files as far as it may go, up to `WANTED`; returns what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return most if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def limits_within(files: int, limits: Limits = DEFAULT_LIMITS) -> Limits:
    """`limits` with no more connections and requests than `files` open files allow."""
    share = max(1, (files - RESERVED) // SHARES)
    return replace(limits, connections=min(limits.connections, share), in_flight=min(limits.in_flight, share))
