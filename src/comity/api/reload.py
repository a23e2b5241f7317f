"""`POST /admin/reload`: read the stack file again, as SIGHUP does, and hear what came of it."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.api.access import Page
from comity.runtime.reloading import Reload
from comity.runtime.supervisor import Supervisor


def reload(supervisor: Supervisor) -> Page:
    """200 with the realm in force; 202 if a worker has not taken it yet; 422 with every problem: nothing changed."""

    async def page(request: Request) -> Response:
        outcome, taken = await supervisor.reload()
        if outcome.result == "refused":
            return _refused(outcome)
        await supervisor.tenancy.note(request.state.actor.id, "reload", outcome.realm)
        return JSONResponse({**outcome.document(), "taken": taken}, 200 if taken else 202)

    return page


def _refused(outcome: Reload) -> Response:
    count = len(outcome.problems)
    said = f"The stack file has {'a problem' if count == 1 else f'{count} problems'}; what was in force stays in force."
    error = {"message": said, "type": "invalid_request_error", "param": None, "code": "not_loaded"}
    listed = [asdict(problem) for problem in outcome.problems]
    return JSONResponse({"error": {**error, "problems": listed}, "realm": outcome.realm}, 422)
