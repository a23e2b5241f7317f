"""The control port's routes: `/log/…` and `/metrics` are open, all else needs the key of a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from comity.api.access import Page, for_power, refusal
from comity.api.admin_table import ENTRIES, openapi
from comity.api.log import listing, public_file
from comity.api.metrics import metrics
from comity.api.powers import Power
from comity.runtime.supervisor import Supervisor

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
"""All that there are: which of them a page has is ours to say, after the key was looked at."""


def control(supervisor: Supervisor) -> Starlette:
    """The ASGI application of one gateway's control port."""

    def guarded(power: Power, page: Page) -> Page:
        return for_power(supervisor.actor, supervisor.settings.control_host, power, page)

    async def failed(request: Request, error: Exception) -> Response:
        supervisor.say(f"control port: {request.url.path} could not be answered ({type(error).__name__}: {error})")
        return refusal(500, "internal_error", "The control port failed to answer; the gateway goes on.")

    state = supervisor.state
    return Starlette(
        routes=[
            Route("/log/", listing(state)),
            Route("/log/{shard}/{path:path}", public_file(state)),
            Route("/metrics", metrics(supervisor)),
            *_admin(supervisor, guarded),
            Route("/admin/openapi.json", guarded("read status", _described)),
            Route("/{path:path}", guarded("read status", _nothing), methods=METHODS),
        ],
        exception_handlers={HTTPException: _refused, Exception: failed},
    )


def _admin(supervisor: Supervisor, guarded: Callable[[Power, Page], Page]) -> Iterator[Route]:
    """One route for each path: a method that it does not have is answered 405, with those that it has."""
    by_path: dict[str, dict[str, Page]] = {}
    for entry in ENTRIES:
        by_path.setdefault(entry.path, {})[entry.method] = guarded(entry.power, entry.make(supervisor))
    for path, pages in by_path.items():
        yield Route(path, _by_method(pages), methods=METHODS)


def _by_method(pages: dict[str, Page]) -> Page:
    async def page(request: Request) -> Response:
        asked = pages.get("GET" if request.method == "HEAD" else request.method)
        if asked is None:
            return refusal(405, "bad_request", "This method is not for this page.", {"allow": ", ".join(pages)})
        return await asked(request)

    return page


async def _described(_: Request) -> Response:
    return JSONResponse(openapi())


async def _nothing(_: Request) -> Response:
    return refusal(404, "not_found", "There is no such page on the control port.")


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    said = "This method is not for this page." if status == 405 else "Not understood."
    return refusal(status, "bad_request", said, headers)
