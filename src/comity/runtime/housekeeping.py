"""What a gateway does to its log by itself: pruning once a day, and orders to erase that could not be ended at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from comity.adapters.clock import unix_ms
from comity.adapters.ledger import ApplicationSalts
from comity.runtime.erasing import Waiting, carry_out, orders
from comity.runtime.pruning import document, prune_all
from comity.stack.types import Stack
from comity.terms.errors import Fault
from comity.terms.instants import day_of

FIRST_S = 60.0
"""After a start, which has its own to do: what it sealed can be erased then."""

DAILY_S = 86_400.0

LOOK_S = 60.0
"""Between two looks at orders, of which some wait for a request to end, and at whether there are new ones."""

SEALING_S = 1.0
"""For workers to begin a segment."""

Enter = Callable[[dict[str, Any]], Awaitable[None]]


async def keep_house(state: Path, stack: Callable[[], Stack], enter: Enter, say: Callable[[str], None]) -> None:
    """For ever. What cannot be done is said, and tried again the next day; `enter` has a pruning entered in the log."""
    await asyncio.sleep(FIRST_S)
    while True:
        try:
            if told := await asyncio.to_thread(once, state, stack()):
                await enter(told)
        except (Fault, OSError) as error:
            say(f"the log could not be pruned: {error}")
        await asyncio.sleep(DAILY_S)


def once(state: Path, stack: Stack) -> dict[str, Any]:
    """Do it now; what an entry tells of the pruning, empty if nothing went.

    Raises:
        LedgerCorrupt, OSError: what could not be done.
    """
    return document(prune_all(state, stack, day_of(unix_ms()), dry=False))


async def end_orders(
    state: Path, stack: Callable[[], Stack], seal: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Carry out orders to erase until nothing of them is left, for ever. `seal` has workers begin new segments."""
    await asyncio.sleep(FIRST_S)
    ending = Ending(state, stack, seal, say)
    while True:
        await ending.look()
        await asyncio.sleep(LOOK_S)


class Ending:
    """Looks at orders: soon again while one waits for what comes soon; else once a day, for law may let go of more."""

    def __init__(
        self, state: Path, stack: Callable[[], Stack], seal: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        self._state = state
        self._stack = stack
        self._seal = seal
        self._say = say
        self._known: tuple[str, ...] | None = None
        self._waiting = Waiting()
        self._looks = 0
        self._patience = 1  # looks between two times that segments are ended in vain

    async def look(self) -> None:
        """Do what can be done now."""
        self._looks += 1
        there = orders(self._state)
        daily = self._looks % int(DAILY_S / LOOK_S) == 0
        if there == self._known and not (daily or self._waiting.unsealed or self._waiting.under_way):
            return
        try:
            self._waiting = await asyncio.to_thread(self._carry_out)
            if not self._waiting.unsealed:
                self._patience = 1
            elif self._looks % self._patience == 0:
                self._seal()
                await asyncio.sleep(SEALING_S)
                self._waiting = await asyncio.to_thread(self._carry_out)
                # a shard may be held by nobody who listens: many small segments would help nobody
                self._patience = min(2 * self._patience, int(DAILY_S / LOOK_S)) if self._waiting.unsealed else 1
        except (Fault, OSError) as error:
            self._waiting = Waiting()
            self._say(f"what was ordered to be erased could not be, in full: {error}")
        self._known = orders(self._state)

    def _carry_out(self) -> Waiting:
        ApplicationSalts(self._state).finish()
        return carry_out(self._state, self._stack(), day_of(unix_ms()))
