"""Sums of what was used, by application, key, organisation or deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comity.relay.limits.meter import NANO
from comity.relay.tally import Account, Used
from comity.stack.types import Stack
from comity.terms.instants import FAR_FUTURE, Instant

BY = ("application", "key", "organisation", "deployment")


def grouped(
    accounts: Mapping[Account, Used], by: str, stack: Stack, first: Instant = 0, end: Instant | None = None
) -> list[dict[str, Any]]:
    """A row for each name and currency, sorted, of what ended from `first` on and before `end`; counted by the hour.

    `cost` is a decimal text in units of the currency, empty where no price is known; `name` is empty for what belongs
    to none.
    """
    sums: dict[tuple[str, str], Used] = {}
    for account, used in accounts.items():
        if first <= account.hour < (FAR_FUTURE if end is None else end):
            name = _organisation(account, stack) if by == "organisation" else str(getattr(account, by))
            sums.setdefault((name, account.currency), Used()).add(used)
    return [
        {
            "name": name,
            "requests": used.requests,
            "prompt_tokens": used.prompt,
            "completion_tokens": used.completion,
            "cost": money(used.cost) if currency else "",
            "currency": currency,
        }
        for (name, currency), used in sorted(sums.items())
    ]


def money(nano: int) -> str:
    """10^-9 of a currency as a decimal, without what is not needed: 1200000000 gives `1.2`."""
    whole, rest = divmod(nano, NANO)
    fraction = f"{rest:09d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)


def _organisation(account: Account, stack: Stack) -> str:
    application = stack.applications.get(account.application)
    return application.organisation or "" if application is not None else ""
