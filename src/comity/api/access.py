"""Who may use the control port: a live role key, on loopback too. No cookies, so no other site can act for anyone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.adapters.keys import Key

FindKey = Callable[[bytes], Key | None]
Page = Callable[[Request], Awaitable[Response]]

SCHEME = "bearer "
NO_STORE = {"cache-control": "no-store"}


def for_roles(find: FindKey, page: Page) -> Page:
    """`page` for whoever shows a live role key: 401 without a key that opens something, 403 with an application's."""

    async def guarded(request: Request) -> Response:
        key = find(presented(request).encode("utf-8", "replace"))
        if key is None:
            said = (
                "This needs the key of a role: Authorization: Bearer sk-…; `comity keys new --role auditor` makes one."
            )
            return refusal(401, "invalid_api_key", said, {"www-authenticate": "Bearer"})
        if key.role is None:
            return refusal(403, "forbidden", "This is an application's key; the control port needs the key of a role.")
        response = await page(request)
        response.headers.update(NO_STORE)
        return response

    return guarded


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
