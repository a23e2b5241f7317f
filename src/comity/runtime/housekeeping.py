"""What a gateway does to its log once a day: orders of erasure that waited, and pruning."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from comity.adapters.clock import unix_ms
from comity.runtime.erasing import carry_out
from comity.runtime.pruning import document, prune_all
from comity.stack.types import Stack
from comity.terms.errors import Fault
from comity.terms.instants import day_of

FIRST_S = 60.0
"""After a start, which has its own to do: what it sealed can be erased then."""

DAILY_S = 86_400.0

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
    today = day_of(unix_ms())
    carry_out(state, stack, today)
    return document(prune_all(state, stack, today, dry=False))
