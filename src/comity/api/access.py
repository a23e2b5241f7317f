"""Who may use the control port: a live role key or token, on loopback too, asked for by a name that it goes by.

No cookies, so no other site can act for anyone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.api.powers import POWERS, Power, may
from comity.runtime.actors import Actor
from comity.runtime.settings import is_loopback

FindActor = Callable[[bytes], Actor | None]
Page = Callable[[Request], Awaitable[Response]]

SCHEME = "bearer "
NO_STORE = {"cache-control": "no-store"}


def for_power(find: FindActor, host: str, power: Power, page: Page) -> Page:
    """`page` for whoever shows a live key or token of a role that has `power`; its `request.state.actor` says who.

    401 without one that opens something, 403 with one that may not, 421 by a name that is not `host`'s.
    """

    async def guarded(request: Request) -> Response:
        if not is_ours(request.headers.get("host", ""), host):
            return refusal(421, "misdirected", "The control port is not known by this name (the Host header).")
        actor = find(presented(request).encode("utf-8", "replace"))
        if actor is None:
            said = (
                "This needs the key of a role: Authorization: Bearer sk-…; `comity keys new --role auditor` makes one."
            )
            return refusal(401, "invalid_api_key", said, {"www-authenticate": "Bearer"})
        if actor.role is None:
            return refusal(403, "forbidden", "This is an application's key; the control port needs the key of a role.")
        if not may(actor.role, power):
            said = f"To {power} is for {' and '.join(POWERS[power])}, and this is the key of the {actor.role}."
            return refusal(403, "forbidden", said)
        request.state.actor = actor
        response = await page(request)
        response.headers.update(NO_STORE)
        return response

    return guarded


def is_ours(name: str, host: str) -> bool:
    """Whether a Host header names this machine: a page elsewhere whose name was made to lead here says its own name.

    Listening on every address, any name may be ours.
    """
    try:
        if ip_address(host).is_unspecified:
            return True
    except ValueError:
        pass
    said = name.rpartition(":")[0] if name.rpartition(":")[2].isdigit() and not name.endswith("]") else name
    return said.strip("[]") == host or is_loopback(said.strip("[]").lower())


def presented(request: Request) -> str:
    """The key as the request bears it, or nothing."""
    authorization = request.headers.get("authorization", "")
    if authorization[: len(SCHEME)].lower() == SCHEME:
        return authorization[len(SCHEME) :].strip()
    return request.headers.get("x-api-key", "")


def refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error in the OpenAI envelope, as on the data port."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    content = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return JSONResponse(content, status, {**NO_STORE, **(headers or {})})
