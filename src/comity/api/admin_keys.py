"""`/admin/keys`: keys listed, made and revoked."""

from __future__ import annotations

import json
from math import isfinite
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.adapters.clock import unix_ms
from comity.adapters.keys import Disclose, KeyStoreError, Role, UnknownKey
from comity.api.access import Page, refusal
from comity.api.powers import may
from comity.runtime.actors import Actor
from comity.runtime.supervisor import Supervisor
from comity.stack.operation import Budget, Limits
from comity.stack.record import Id
from comity.stack.types import Stack

MAX_BODY_BYTES = 65_536
"""A new key with all its limits is less than 1 kB; one that names every model of a large stack a few."""


class NewKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A key to be made. Exactly one of `application` and `role`; limits, budgets and models are an application's.

    `expires` is in Unix milliseconds.
    """

    application: Id | None = None
    role: Role | None = None
    disclose: Disclose = "full"
    models: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=1024)] | None = None
    expires: Annotated[int, Meta(ge=0, le=253_402_300_799_000)] | None = None
    limits: Limits | None = None
    budgets: Annotated[tuple[Budget, ...], Meta(max_length=32)] = ()


def keys(supervisor: Supervisor) -> Page:
    """`GET /admin/keys`: every key ever made, without its hash."""

    async def page(_: Request) -> Response:
        now = unix_ms()
        return JSONResponse({"keys": [key.document(now) for key in supervisor.tenancy.keys.keys]})

    return page


def new_key(supervisor: Supervisor) -> Page:
    """`POST /admin/keys`: make a key; 201 with the key itself, which nothing can show again."""

    async def page(request: Request) -> Response:
        body = await limited_body(request, MAX_BODY_BYTES)
        if body is None:
            return refusal(413, "too_large", f"The body is longer than {MAX_BODY_BYTES} bytes.")
        try:
            wanted = msgspec.convert(json.loads(body, parse_float=number, parse_constant=number), NewKey)
        except (ValueError, RecursionError) as error:  # msgspec's is one, and UnicodeDecodeError
            return refusal(422, "bad_request", f"This is no key to be made: {error}")
        actor: Actor = request.state.actor
        now = unix_ms()
        if wrong := fault(wanted):
            return refusal(422, "bad_request", wrong)
        if wrong := conflict(wanted, supervisor.file.stack, now):
            return refusal(409, "conflict", wrong)
        if wanted.role is not None and not may(actor.role, "change role keys"):
            return refusal(403, "forbidden", "Only an owner may make the key of a role.")
        about = {name: getattr(wanted, name) for name in NewKey.__struct_fields__}
        try:
            key, secret = await supervisor.tenancy.change(lambda store: store.add(now=now, by=actor.id, **about))
        except KeyStoreError as error:
            return refusal(503, "unavailable", str(error))
        return JSONResponse({**key.document(now), "key": secret}, 201)

    return page


def revoke_key(supervisor: Supervisor) -> Page:
    """`DELETE /admin/keys/{id}`: end a key; every worker is told before the answer is given."""

    async def page(request: Request) -> Response:
        actor: Actor = request.state.actor
        name, now = request.path_params["id"], unix_ms()
        held = next((key for key in supervisor.tenancy.keys.keys if key.id == name), None)
        if held is not None and held.role is not None and not may(actor.role, "change role keys"):
            return refusal(403, "forbidden", "Only an owner may revoke the key of a role.")
        try:
            key = await supervisor.tenancy.change(lambda store: store.revoke(name, now, actor.id))
        except UnknownKey:
            return refusal(404, "not_found", "There is no key with this id.")
        except KeyStoreError as error:
            return refusal(503, "unavailable", str(error))
        return JSONResponse(key.document(now))

    return page


def fault(wanted: NewKey) -> str:
    """What is wrong with a key to be made, whatever the stack; or nothing."""
    if (wanted.application is None) == (wanted.role is None):
        return "A key is for an application or for a role: give one of the two."
    if wanted.role is not None and (wanted.models is not None or wanted.limits is not None or wanted.budgets):
        return "models, limits and budgets are for the key of an application."
    empty = any(budget.money is None and budget.tokens is None for budget in wanted.budgets)
    return "A budget needs money, tokens or both." if empty else ""


def conflict(wanted: NewKey, stack: Stack, now: int) -> str:
    """What of a key to be made does not go with the stack in force, or with the time; or nothing."""
    if wanted.expires is not None and wanted.expires <= now:
        return "expires has passed (it is in Unix milliseconds)."
    if wanted.application is None:
        return ""
    application = stack.applications.get(wanted.application)
    if application is None:
        return "The stack registers no such application."
    allowed = set(stack.models if application.models is None else application.models)
    unknown = sorted(set(wanted.models or ()) - allowed)
    return f"The application may not ask for the model {unknown[0]}." if unknown else ""


def number(text: str) -> int | float:
    """A number as JSON Schema has it: 3.0 is an integer. NaN and infinities are none.

    Raises:
        ValueError: it is no number.
    """
    value = float(text)
    if not isfinite(value):
        raise ValueError(f"{text} is no number")
    return int(value) if value.is_integer() else value


async def limited_body(request: Request, limit: int) -> bytes | None:
    """The body of a request, None if it is longer than `limit` bytes."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            return None
    return body
