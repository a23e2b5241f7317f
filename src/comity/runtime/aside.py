"""Calls to others that may hang, each in a thread of its own.

The loop's own pool is for work on this machine: a server that does not answer must not hold the threads that read keys,
nor the end of the process, which waits for that pool.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def aside(call: Callable[[], T], name: str) -> T:
    """What `call` returns or raises. Whoever stops waiting leaves the thread to end by itself."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def give(result: T) -> None:
        if not answer.done():
            answer.set_result(result)

    def fail(error: Exception) -> None:
        if not answer.done():
            answer.set_exception(error)

    def work() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            try:
                result = call()
            except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
                loop.call_soon_threadsafe(fail, error)
            else:
                loop.call_soon_threadsafe(give, result)

    Thread(target=work, name=name, daemon=True).start()
    return await answer
