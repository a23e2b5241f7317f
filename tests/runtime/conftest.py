"""Waiting for what processes do: until it is so, never for a time that is asserted."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

PATIENCE_S = 30


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again; fails as a hang would, not as a slow machine does."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.02)


@pytest.fixture(name="until")
def until_fixture():
    return until
