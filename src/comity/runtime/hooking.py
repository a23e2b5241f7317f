"""A hook at work: a bounded queue, one message at a time, tried again with patience and then given up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections import deque
from collections.abc import Callable
from functools import partial

from comity.adapters.hooks import Hook, NotTaken
from comity.relay.finished import Finished
from comity.runtime.aside import aside
from comity.runtime.audience import Hearer
from comity.runtime.shown import document
from comity.stack import operation
from comity.stack.types import Stack
from comity.terms.instants import Instant

MAX_QUEUED = 10_000
"""Records that wait for one hook: 10 MB. What comes when it is full is dropped and counted."""

MAX_BATCH = 100
"""Records in one message: some 50 kB, which any server takes."""

WAITS_S = (1.0, 4.0, 15.0, 60.0)
"""Before each further try: a restart of the other side is sat out, an outage is not."""

LAST_S = 2.0
"""At the gateway's end: for what is queued then, in one try."""


class Hooking:
    """One hook. Implements `runtime.listeners.Listener`."""

    def __init__(
        self,
        hearer: Hearer,
        *,
        clock: Callable[[], Instant],
        say: Callable[[str], None],
        waits: tuple[float, ...] = WAITS_S,
    ) -> None:
        assert isinstance(hearer.said, operation.Hook)
        self.name = hearer.name
        self.sent = self.dropped = self.withheld = 0
        self.trouble = ""
        self._events = hearer.said.events
        self._hook = Hook(hearer.url, hearer.secret)
        self._clock = clock
        self._say = say
        self._waits = waits
        self._queue: deque[dict[str, object]] = deque()
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._send_all(), name=self.name)

    def offer(self, records: list[Finished], stack: Stack) -> None:
        """Queue what the hook wants to hear; never waits."""
        for record in records:
            if record.event not in self._events:
                continue
            if len(self._queue) >= MAX_QUEUED:
                self.dropped += 1
            else:
                self._queue.append(document(record, stack))
        if self._queue:
            self._news.set()

    async def stop(self) -> None:
        """Send what is queued, in one try and two seconds, and end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._emptied(), LAST_S)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.dropped += len(self._queue)
        self._hook.close()

    async def _emptied(self) -> None:
        while self._queue and not self.trouble:  # noqa: ASYNC110 - the task that sends has no end to wait for
            await asyncio.sleep(0.01)

    async def _send_all(self) -> None:
        while True:
            await self._news.wait()
            batch = [self._queue[at] for at in range(min(MAX_BATCH, len(self._queue)))]
            if not batch:
                self._news.clear()
                continue
            taken = await self._send(json.dumps({"comity": 1, "records": batch}, separators=(",", ":")).encode())
            for _ in batch:
                self._queue.popleft()
            if taken:
                self.sent += len(batch)
            else:
                self.dropped += len(batch)

    async def _send(self, body: bytes) -> bool:
        """Whether the message was taken, at the first try or a later one."""
        identity = f"msg_{secrets.token_hex(16)}"
        for wait in (*self._waits, None):
            try:
                await aside(partial(self._hook.send, body, identity, self._clock() // 1000), self.name)
            except NotTaken as error:
                if str(error) != self.trouble:
                    self._say(f"{self.name}: {error}")
                self.trouble = str(error)
            else:
                self.trouble = ""
                return True
            if wait is not None:
                await asyncio.sleep(wait)
        return False
