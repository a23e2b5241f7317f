"""The embedded nodes of a stack: one child process each, started again when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from comity.adapters.node import EmbeddedNode, NodeError, locate
from comity.adapters.state import MODELS
from comity.runtime.backoff import Backoff
from comity.runtime.endpoints import embedded, inside
from comity.runtime.failures import CannotServe
from comity.runtime.messages import Endpoint
from comity.stack.types import Stack


@dataclass(slots=True)
class _Kept:
    """One deployment's node, as it is now."""

    deployment: str
    model: Path
    ended: asyncio.Future[int]
    node: EmbeddedNode | None = None
    endpoint: Endpoint | None = None
    restarts: int = 0


class Nodes:
    """Starts a node for each `embedded:` deployment and tells `changed` where it is reached, None while it is down."""

    def __init__(
        self,
        stack: Stack,
        state: Path,
        *,
        changed: Callable[[str, Endpoint | None], None],
        say: Callable[[str], None],
    ) -> None:
        """Finds the models; call within the event loop.

        Raises:
            CannotServe: a model that is named is not there, or was altered.
        """
        self._stack = stack
        self._changed = changed
        self._say = say
        self._tasks: list[asyncio.Task[None]] = []
        try:
            self._kept = [
                _Kept(name, locate(url, state / MODELS), asyncio.get_running_loop().create_future())
                for name, url in embedded(stack).items()
            ]
        except NodeError as error:
            raise CannotServe(str(error)) from error

    @property
    def endpoints(self) -> list[Endpoint]:
        """Where the nodes that run are reached."""
        return [kept.endpoint for kept in self._kept if kept.endpoint is not None]

    def status(self) -> list[dict[str, object]]:
        """Each node for the operator: deployment, process id if it runs, times it was started again."""
        return [
            {
                "deployment": kept.deployment,
                "pid": kept.node.pid if kept.node is not None and kept.endpoint is not None else None,
                "restarts": kept.restarts,
            }
            for kept in self._kept
        ]

    async def start(self) -> None:
        """Start all nodes side by side, and keep them.

        Raises:
            CannotServe: one of them cannot serve at all; its reason is told.
        """
        try:
            await asyncio.gather(*(self._raise(kept) for kept in self._kept))
        except (NodeError, OSError) as error:
            raise CannotServe(f"an embedded model cannot be served: {error}") from error
        self._tasks = [asyncio.create_task(self._keep(kept), name=f"node {kept.deployment}") for kept in self._kept]

    async def stop(self) -> None:
        """End all nodes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(kept.node.stop() for kept in self._kept if kept.node is not None))

    async def _keep(self, kept: _Kept) -> None:
        clock = asyncio.get_running_loop().time
        backoff = Backoff()
        while True:
            began = clock()
            self._down(kept, f"ended with status {await kept.ended}")
            while kept.endpoint is None:
                await asyncio.sleep(backoff.after(clock() - began))
                began = clock()
                kept.restarts += 1
                try:
                    await self._raise(kept)
                except (NodeError, OSError) as error:
                    self._down(kept, f"does not start: {error}")

    async def _raise(self, kept: _Kept) -> None:
        deployment = self._stack.deployments[kept.deployment]
        kept.ended = asyncio.get_running_loop().create_future()
        kept.node = EmbeddedNode(kept.model, on_exit=kept.ended.set_result)
        where = await kept.node.start()
        kept.endpoint = inside(kept.deployment, deployment, where.host, where.port, where.key)
        self._changed(kept.deployment, kept.endpoint)

    def _down(self, kept: _Kept, why: str) -> None:
        kept.endpoint = None
        self._changed(kept.deployment, None)
        self._say(f"the embedded node of {kept.deployment} {why}; starting it again")
