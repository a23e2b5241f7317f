"""The paths of the data port that are not relayed (DESIGN, part 5); those that are stand in `relay.surfaces`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from comity.adapters.http.client import Client
from comity.adapters.http.port import Port
from comity.adapters.http.replies import RETRY_AFTER
from comity.adapters.http.request_head import erasure_ref
from comity.relay.body import BadRequest
from comity.relay.ports import Later
from comity.relay.surfaces import unescaped
from comity.relay.tenant import Tenant

Answer: TypeAlias = Callable[[Client, Port, Tenant | None, bytes], None]

MAX_RECEIPT_ID = 64
"""`<shard>.<index>`: nine characters, a dot, and at most nineteen digits."""

ERASURE_REF = b"comity-erasure-ref"
"""Whoever knows the ref of a request gets its openings too."""

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
    if route is None:
        path = path.removeprefix(b"/openai").removeprefix(b"/v1")
        return next((route for prefix, route in BENEATH.items() if path.startswith(prefix)), ROUTES.get(path))
    return route


def _alive(client: Client, port: Port, tenant: Tenant | None, url: bytes) -> None:
    client.reply(200, b'{"status":"alive"}')


def _ready(client: Client, port: Port, tenant: Tenant | None, url: bytes) -> None:
    unwitnessed, witnesses = port.witnesses()
    fault = "draining" if port.draining or port.leaving else port.gate.fault() or port.log.trouble or unwitnessed
    said: dict[str, object] = {"witnesses": witnesses} if witnesses else {}
    if fault:
        client.reply(503, msgspec.json.encode({"status": "not ready", "why": fault, **said}), RETRY_AFTER)
    else:
        client.reply(200, msgspec.json.encode({"status": "ready", **said}))


def _models(client: Client, port: Port, tenant: Tenant | None, url: bytes) -> None:
    assert tenant is not None
    models = () if tenant.auditor else port.gate.models(tenant)
    data = [_shown(client, name) for name in models]
    if client.header(b"anthropic-version"):
        ends = {"first_id": models[0], "last_id": models[-1]} if models else {"first_id": None, "last_id": None}
        client.reply(200, msgspec.json.encode({"data": data, "has_more": False, **ends}))
    else:
        client.reply(200, msgspec.json.encode({"object": "list", "data": data}))


def _model(client: Client, port: Port, tenant: Tenant | None, url: bytes) -> None:
    assert tenant is not None
    name = unescaped(url.partition(b"?")[0].partition(b"/models/")[2])
    if not tenant.auditor and name in port.gate.models(tenant):
        client.reply(200, msgspec.json.encode(_shown(client, name)))
    else:
        client.error(404, "There is no such model for this key.", code="model_not_found")


def _shown(client: Client, name: str) -> dict[str, object]:
    """A model as the client's API has it: Anthropic's names its version in every request."""
    if client.header(b"anthropic-version"):
        return {"type": "model", "id": name, "display_name": name, "created_at": EPOCH}
    return {"id": name, "object": "model", "created": 0, "owned_by": "comity"}


def _receipt(client: Client, port: Port, tenant: Tenant | None, url: bytes) -> None:
    assert tenant is not None
    receipt_id = url.partition(b"?")[0].rpartition(b"/")[2]
    if not 0 < len(receipt_id) <= MAX_RECEIPT_ID or not receipt_id.isascii():
        client.error(404, "There is no such receipt for this key.")
        return
    try:
        if not tenant.auditor and (ref := erasure_ref({ERASURE_REF: client.header(ERASURE_REF)})):
            tenant = port.gate.under(tenant, ref)
    except BadRequest as error:
        client.error(400, str(error))
        return
    except Later as error:
        client.error(503, str(error), RETRY_AFTER, code="not_ready")
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
BENEATH: dict[bytes, Route] = {b"/receipts/": Route(_GET, _receipt), b"/models/": Route(_GET, _model)}
"""By the beginning of a path; what follows names one."""

ROUTES: dict[bytes, Route] = {
    b"/v1/models": _MODELS,
    b"/models": _MODELS,
    b"/health/liveliness": _ALIVE,
    b"/health/liveness": _ALIVE,
    b"/healthz": _ALIVE,
    b"/health/readiness": _READY,
    b"/readyz": _READY,
}
