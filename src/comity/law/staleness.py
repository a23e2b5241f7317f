"""Packs past the day by which they were to be read again: law that nobody has looked at since may have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from comity.law.epoch import Zone
from comity.law.pack import Pack
from comity.terms.instants import Instant, end_of


def overdue(packs: Iterable[Pack], at: Instant, zone: Zone) -> frozenset[str]:
    """The packs whose `review_by` (the last day, in the pack's own time zone) has passed at `at`."""
    return frozenset(pack.name for pack in packs if at >= _end(pack, zone))


def review_dates(packs: Iterable[Pack], zone: Zone) -> Iterator[Instant]:
    """Every instant at which a pack becomes overdue: a realm ends there, so that the next one says so."""
    return (_end(pack, zone) for pack in packs)


def said(packs: Iterable[Pack], stale: Iterable[str], *, refused: bool) -> Iterator[str]:
    """A sentence for each pack of `stale`, for whoever runs or reads the gateway."""
    names = set(stale)
    what = "what it covers is refused (stale_law: refuse)" if refused else "its rules hold as they stand"
    for pack in packs:
        if pack.name in names:
            yield f"the pack {pack.name} was to be reviewed by {pack.coverage.review_by} and was not: {what}"


def _end(pack: Pack, zone: Zone) -> Instant:
    return end_of(pack.coverage.review_by, zone(pack.coverage.timezone))
