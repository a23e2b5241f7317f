"""Those who are told of requests that are over: each hears what it may, and none can make a request wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from comity.relay.finished import Finished
from comity.runtime.audience import TELEMETRY, Hearer
from comity.runtime.confidence import Confidence
from comity.runtime.hooking import Hooking
from comity.runtime.messages import Told
from comity.stack.types import Stack
from comity.terms.instants import Instant


class Listener(Protocol):
    """One of them. `sent`, `dropped` and `withheld` count records; `trouble` says why it hears nothing, or is empty."""

    name: str
    sent: int
    dropped: int
    withheld: int
    trouble: str

    def offer(self, records: list[Finished], stack: Stack) -> None:
        """Take records, or drop and count them; never waits."""

    async def stop(self) -> None:
        """Send what is left, within a few seconds."""


MAX_REALMS = 3
"""Rulings that are kept: of the realm in force, of the next, and of one that was just replaced."""

Make = Callable[[Hearer], Listener]
Entered = Callable[[Finished, Stack], None]


class Listeners:
    """All listeners of a gateway.

    Attributes:
        each: the hooks and the telemetry that there are.
        lost: records that a worker dropped before anyone could be told.
    """

    def __init__(self, make: Make, entered: Entered | None = None) -> None:
        """`make` starts a listener; `entered` writes the access log, where there is one: it stays on this machine."""
        self._make = make
        self._entered = entered
        self._hearers: dict[str, Hearer] = {}
        self._listeners: dict[str, Listener] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._confidence: dict[str, Confidence] = {}
        self.lost = 0

    @property
    def each(self) -> list[Listener]:
        """The hooks and the telemetry."""
        return list(self._listeners.values())

    @property
    def wanted(self) -> bool:
        """Whether anyone wants to be told."""
        return bool(self._listeners) or self._entered is not None

    def adopt(self, hearers: Mapping[str, Hearer]) -> None:
        """From now on tell these, and no others; one that did not change keeps its queue."""
        for name, hearer in list(self._hearers.items()):
            if hearers.get(name) != hearer:
                task = asyncio.create_task(self._listeners.pop(name).stop(), name=f"end of {name}")
                self._leaving.add(task)
                task.add_done_callback(self._leaving.discard)
        for name, hearer in hearers.items():
            if name not in self._listeners:
                self._listeners[name] = self._make(hearer)
        self._hearers = dict(hearers)

    def rule(self, realm: str, confidence: Confidence) -> None:
        """What each may be told while the realm of that digest is in force."""
        self._confidence = dict([*self._confidence.items(), (realm, confidence)][-MAX_REALMS:])

    def tell(self, told: Told, stack: Stack, realm: str) -> None:
        """Tell everyone what it may hear while `realm` is in force: nothing, where there is no ruling on it."""
        confidence = self._confidence.get(realm)
        self.lost += told.dropped
        if self._entered is not None:
            for record in told.records:
                self._entered(record, stack)
        for listener in self._listeners.values():
            listener.dropped += told.dropped
            heard = [each for each in told.records if confidence is not None and confidence.admits(listener.name, each)]
            listener.withheld += len(told.records) - len(heard)
            if heard:
                listener.offer(heard, stack)

    async def stop(self) -> None:
        """Send what is left, within a few seconds."""
        await asyncio.gather(*(listener.stop() for listener in self._listeners.values()), *self._leaving)

    def status(self, realm: str) -> list[dict[str, object]]:
        """Each for an operator."""
        confidence = self._confidence.get(realm)
        return [
            {
                "name": each.name,
                "site": self._hearers[each.name].site,
                "sent": each.sent,
                "dropped": each.dropped,
                "withheld": each.withheld,
                "withheld_applications": list(confidence.withheld(each.name)) if confidence is not None else None,
                "trouble": each.trouble or None,
            }
            for each in self._listeners.values()
        ]


def listener_of(say: Callable[[str], None], clock: Callable[[], Instant], origin: str) -> Make:
    """Starts a hook or telemetry, as the stack file has it. The libraries of telemetry are imported only then."""

    def make(hearer: Hearer) -> Listener:
        if hearer.name != TELEMETRY:
            return Hooking(hearer, clock=clock, say=say)
        from comity.runtime.telling import Telling

        return Telling(hearer, origin, say=say)

    return make
