"""What is kept of exchanges, and until when (docs/guides/audit-content.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from comity.adapters.vault import Keeper, Kept, purge
from comity.law.obligations import seconds
from comity.law.retention import CEILING, after
from comity.placement.types import Placement
from comity.relay.exchange import Exchange
from comity.runtime.gate import Gate
from comity.stack.sworn import LegalHold
from comity.terms.instants import Instant

MAX_CEILINGS = 4_096
"""Placements whose ceilings are remembered: as many as the recorder keeps."""

MEGABYTE = 1_000_000

LOOK_S = 900.0
"""Between two looks for what is over its last day: it is gone in the first quarter of an hour of the next."""


class Keeping:
    """Implements `relay.ports.Vault` for one worker: it keeps what an audit could run again, and nothing else."""

    def __init__(self, gate: Gate, keeper: Keeper, salt: Callable[[str, str | None], bytes | None]) -> None:
        """`salt` gives the erasure salt of an application or of a ref as it is on the disk (`ApplicationSalts.get`)."""
        self._gate = gate
        self._salt = salt
        self._keeper = keeper
        self._ceilings: dict[str, tuple[str, ...]] = {}

    def wants(self, exchange: Exchange) -> bool:
        """An application that has a vault, answered by a deployment that promises exactness."""
        target = exchange.target
        if target is None or not target.profile or exchange.status != 200:
            return False
        application = self._gate.realm.stack.applications.get(exchange.tenant.application)
        return application is not None and application.vault is not None

    def keep(
        self, exchange: Exchange, surface: str, request: bytes, response: bytes, done: Callable[[str], None]
    ) -> None:
        """Keep it until the application's time is over, or that of the strictest law of its case."""
        tenant = exchange.tenant
        vault = self._gate.realm.stack.applications[tenant.application].vault
        assert vault is not None and exchange.target is not None  # it was wanted
        today = datetime.fromtimestamp(exchange.received / 1000, UTC).date()
        kept = Kept(
            tenant.application,
            exchange.receipt,
            last_day(today, vault.keep, self._ceiling(exchange.placement)),
            exchange.target.deployment,
            surface,
            request,
            response,
            (
                exchange.tenant.openings(exchange.nonce, "request" if request is exchange.body else "upstream-request"),
                exchange.tenant.openings(
                    exchange.nonce, "response" if exchange.upstream_response is None else "upstream-response"
                ),
            ),
            tenant.ref,
        )

        def there() -> bool:
            return self._salt(tenant.application, tenant.ref or None) == tenant.salt

        self._keeper.keep(kept, vault.megabytes * MEGABYTE, done, there)

    def _ceiling(self, placement: Placement) -> tuple[str, ...]:
        known = self._ceilings.get(placement.digest)
        if known is None:
            if len(self._ceilings) >= MAX_CEILINGS:
                self._ceilings.clear()
            known = self._ceilings[placement.digest] = ceilings(placement)
        return known


async def end_on_time(
    state: Path, clock: Callable[[], Instant], holds: Callable[[], Iterable[LegalHold]], say: Callable[[str], None]
) -> None:
    """Destroy what is over its last day (in UTC), for ever."""
    while True:
        today = datetime.fromtimestamp(clock() / 1000, UTC).date()
        try:
            await asyncio.to_thread(purge, state, today, tuple(holds()))
        except OSError as error:
            say(f"what the vault has kept for its time cannot be destroyed: {error}")
        await asyncio.sleep(LOOK_S)


def ceilings(placement: Placement) -> tuple[str, ...]:
    """How long at most law lets content of this placement be kept, in each of its ways to say so."""
    found: set[str] = set()
    for standing in placement.standings:
        due = standing.due
        if due.key == CEILING:
            found |= {value for value in (due.value, *(value for value, _ in due.milder)) if seconds(value) is not None}
    return tuple(sorted(found))


def last_day(today: date, keep: str, ceiling: tuple[str, ...]) -> date:
    """The last day on which content of `today` is kept. A duty to keep the log longer is none to keep content."""
    return min(after(today, duration) for duration in (keep, *ceiling))
