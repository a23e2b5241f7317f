"""The roll-up of the log, kept up beside the gateway by a short-lived process of the lowest rank."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

EVERY_S = 60.0
"""Between two countings. What is newer a replay reads from the log itself, so this is a matter of its comfort."""

SAID = 300
"""Characters of what a counting complains of."""


async def keep_rolled_up(state: Path, say: Callable[[str], None], every_s: float = EVERY_S) -> None:
    """For ever: count what the log has beyond its roll-up. What goes wrong is said once, and tried again."""
    said = ""
    while True:
        await asyncio.sleep(every_s)
        complaint = await _count(state)
        if complaint and complaint != said:
            say(f"the log's requests are not rolled up: {complaint}")
        said = complaint


async def _count(state: Path) -> str:
    """One counting; returns what it complains of, or nothing. If it is cancelled the process is ended."""
    try:
        counting = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", "comity.adapters.rollup", str(state)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        return f"no process can be started ({error.strerror})"
    try:
        _, complaint = await counting.communicate()
    except asyncio.CancelledError:
        counting.kill()
        await counting.wait()
        raise
    lines = complaint.decode(errors="replace").strip().splitlines()
    return (
        (lines[-1][:SAID] if lines else f"its process ended with {counting.returncode}") if counting.returncode else ""
    )
