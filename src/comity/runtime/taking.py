"""How a worker takes a realm: read and prepared beside its loop, swapped in at one moment."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from comity.adapters.realms import load_realm
from comity.runtime import turns
from comity.runtime.gate import Gate
from comity.runtime.in_force import InForce
from comity.runtime.messages import Endpoint, Take
from comity.runtime.observed import Observed
from comity.runtime.targets import Prepared
from comity.terms.problems import Problems


class Taking:
    """Takes what the supervisor puts in force, in its order.

    Attributes:
        generation: of the last one that was taken.
        taken: called when it has been.
    """

    def __init__(
        self, gate: Gate, observed: Observed, state: Path, generation: int, complain: Callable[[str], None]
    ) -> None:
        self.generation = generation
        self._gate = gate
        self._observed = observed
        self._state = state
        self._complain = complain
        self._waiting: deque[Take] = deque()
        self._reached: dict[str, Endpoint | None] = {}
        self._task: asyncio.Task[None] | None = None
        self.taken: Callable[[], None] = lambda: None

    def take(self, take: Take) -> None:
        """Take it soon; requests go on meanwhile. One that says where all is reached replaces those before it."""
        if take.endpoints is not None:
            self._waiting.clear()
            self._reached.clear()
        self._waiting.append(take)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._all(), name="take")

    def reach(self, deployment: str, endpoint: Endpoint | None) -> None:
        """Reach a deployment there from now on, under what is being prepared too."""
        self._reached[deployment] = endpoint
        self._gate.reach(deployment, endpoint)

    async def _all(self) -> None:
        while self._waiting:
            take = self._waiting.popleft()
            try:
                await self._one(take)
            except (Problems, OSError, ValueError) as error:  # ssl.SSLError is an OSError
                self._complain(f"the realm {take.realm} cannot be taken: {error}")

    async def _one(self, take: Take) -> None:
        same = take.realm == self._gate.realm.digest

        def ready() -> tuple[InForce | None, dict[str, Prepared] | None]:
            force = None if same else InForce(load_realm(self._state, take.realm))
            if force is not None:
                force.prepare()
            return force, None if take.endpoints is None else self._gate.prepared(take.endpoints)

        with turns.short():
            force, targets = await asyncio.to_thread(ready)
        if force is not None:
            self._gate.take(force, targets)
        elif targets is not None:
            self._gate.move(targets)
        if targets is not None:
            for deployment, endpoint in self._reached.items():
                self._gate.reach(deployment, endpoint)
        self._observed.wanted = take.told
        self.generation = take.generation
        self.taken()
