"""`/admin/duties` and `/admin/attestations`: what binds each application, and what counsel have signed."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.api.access import Page
from comity.law.attested_list import attested_document
from comity.placement.duties import duties
from comity.runtime.supervisor import Supervisor


def standing(supervisor: Supervisor) -> Page:
    """`GET /admin/duties`: the duties of every application under the realm in force, and how each stands."""

    async def page(_: Request) -> Response:
        realm = supervisor.realm
        found = await asyncio.to_thread(lambda: [each.document() for each in duties(realm)])
        return JSONResponse({"realm": realm.digest, "applications": found})

    return page


def attestations(supervisor: Supervisor) -> Page:
    """`GET /admin/attestations`: every agreement and attestation, and whether it counts today."""

    async def page(_: Request) -> Response:
        realm = supervisor.realm
        return JSONResponse({"realm": realm.digest, **attested_document(realm.stack, realm.today)})

    return page
