"""The paths of the data port that are not relayed (DESIGN, part 5); those that are stand in `relay.surfaces`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from comity.adapters.http.client import Client
from comity.adapters.http.port import Port
from comity.adapters.http.replies import RETRY_AFTER
from comity.relay.ports import Later, Tenant

Answer: TypeAlias = Callable[[Client, Port, Tenant | None, bytes], None]

MAX_RECEIPT_ID = 64
"""`<shard>.<index>`: nine characters, a dot, and at most nineteen digits."""

EPOCH = "1970-01-01T00:00:00Z"
"""When a model was made, to clients that want a date: what is listed are names of this stack."""


@dataclass(frozen=True, slots=True)
class Route:
    """A path: its methods, whether it needs no key, and who answers."""

    methods: tuple[bytes, ...]
    answer: Answer
    open: bool = False


def find(url: bytes) -> Route | None:
    """The route of a URL; its query is not read."""
    route = ROUTES.get(url)
    if route is not None:
        return route
    path = url.partition(b"?")[0]
    route = ROUTES.get(path)
    if route is None and path.removeprefix(b"/v1").startswith(b"/receipts/"):
        return RECEIPT
    return route


def _alive(client: Client, port: Port, tenant: Tenant | None, url: bytes) -> None:
    client.reply(200, b'{"status":"alive"}')


def _ready(client: Client, port: Port, tenant: Tenant | None, url: bytes) -> None:
    fault = "draining" if port.draining or port.leaving else port.gate.fault() or port.log.trouble
    if fault:
        client.reply(503, msgspec.json.encode({"status": "not ready", "why": fault}), RETRY_AFTER)
    else:
        client.reply(200, b'{"status":"ready"}')


def _models(client: Client, port: Port, tenant: Tenant | None, url: bytes) -> None:
    assert tenant is not None
    models = () if tenant.auditor else port.gate.models(tenant)
    if client.header(b"anthropic-version"):
        shown = [{"type": "model", "id": name, "display_name": name, "created_at": EPOCH} for name in models]
        ends = {"first_id": models[0], "last_id": models[-1]} if models else {"first_id": None, "last_id": None}
        client.reply(200, msgspec.json.encode({"data": shown, "has_more": False, **ends}))
        return
    data = [{"id": model, "object": "model", "created": 0, "owned_by": "comity"} for model in models]
    client.reply(200, msgspec.json.encode({"object": "list", "data": data}))


def _receipt(client: Client, port: Port, tenant: Tenant | None, url: bytes) -> None:
    assert tenant is not None
    receipt_id = url.partition(b"?")[0].rpartition(b"/")[2]
    if not 0 < len(receipt_id) <= MAX_RECEIPT_ID or not receipt_id.isascii():
        client.error(404, "There is no such receipt for this key.")
        return
    task = port.loop.create_task(_fetch(client, port, tenant, receipt_id.decode()))
    port.tasks.add(task)
    task.add_done_callback(port.tasks.discard)


async def _fetch(client: Client, port: Port, tenant: Tenant, receipt_id: str) -> None:
    try:
        receipt = await port.receipts(receipt_id, tenant)
    except Later as error:
        client.error(503, str(error), RETRY_AFTER, code="not_yet")
        return
    except Exception:
        client.error(500, "The receipt could not be built.")
        raise
    if receipt is None:
        client.error(404, "There is no such receipt for this key.")
    else:
        client.reply(200, msgspec.json.encode(receipt))


_GET = (b"GET", b"HEAD")
_MODELS = Route(_GET, _models)
_ALIVE = Route(_GET, _alive, open=True)
_READY = Route(_GET, _ready, open=True)
RECEIPT = Route(_GET, _receipt)
ROUTES: dict[bytes, Route] = {
    b"/v1/models": _MODELS,
    b"/models": _MODELS,
    b"/health/liveliness": _ALIVE,
    b"/health/liveness": _ALIVE,
    b"/healthz": _ALIVE,
    b"/health/readiness": _READY,
    b"/readyz": _READY,
}
