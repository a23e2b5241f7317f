"""The control port's routes: `/log/…` and `/metrics` are open, all else needs the key of a role."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comity.api import admin
from comity.api.access import Page, for_roles, refusal
from comity.api.log import listing, public_file
from comity.api.metrics import metrics
from comity.api.reload import reload
from comity.runtime.supervisor import Supervisor


def control(supervisor: Supervisor) -> Starlette:
    """The ASGI application of one gateway's control port."""

    def guarded(page: Page) -> Page:
        return for_roles(supervisor.role_key, page)

    async def failed(request: Request, error: Exception) -> Response:
        supervisor.say(f"control port: {request.url.path} could not be answered ({type(error).__name__}: {error})")
        return refusal(500, "internal_error", "The control port failed to answer; the gateway goes on.")

    state = supervisor.state
    return Starlette(
        routes=[
            Route("/log/", listing(state)),
            Route("/log/{shard}/{path:path}", public_file(state)),
            Route("/metrics", metrics(supervisor)),
            Route("/admin/status", guarded(admin.status(supervisor))),
            Route("/admin/reload", guarded(reload(supervisor)), methods=["POST"]),
            Route("/admin/keys", guarded(admin.keys(supervisor))),
            Route("/{path:path}", guarded(_nothing), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ],
        exception_handlers={HTTPException: _refused, Exception: failed},
    )


async def _nothing(_: Request) -> Response:
    return refusal(404, "not_found", "There is no such page on the control port.")


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return refusal(status, "bad_request", "This method is not for this page." if status == 405 else "Not understood.")
