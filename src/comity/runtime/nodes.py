"""The embedded nodes of a stack: one child process each, started again when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from comity.adapters.node import EmbeddedNode, NodeError, Sizes, digest, locate
from comity.adapters.node import Endpoint as Address
from comity.adapters.state import MODELS
from comity.relay.exactness import SLOTS, Profile
from comity.runtime.backoff import Backoff
from comity.runtime.endpoints import embedded, inside
from comity.runtime.failures import CannotServe
from comity.runtime.messages import Endpoint
from comity.stack.operation import Exact
from comity.stack.types import Stack

RETIRED_S = 30.0
"""How long a node that the stack file has no more may still finish answers: as long as a gateway that is ended."""


@dataclass(slots=True, eq=False)
class _Kept:
    """One deployment's node, as it is now."""

    deployment: str
    url: str
    model: Path
    ended: asyncio.Future[int]
    exact: Exact | None = None
    weights: str = ""  # SHA-256 of the file, where exactness is promised
    node: EmbeddedNode | None = None
    where: Address | None = None
    restarts: int = 0
    task: asyncio.Task[None] | None = None


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
        self._state = state
        self._changed = changed
        self._say = say
        self._retiring: set[asyncio.Task[None]] = set()
        self._kept = [self._located(name, *how) for name, how in _embedded(stack).items()]

    @property
    def endpoints(self) -> list[Endpoint]:
        """Where the nodes that run are reached."""
        return [endpoint for kept in self._kept if (endpoint := self._endpoint(kept)) is not None]

    def status(self) -> list[dict[str, object]]:
        """Each node for the operator: deployment, process id if it runs, times it was started again."""
        return [
            {
                "deployment": kept.deployment,
                "pid": kept.node.pid if kept.node is not None and kept.where is not None else None,
                "restarts": kept.restarts,
            }
            for kept in self._kept
        ]

    async def start(self) -> None:
        """Start all nodes side by side, and keep them.

        Raises:
            CannotServe: one of them cannot serve at all; its reason is told.
        """
        await self._raise_all(self._kept)
        self._keep_all(self._kept)

    async def further(self, stack: Stack) -> list[_Kept]:
        """Start the nodes that `stack` has beyond those that run; `adopt` takes them. Nobody is told of them yet.

        Raises:
            CannotServe: a model is not there, or cannot be served; then none of them runs.
        """
        have = {kept.deployment: (kept.url, kept.exact) for kept in self._kept}
        added = [self._located(name, *how) for name, how in _embedded(stack).items() if have.get(name) != how]
        try:
            await self._raise_all(added)
        except CannotServe:
            await _stop(added)
            raise
        return added

    def adopt(self, stack: Stack, added: list[_Kept]) -> None:
        """Keep the nodes of `stack`, of which `added` came from `further`; the others end once their answers have."""
        wanted = _embedded(stack)
        leaving = [kept for kept in self._kept if wanted.get(kept.deployment) != (kept.url, kept.exact)]
        self._stack = stack
        self._kept = [*(kept for kept in self._kept if kept not in leaving), *added]
        self._keep_all(added)
        if leaving:
            task = asyncio.create_task(_retire(leaving), name="nodes that leave")
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def stop(self) -> None:
        """End all nodes."""
        for task in self._retiring:
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        await _stop(self._kept)

    def _located(self, name: str, url: str, exact: Exact | None) -> _Kept:
        try:
            model = locate(url, self._state / MODELS)
        except NodeError as error:
            raise CannotServe(str(error)) from error
        return _Kept(name, url, model, asyncio.get_running_loop().create_future(), exact)

    async def _raise_all(self, kept: Iterable[_Kept]) -> None:
        try:
            await asyncio.gather(*map(self._raise, kept))
        except (NodeError, OSError) as error:
            raise CannotServe(f"an embedded model cannot be served: {error}") from error

    def _keep_all(self, kept: Iterable[_Kept]) -> None:
        for each in kept:
            each.task = asyncio.create_task(self._keep(each), name=f"node {each.deployment}")

    async def _keep(self, kept: _Kept) -> None:
        clock = asyncio.get_running_loop().time
        backoff = Backoff()
        self._changed(kept.deployment, self._endpoint(kept))
        while True:
            began = clock()
            self._down(kept, f"ended with status {await kept.ended}")
            while kept.where is None:
                await asyncio.sleep(backoff.after(clock() - began))
                began = clock()
                kept.restarts += 1
                try:
                    await self._raise(kept)
                except (NodeError, OSError) as error:
                    self._down(kept, f"does not start: {error}")
            self._changed(kept.deployment, self._endpoint(kept))

    async def _raise(self, kept: _Kept) -> None:
        kept.ended = asyncio.get_running_loop().create_future()
        sizes = None
        if kept.exact is not None:
            sizes = Sizes(kept.exact.context, SLOTS, kept.exact.threads)
            kept.weights = await asyncio.to_thread(digest, kept.model)
            if kept.exact.weights not in (None, kept.weights):
                raise NodeError(
                    f"{kept.deployment} promises the weights {kept.exact.weights}, and {kept.model} has SHA-256 "
                    f"{kept.weights}"
                )
        kept.node = EmbeddedNode(kept.model, sizes=sizes, on_exit=kept.ended.set_result)
        kept.where = await kept.node.start()

    def _endpoint(self, kept: _Kept) -> Endpoint | None:
        if kept.where is None:
            return None
        stack, where = self._stack, kept.where
        deployment = stack.deployments[kept.deployment]
        profile = ""
        if kept.exact is not None:
            said = Profile(kept.weights, where.engine, where.cpu, kept.exact.context, kept.exact.threads)
            profile = said.text.decode()
        return inside(kept.deployment, deployment, where.host, where.port, where.key, stack.currency, profile)

    def _down(self, kept: _Kept, why: str) -> None:
        kept.where = None
        self._changed(kept.deployment, None)
        self._say(f"the embedded node of {kept.deployment} {why}; starting it again")


def _embedded(stack: Stack) -> dict[str, tuple[str, Exact | None]]:
    """Deployments that run inside the gateway: what would make each of them another node."""
    return {name: (url, stack.deployments[name].exact) for name, url in embedded(stack).items()}


async def _retire(kept: list[_Kept]) -> None:
    for each in kept:
        if each.task is not None:
            each.task.cancel()
    try:
        await asyncio.sleep(RETIRED_S)
    finally:
        await _stop(kept)


async def _stop(kept: Iterable[_Kept]) -> None:
    tasks = [each.task for each in kept if each.task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(each.node.stop() for each in kept if each.node is not None))
