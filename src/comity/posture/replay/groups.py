"""What a log's requests asked, with equal ones counted together: all that a replay works on.

A replay decides each distinct `Asked` once, however many requests it stands for. So a group must be as coarse as
`decide()` is: an exact count of tokens, a tenant's key or an hour in it, and there are as many groups as requests.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000)
"""Upper bounds of the latency histogram's buckets, as in the gateway's metrics; a last bucket has what is above."""

NO_LATENCY = (0,) * (len(BOUNDS_MS) + 1)
"""The histogram of requests without an answer."""


class Asked(Struct, frozen=True, cache_hash=True):
    """Everything that `decide()` can see of a request, and nothing finer; and what the log says came of it.

    Attributes:
        application: the name in the stack; of foreign traffic, the name that the import gave.
        operation: `infer`, `embed`.
        added: data, subjects and purposes that the request added to its application's case, each sorted.
        model: as asked for.
        wish: canonical JSON of `wish_document`, "" for a plain wish.
        realm: digest, "" for traffic from elsewhere (`--from`).
        conditions: digest, "" as above and for a denial that names none.
        mode: `enforce` or `observe`.
        period: the month in UTC, "2026-11".
        placement: digest of the placement that the log has, "" for a denial or foreign traffic.
        deployment: the one that answered, "" if none did.
        rules: of a denial, sorted.
        status: `answered`, `refused` (by law or policy) or `failed` (placed, and no deployment answered).
    """

    application: str
    operation: str
    added: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    model: str
    wish: str
    realm: str
    conditions: str
    mode: str
    period: str
    placement: str
    deployment: str
    rules: tuple[str, ...]
    status: str


class Sums(Struct):
    """What the requests of a group came to. All members add, so groups of parts of a log merge into those of the whole.

    Attributes:
        n: requests.
        prompt_tokens, completion_tokens: as reported; unknown ones count as none.
        cost: 10^-9 of the stack's currency.
        unknown_usage: requests whose tokens are not known.
        latency: requests by milliseconds to the first byte, in the buckets of `BOUNDS_MS`.
    """

    n: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: int = 0
    unknown_usage: int = 0
    latency: tuple[int, ...] = NO_LATENCY

    def __add__(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(
            self.n + other.n,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost + other.cost,
            self.unknown_usage + other.unknown_usage,
            tuple(one + another for one, another in zip(self.latency, other.latency, strict=True)),
        )

    @property
    def tokens(self) -> int:
        """In and out together."""
        return self.prompt_tokens + self.completion_tokens


def summed(many: Sequence[Sums]) -> Sums:
    """All of them together, at least one: what adding them one by one gives, and quicker."""
    return Sums(
        sum(each.n for each in many),
        sum(each.prompt_tokens for each in many),
        sum(each.completion_tokens for each in many),
        sum(each.cost for each in many),
        sum(each.unknown_usage for each in many),
        tuple(map(sum, zip(*(each.latency for each in many), strict=True))),
    )


Groups: TypeAlias = dict[Asked, Sums]


def merged(one: Groups, other: Groups) -> Groups:
    """The groups of both logs."""
    both = dict(one)
    for asked, sums in other.items():
        both[asked] = both[asked] + sums if asked in both else sums
    return both


def latency_of(milliseconds: int) -> tuple[int, ...]:
    """The histogram of one request whose first byte came after `milliseconds`."""
    at = bisect_left(BOUNDS_MS, milliseconds)
    return tuple(int(place == at) for place in range(len(NO_LATENCY)))
