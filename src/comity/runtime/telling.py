"""Telemetry at work: one thread of its own, fed by a bounded queue."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable

from comity.adapters.telemetry import Exporter
from comity.relay.finished import Finished
from comity.runtime.audience import Hearer
from comity.runtime.own_faults import told
from comity.runtime.shown import model_of
from comity.stack.operation import Telemetry
from comity.stack.types import Stack

MAX_QUEUED = 256
"""Reports of workers that wait, each with up to ten thousand records; at two a second and worker this is a minute."""

MAX_RECORDS = 20_000
"""Records that wait: a second of one worker's most. What comes when it is full is dropped and counted."""

LAST_S = 3.0
"""At the gateway's end, for what is left."""

AZURE = "azure.ai.openai"


class Telling:
    """The telemetry of a gateway. Implements `runtime.listeners.Listener`."""

    def __init__(self, hearer: Hearer, origin: str, *, say: Callable[[str], None]) -> None:
        said = hearer.said
        assert isinstance(said, Telemetry)
        self.name = hearer.name
        self.sent = self.dropped = self.withheld = 0
        self.trouble = ""
        self._host = hearer.url.host
        self._say = say
        self._loop = asyncio.get_running_loop()
        self._spans = said.spans
        self._every = said.every
        self._exporter = Exporter(said.otlp, hearer.secret, origin, said.every, spans=said.spans)
        self._queue: queue.Queue[tuple[list[Finished], Stack] | None] = queue.Queue(MAX_QUEUED)
        self._waiting = 0
        self._thread = threading.Thread(target=self._work, name="telemetry", daemon=True)
        self._thread.start()

    def offer(self, records: list[Finished], stack: Stack) -> None:
        """Queue records; never waits."""
        if self._waiting + len(records) > MAX_RECORDS:
            self.dropped += len(records)
            return
        try:
            self._queue.put_nowait((records, stack))
        except queue.Full:
            self.dropped += len(records)
        else:
            self._waiting += len(records)

    async def stop(self) -> None:
        """Send what is left, for three seconds at most."""
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            return  # the thread is a daemon: what it holds is lost with it
        await asyncio.to_thread(self._thread.join, LAST_S)

    def _work(self) -> None:
        due = time.monotonic() + self._every
        while True:
            try:
                item = self._queue.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                due = time.monotonic() + self._every
                self._send()
                continue
            if item is None:
                self._send()
                self._exporter.close()
                return
            records, stack = item
            for record in records:
                self._enter(record, stack)
            self._loop.call_soon_threadsafe(self._entered, len(records))

    def _enter(self, record: Finished, stack: Stack) -> None:
        self._exporter.enter(record, model_of(record, stack), provider_of(record, stack))

    def _send(self) -> None:
        try:
            taken, lost = self._exporter.send()
        except Exception as error:  # noqa: BLE001 - a library's fault must not end telemetry for good
            self._say_soon(f"telemetry: {told(error)}")
            return
        why = f"{self._host} did not take it" if lost or self._exporter.metrics_failed else ""
        self._loop.call_soon_threadsafe(self._sent, taken, lost, why)

    def _say_soon(self, text: str) -> None:
        self._loop.call_soon_threadsafe(self._say, text)

    def _entered(self, count: int) -> None:
        self._waiting -= count
        if not self._spans:
            self.sent += count

    def _sent(self, taken: int, lost: int, why: str) -> None:
        self.sent += taken
        self.dropped += lost
        if why and why != self.trouble:
            self._say(f"telemetry: {why}")
        self.trouble = why


def provider_of(record: Finished, stack: Stack) -> str:
    """Who runs the deployment that answered, as the stack names it; the gateway itself where none did."""
    deployment = stack.deployments.get(record.deployment)
    if deployment is None:
        return "comity"
    return AZURE if deployment.azure is not None else stack.sites[deployment.site].operator
