"""A second, fresh node for an audit: the same weights, asked the same bytes again."""

from __future__ import annotations

import asyncio
import http.client
import json
from pathlib import Path
from types import TracebackType
from typing import Self

from .child import Sizes
from .node import EmbeddedNode, Endpoint
from .shelf import SHIPPED, SUFFIX, NodeError, digest

ANSWER_S = 600
"""As long as a request may take at the gateway."""

MAX_ANSWER_BYTES = 16 << 20
"""Four times what the vault keeps: a longer answer is another one."""


def with_digest(weights: str, *folders: Path) -> Path | None:
    """The model whose file has this SHA-256: among those that ship, then those in `folders`. Blocking."""
    for folder in (SHIPPED, *folders):
        for path in sorted(folder.glob("*" + SUFFIX)):
            if digest(path) == weights:
                return path
    return None


class Rerun:
    """A node for one request at a time, while it is entered::

    async with Rerun(model, context=1024, threads=1) as again:
        status, body = await again.answer("/chat/completions", request)
    """

    def __init__(self, model: Path, *, context: int, threads: int) -> None:
        self._node = EmbeddedNode(model, sizes=Sizes(context, 1, threads))
        self.endpoint: Endpoint

    async def __aenter__(self) -> Self:
        """Raises `NodeError` if it does not start."""
        self.endpoint = await self._node.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._node.stop()

    async def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer at a surface's path.

        Raises:
            NodeError: the node does not answer.
        """
        return await asyncio.to_thread(self._post, "/v1" + path, body)

    async def tokens(self, text: str) -> list[int]:
        """A text as the model's tokens.

        Raises:
            NodeError: the node does not say.
        """
        status, body = await asyncio.to_thread(self._post, "/tokenize", json.dumps({"content": text}).encode())
        try:
            return [int(token) for token in json.loads(body)["tokens"]]
        except (ValueError, KeyError, TypeError) as error:
            raise NodeError(f"the fresh node tells no tokens (status {status})") from error

    def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        where = self.endpoint
        headers = {"content-type": "application/json", "authorization": f"Bearer {where.key}"}
        connection = http.client.HTTPConnection(where.host, where.port, timeout=ANSWER_S)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            return response.status, response.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise NodeError(f"the fresh node does not answer: {error}") from error
        finally:
            connection.close()
