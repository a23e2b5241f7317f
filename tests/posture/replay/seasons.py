"""The tour's stack in two seasons of a toy law: realms that differ by the law in force alone, and a day when it is one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.law.pack import Pack
from comity.law.realm import Realm
from comity.stack.types import Stack
from tests.law import toy
from tests.posture.replay.tour import stack

SUMMER, AUTUMN, WINTER = "2026-09-15", "2026-11-23", "2026-12-15"

SEASONS = f"""
@id("toy/autumn") @from("2026-10-01") @until("2026-11-30") {toy.NOTES.format(n=1)}
forbid (principal, action == Comity::Action::"place", resource)
when {{ resource.site in Comity::Jurisdiction::"DE" }};
@id("toy/winter") @from("2026-12-01") {toy.NOTES.format(n=2)}
forbid (principal, action == Comity::Action::"place", resource)
when {{ resource.site in Comity::Jurisdiction::"DE" && !(resource.gateway) }};
@id("toy/advent") @from("2026-12-01") @until("2026-12-24") {toy.NOTES.format(n=3)}
forbid (principal, action == Comity::Action::"place", resource)
when {{ principal.subjects in Comity::Jurisdiction::"FR" && resource.site in Comity::Jurisdiction::"AE" }};
"""
"""Nothing is processed in Germany, neither in autumn nor in winter: two rules, so that each is a cause by itself."""


@cache
def in_season(day: str) -> Realm:
    """The realm of that day over the tour's stack; the toy law is in force besides its own."""
    return over(stack(), day)


def over(made: Stack, day: str) -> Realm:
    """The same over another stack."""
    at = int(datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC).timestamp() * 1000)
    return Realm(made, _packs(), vocabulary(), schema_text(), at, zone, date(2026, 9, 1))


@cache
def _packs() -> tuple[Pack, ...]:
    return *load_packs(stack().law), toy.pack(rules_cedar=SEASONS)
