"""Limits as clients read them: `x-ratelimit-*` headers, and the words of a refusal."""

from __future__ import annotations

from collections.abc import Iterable

from comity.relay.limits.meter import MINUTE_MS, NANO, Meter
from comity.relay.limits.purse import Purse
from comity.relay.ports import Limited
from comity.terms.instants import FAR_FUTURE, Instant, shown

WHOSE = {"key": "this key", "application": "the application {}", "organisation": "the organisation {}"}
WHAT = {"requests": "requests a minute", "tokens": "tokens a minute", "concurrent": "requests at once"}


def headers(purses: Iterable[Purse]) -> bytes:
    """`x-ratelimit-{limit,remaining,reset}-{requests,tokens}` of whichever limit by the minute is nearest.

    What remains is as this worker knows it: what it holds, and what was left elsewhere when it last heard.
    """
    nearest: dict[str, tuple[int, Purse]] = {}
    for purse in purses:
        unit = purse.meter.unit
        if purse.meter.per or unit not in ("requests", "tokens"):
            continue
        remaining = min(max(0, purse.held + purse.left), purse.meter.limit)
        if unit not in nearest or remaining < nearest[unit][0]:
            nearest[unit] = (remaining, purse)
    lines = []
    for name, (remaining, purse) in nearest.items():
        limit = purse.meter.limit
        reset = duration(-(-(limit - remaining) * MINUTE_MS // limit)) if limit else "1m0s"
        lines.append(
            f"x-ratelimit-limit-{name}: {limit}\r\n"
            f"x-ratelimit-remaining-{name}: {remaining}\r\n"
            f"x-ratelimit-reset-{name}: {reset}\r\n"
        )
    return "".join(lines).encode("ascii")


def duration(milliseconds: int) -> str:
    """`17ms`, `1.5s`, `6m0s`: as OpenAI writes the time until a limit is full again."""
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, MINUTE_MS)
    seconds = f"{rest / 1000:g}s"
    return f"{minutes}m{seconds}" if minutes else seconds


def refusal(purse: Purse, amount: int, wait_ms: int, now: Instant, currency: str, lines: bytes) -> Limited:
    """What a client is told whose request does not fit: whose limit, how much is left, and when there is more."""
    meter = purse.meter
    whose = WHOSE[meter.scope].format(meter.owner)
    left = max(0, purse.held + purse.left)
    if not meter.per:
        said = f"The limit of {whose} is {meter.limit} {WHAT[meter.unit]}, and it is reached."
        if meter.unit != "concurrent" and amount > meter.limit:
            said = f"This request may take {amount} {meter.unit}; the limit of {whose} is {meter.limit} a minute."
        return Limited(said, "rate_limit_exceeded", max(wait_ms, 1), lines)
    said = (
        f"The budget of {whose} is {amount_of(meter, meter.limit, currency)} for each {meter.per}"
        if meter.per != "total"
        else f"The budget of {whose} is {amount_of(meter, meter.limit, currency)} in all"
    )
    if meter.per != "request":
        said += f", of which {amount_of(meter, min(left, meter.limit), currency)} are left"
    said += f"; this request may take {amount_of(meter, amount, currency)}."
    if purse.until < FAR_FUTURE:
        said += f" The next {meter.per} begins at {shown(purse.until)}."
    wait = purse.until - now if purse.until < FAR_FUTURE else 0
    return Limited(said, "budget_exceeded", wait, lines)


def amount_of(meter: Meter, amount: int, currency: str) -> str:
    """`12.5 EUR`, `3000 tokens`."""
    if meter.unit != "money":
        return f"{amount} {meter.unit}"
    whole, rest = divmod(amount, NANO)
    fraction = f"{rest:09d}".rstrip("0")
    return f"{whole}{'.' + fraction if fraction else ''} {currency}"
