"""`/admin/…`: what the gateway is and how it fares, for whoever holds the key of a role. Nothing here changes it."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from msgspec import to_builtins
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity import __version__
from comity.adapters.clock import unix_ms
from comity.adapters.database import DatabaseFault
from comity.adapters.ledger import LedgerCorrupt
from comity.api.access import Page, refusal
from comity.runtime.book import members
from comity.runtime.supervisor import Supervisor
from comity.runtime.used import BY, grouped
from comity.terms.instants import end_of, start_of


def status(supervisor: Supervisor) -> Page:
    """`/admin/status`: realm, workers, nodes, deployments."""

    async def page(_: Request) -> Response:
        return JSONResponse(overview(supervisor))

    return page


def usage(supervisor: Supervisor) -> Page:
    """`/admin/usage`: who has used how much, counted from the log up to now."""

    async def page(request: Request) -> Response:
        query = request.query_params
        by = query.get("by", "application")
        try:
            first = start_of(date.fromisoformat(query["from"])) if "from" in query else 0
            end = end_of(date.fromisoformat(query["to"])) if "to" in query else None
        except (ValueError, OverflowError):
            return refusal(422, "bad_request", "from and to are days, as in 2026-11-23.")
        if by not in BY:
            return refusal(422, "bad_request", f"by is one of {', '.join(BY)}.")
        tenancy = supervisor.tenancy
        try:
            await asyncio.to_thread(tenancy.book.count, unix_ms())
        except (DatabaseFault, LedgerCorrupt) as error:
            return refusal(503, "unavailable", str(error))
        rows = grouped(tenancy.book.accounts(), by, supervisor.file.stack, first, end)
        return JSONResponse({"by": by, "usage": rows})

    return page


def limits(supervisor: Supervisor) -> Page:
    """`/admin/limits`: every limit and budget in use, and what is left of it; money in 10^-9 of the currency."""

    async def page(_: Request) -> Response:
        return JSONResponse({"limits": supervisor.tenancy.treasury.shown()})

    return page


def organisations(supervisor: Supervisor) -> Page:
    """`/admin/organisations`: which applications share which limits and budgets."""

    async def page(_: Request) -> Response:
        stack = supervisor.file.stack
        return JSONResponse(
            {
                "organisations": [
                    {"id": name, "applications": sorted(members(stack, name)), **to_builtins(each)}
                    for name, each in sorted(stack.organisations.items())
                ]
            }
        )

    return page


def overview(supervisor: Supervisor) -> dict[str, Any]:
    """The gateway for an operator; instants in Unix milliseconds."""
    realm = supervisor.realm
    return {
        "version": __version__,
        "started": supervisor.started,
        "origin": realm.stack.origin,
        "durability": realm.stack.durability,
        "realm": {"digest": realm.digest, "since": realm.since, "valid_until": realm.valid_until},
        "law": list(realm.stack.law),
        "stale": sorted(realm.overdue),
        "data": list(supervisor.data_address),
        "control": list(supervisor.control_address),
        "workers": [slot.status() for slot in supervisor.fleet.slots],
        "nodes": supervisor.nodes.status(),
        "unreachable": supervisor.tokens.troubles,
        "told": supervisor.listeners.status(realm.digest),
        "reload": last.document() if (last := supervisor.reloading.last) is not None else None,
        "deployments": sorted(realm.stack.deployments),
        "applications": sorted(realm.stack.applications),
        "counts": supervisor.fleet.counts(),
    }
