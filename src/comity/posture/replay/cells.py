"""Sums on their way to groups: one cell for each group and bucket of its latency histogram."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from comity.posture.replay.groups import NO_LATENCY, Asked, Groups, Sums
from comity.posture.replay.requests import Request

Cell: TypeAlias = tuple[int, int, int, int, int]
"""Requests, prompt tokens, completion tokens, cost, requests of unknown usage. Members add."""

Cells: TypeAlias = dict[tuple[Asked, int], Cell]
"""By group and bucket; the bucket is -1 for requests without a first byte. A histogram is then a matter of counting,
and a store or a query engine adds plain rows."""


def counted(cells: Cells, request: Request) -> None:
    """One request more."""
    key = request.asked, request.bucket
    n, prompt, completion, cost, unknown = cells.get(key, (0, 0, 0, 0, 0))
    nothing = request.prompt_tokens < 0 and request.completion_tokens < 0
    cells[key] = (
        n + 1,
        prompt + max(request.prompt_tokens, 0),
        completion + max(request.completion_tokens, 0),
        cost + max(request.cost, 0),
        unknown + nothing,
    )


def grouped(cells: Iterable[tuple[Asked, int, Cell]]) -> Groups:
    """The groups that cells add up to; the same group and bucket may come more than once."""
    sums: dict[Asked, Sums] = {}
    latency: dict[Asked, list[int]] = {}
    for asked, bucket, (n, prompt, completion, cost, unknown) in cells:
        mine = sums.get(asked)
        if mine is None:
            mine, latency[asked] = sums.setdefault(asked, Sums()), list(NO_LATENCY)
        mine.n += n
        mine.prompt_tokens += prompt
        mine.completion_tokens += completion
        mine.cost += cost
        mine.unknown_usage += unknown
        if bucket >= 0:
            latency[asked][bucket] += n
    for asked, histogram in latency.items():
        sums[asked].latency = tuple(histogram)
    return sums


def flat(cells: Cells) -> Iterable[tuple[Asked, int, Cell]]:
    """As `grouped` takes them."""
    return ((asked, bucket, cell) for (asked, bucket), cell in cells.items())
