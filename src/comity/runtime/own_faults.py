"""Faults of the program itself, told without what was being worked on: a message may quote a prompt or a key."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from typing import Any

VERBOSE = "COMITY_TRACEBACK"
"""Set in the environment by whoever looks for a fault: the whole of it is told then."""


def told(error: BaseException) -> str:
    """A fault of our own as its kind and its place."""
    frames = extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"a fault of its own, {type(error).__name__}{place}; set {VERBOSE}=1 to see all of it"


def handler(say: Callable[[str], None]) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """What a loop does with an exception that nobody waits for: `say` it, in one line."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if os.environ.get(VERBOSE):
            loop.default_exception_handler(context)
        elif error is not None:
            say(told(error))

    return handle
