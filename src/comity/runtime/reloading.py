"""Reading the stack file again while the gateway runs: on SIGHUP, on request, and when a file of it changes.

What comes of it is swapped in whole, or refused whole; then what was in force stays so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from comity.adapters.notify import ServiceManager
from comity.law.realm import Realm
from comity.runtime import inputs
from comity.runtime.own_faults import told
from comity.runtime.plan import Plan
from comity.terms.errors import Fault
from comity.terms.instants import Instant
from comity.terms.problems import Problem, Problems

LOOK_S = 0.5
"""Between two looks at the files. A change is read when two looks agree: editors write a file in several steps."""

Result = Literal["loaded", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Reload:
    """What came of one reading. `realm` is the digest of what is in force after it."""

    time: Instant
    result: Result
    realm: str
    problems: tuple[Problem, ...] = ()

    def document(self) -> dict[str, object]:
        """It for an operator."""
        return {
            "time": self.time,
            "result": self.result,
            "realm": self.realm,
            "problems": [str(problem) for problem in self.problems],
        }


class Reloading:
    """One reading at a time; what is asked for meanwhile is one more reading after it.

    Attributes:
        last: what came of the last one, if there was one.
        counts: how many ended in which way.
    """

    def __init__(
        self,
        plan: Plan,
        realm: Callable[[], Realm],
        *,
        read: Callable[[], tuple[Plan, Realm]],
        watched: Callable[[Plan], list[Path]],
        swap: Callable[[Plan, Realm, bool], Awaitable[None]],
        clock: Callable[[], Instant],
        say: Callable[[str], None],
        manager: ServiceManager | None = None,
    ) -> None:
        """`plan` is in force and `realm` says by which realm. `read` makes the next plan and its realm (blocking),
        `watched` says what files a plan was made from, and `swap` puts a plan in force (true: it differs)."""
        self.plan = plan
        self._realm = realm
        self._read = read
        self._watched = watched
        self._swap = swap
        self._clock = clock
        self._say = say
        self._manager = manager
        self._asked = asyncio.Event()
        self._turn = asyncio.Lock()
        self._waiting: asyncio.Task[Reload] | None = None
        self.last: Reload | None = None
        self.counts: dict[Result, int] = {"loaded": 0, "unchanged": 0, "refused": 0}

    def ask(self) -> None:
        """Read again soon, as SIGHUP asks. However often it is asked before that, it is read once."""
        self._asked.set()

    async def now(self) -> Reload:
        """Read again, and say what came of it. Whoever asks while a reading is about to begin shares it."""
        if self._waiting is None:
            self._waiting = asyncio.create_task(self._next(), name="reload")
        return await asyncio.shield(self._waiting)

    async def watch(self, since: Instant) -> None:
        """For ever: read again when it is asked for, and when the files have changed.

        The first reading began at `since`: what was written after that may not have been seen by it.
        """
        paths = await asyncio.to_thread(self._watched, self.plan)
        first = await asyncio.to_thread(inputs.look, paths)
        held = await asyncio.to_thread(inputs.digest, paths)
        seen = await asyncio.to_thread(inputs.look, paths)
        unsettled = seen != first or any(each is not None and each[1] >= since * 1_000_000 for each in seen)
        if unsettled:  # what was digested may not be what was read
            held = b""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), LOOK_S)
            asked = self._asked.is_set()
            self._asked.clear()
            paths = await asyncio.to_thread(self._watched, self.plan)
            before, seen = seen, await asyncio.to_thread(inputs.look, paths)
            if not asked:
                if seen != before:
                    unsettled = True
                    continue
                if not unsettled:
                    continue
            unsettled = False
            was, held = held, await asyncio.to_thread(inputs.digest, paths)
            if asked or held != was:
                await self.now()

    async def _next(self) -> Reload:
        async with self._turn:
            self._waiting = None
            if self._manager is not None:
                self._manager.reloading()
            try:
                return await self._once()
            finally:
                if self._manager is not None:
                    self._manager.ready(f"serves {self.plan.stack.origin}")

    async def _once(self) -> Reload:
        try:
            plan, realm = await asyncio.to_thread(self._read)
            changed = realm.digest != self._realm().digest or _told(plan) != _told(self.plan)
            await self._swap(plan, realm, changed)
        except Problems as error:
            return self._over("refused", error.problems)
        except (Fault, OSError, ValueError) as error:
            return self._over("refused", (Problem(str(self.plan.file.path), 0, 0, "", str(error)),))
        except Exception as error:  # noqa: BLE001 - whatever a file does to us, what was in force serves on
            return self._over("refused", (Problem(str(self.plan.file.path), 0, 0, "", told(error)),))
        self.plan = plan
        return self._over("loaded" if changed else "unchanged", ())

    def _over(self, result: Result, problems: tuple[Problem, ...]) -> Reload:
        outcome = self.last = Reload(self._clock(), result, self._realm().digest, problems)
        self.counts[result] += 1
        if result == "refused":
            for problem in problems:
                self._say(f"not loaded: {problem}")
            self._say("the stack file was not loaded; what was in force stays in force")
        elif result == "loaded":
            self._say(f"loaded {self.plan.file.path}: realm {outcome.realm}")
        return outcome


def _told(plan: Plan) -> tuple[object, ...]:
    return plan.stack, plan.endpoints, plan.grants, plan.hearers
