"""`/admin/log/{id}/entries`: the entries of a shard, for an auditor who wants to check what the public files hide."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.adapters.ledger import LedgerCorrupt
from comity.adapters.ledger.minimum import minimum_of
from comity.adapters.ledger.reading import read_what_is_left
from comity.api.access import Page, refusal
from comity.proof.checkpoint import is_shard
from comity.runtime.supervisor import Supervisor
from comity.terms.digests import to_base64

MAX_ENTRIES = 256
"""In one answer: at most 12 MB where every block is at its limit, some 300 kB as they are."""


def entries(supervisor: Supervisor) -> Page:
    """Entries from `from` on, at most 256 of them: blocks as canonical JSON text, and the salt that the leaf needs."""

    async def page(request: Request) -> Response:
        shard, text = request.path_params["id"], request.query_params.get("from", "0")
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            return refusal(422, "bad_request", "from is the index of an entry.")
        if not is_shard(shard) or not (supervisor.state / "log" / shard).is_dir():
            return refusal(404, "not_found", "There is no such shard.")
        try:
            return JSONResponse(await asyncio.to_thread(_read, supervisor, shard, int(text)))
        except (LedgerCorrupt, OSError) as error:
            return refusal(503, "unavailable", f"The shard cannot be read: {error}.")

    return page


def _read(supervisor: Supervisor, shard: str, first: int) -> dict[str, Any]:
    minimum = minimum_of(supervisor.state / "log" / shard)
    found: list[dict[str, Any]] = []
    for index in range(max(first, minimum), max(first, minimum) + MAX_ENTRIES):
        read = read_what_is_left(supervisor.state, shard, index)
        if read is None:
            break
        entry = read[0]
        shown: dict[str, Any] = {"index": index, "kind": entry.kind, "salt": to_base64(entry.salt)}
        if entry.intent is not None:
            shown["intent"] = entry.intent
        if not entry.erased:
            shown |= {name: getattr(entry, name).decode() for name in ("party", "decision", "content")}
        found.append(shown)
    return {"minimum": minimum, "entries": found}
