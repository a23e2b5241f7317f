"""`/log/…`: the public files of every shard, for anyone (C2SP tlog-tiles; docs/spec/shards.md)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from comity.adapters.ledger import shards
from comity.api.access import Page
from comity.proof.checkpoint import is_shard
from comity.proof.tiles import WIDTH, is_public, parse_path

MAX_FILE_BYTES = WIDTH * (2 + 65_535)
"""The largest bundle that tlog-tiles allows; ours have 34 bytes an entry."""

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FRESH = "no-cache"
FOR_GOOD = "public, max-age=31536000, immutable"
"""A tile never changes; a checkpoint always does."""


def listing(state: Path) -> Page:
    """`/log/`: ids of all shards, one a line, sorted."""

    async def page(_: Request) -> Response:
        names = await asyncio.to_thread(shards, state)
        text = "".join(f"{name}\n" for name in names)
        return PlainTextResponse(text, headers={"cache-control": FRESH})

    return page


def public_file(state: Path) -> Page:
    """`/log/<shard>/<path>`: checkpoint, vkey, tiles and bundles; 404 for whatever else may lie there."""

    async def page(request: Request) -> Response:
        shard, path = request.path_params["shard"], request.path_params["path"]
        if not is_shard(shard) or not is_public(path):
            return _absent()
        data = await asyncio.to_thread(_read, state / "log" / shard / path)
        if data is None:
            return _absent()
        tile = parse_path(path) is not None
        headers = {"cache-control": FOR_GOOD if tile else FRESH, "x-content-type-options": "nosniff"}
        return Response(data, media_type=BYTES if tile else TEXT, headers=headers)

    return page


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _absent() -> Response:
    return PlainTextResponse("not here\n", 404, {"cache-control": FRESH})
