"""Which candidate of a placement is tried next: inside a tier by share or by load, down the tiers by health.

Deterministic: the same arguments give the same answer. It never leaves the placement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from comity.placement.types import Placement
from comity.relay.load import Load

AFFINITY_BYTES = 1_024
"""How much of a request's beginning says whose KV cache may know it: the model, and the system prompt that follows."""

OVERFULL = 1.25
"""Affinity yields once a deployment has a quarter more than its share under way (consistent hashing with bounded
loads): beyond that, waiting costs more than a cold cache."""


def affinity(salt: bytes, application: str, body: bytes) -> int:
    """Where requests that begin alike belong together; never 0. Keyed and not kept, so it tells nothing of a prompt."""
    begin = application.encode() + b"\0" + body[:AFFINITY_BYTES]
    return int.from_bytes(hashlib.blake2b(begin, digest_size=8, key=salt).digest(), "big") | 1


def dispatch(
    placement: Placement,
    live: Mapping[str, Load],
    tried: Collection[str],
    now: int,
    *,
    draw: int = 0,
    near: int = 0,
    stream: bool = False,
) -> str | None:
    """The deployment to try next, or None if every one was tried or has no capacity.

    Tiers in their order. Inside one: by `weight` where weights differ; else the one where `near` (an `affinity`, or 0)
    belongs, unless it is overfull; else the better of two. `draw` is 32 random bits. Candidates that rest come last,
    all tiers over: better slow than refused. Those that `live` does not know are idle; a draining one is never chosen.
    """
    resting: str | None = None
    for tier in placement.tiers:
        ready: list[tuple[str, Load | None]] = []
        spare: list[tuple[str, Load | None]] = []
        for candidate in tier:
            name = candidate.deployment
            load = live.get(name)
            if name in tried:
                continue
            if load is None:
                ready.append((name, None))
            elif load.in_flight >= load.capacity or load.draining:
                continue
            elif load.rests(now):
                resting = resting or name
            else:
                (ready if load.weight else spare).append((name, load))
        if ready or spare:
            return _choose(ready or spare, now, draw, near, stream)
    return resting


def _choose(ready: Sequence[tuple[str, Load | None]], now: int, draw: int, near: int, stream: bool) -> str:
    if len(ready) == 1:
        return ready[0][0]
    weights = [1 if load is None else load.weight for _, load in ready]
    if len(set(weights)) > 1:
        return _by_share(ready, weights, draw)
    if near:
        home = max(ready, key=lambda each: _kinship(near, each[0]))
        under_way = sum(0 if load is None else load.in_flight for _, load in ready)
        if home[1] is None or home[1].in_flight <= OVERFULL * (under_way + 1) / len(ready):
            return home[0]
    return _better_of_two(ready, now, draw, stream)


def _by_share(ready: Sequence[tuple[str, Load | None]], weights: Sequence[int], draw: int) -> str:
    at = (draw * sum(weights)) >> 32
    for (name, _), weight in zip(ready, weights, strict=True):
        at -= weight
        if at < 0:
            return name
    raise AssertionError("a draw has 32 bits")


def _kinship(near: int, name: str) -> bytes:
    """Rendezvous hashing: a deployment that comes or goes moves only what belonged to it."""
    return hashlib.blake2b(name.encode(), digest_size=8, key=near.to_bytes(8, "big")).digest()


def _better_of_two(ready: Sequence[tuple[str, Load | None]], now: int, draw: int, stream: bool) -> str:
    """Two drawn at random, the less loaded taken: as good as the least of all, and no herd runs after one."""
    count = len(ready)
    first = draw % count
    second = (first + 1 + (draw // count) % (count - 1)) % count
    costs = [1.0 if load is None else load.cost(now, stream) for _, load in (ready[first], ready[second])]
    return ready[first if costs[0] <= costs[1] else second][0]
