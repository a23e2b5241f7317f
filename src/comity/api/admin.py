"""`/admin/…`: what the gateway is and how it fares, for whoever holds the key of a role. Nothing here changes it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity import __version__
from comity.adapters.clock import unix_ms
from comity.api.access import Page
from comity.runtime.supervisor import Supervisor


def status(supervisor: Supervisor) -> Page:
    """`/admin/status`: realm, workers, nodes, deployments."""

    async def page(_: Request) -> Response:
        return JSONResponse(overview(supervisor))

    return page


def keys(supervisor: Supervisor) -> Page:
    """`/admin/keys`: every key ever made, without its hash."""

    async def page(_: Request) -> Response:
        now = unix_ms()
        return JSONResponse({"keys": [key.document(now) for key in supervisor.keys.keys]})

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
