"""Who may use the gateway and how much, as the supervisor keeps it: keys, issuers, limits, budgets and their book."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from comity.adapters.database import Database, DatabaseFault
from comity.adapters.database.notes import Note, entered, new_id, note, notes
from comity.adapters.keys import Key, KeyStore
from comity.adapters.ledger import LedgerCorrupt
from comity.relay.limits.meter import Meter
from comity.runtime.actors import Actor, actor
from comity.runtime.bearers import Bearers
from comity.runtime.book import Book
from comity.runtime.hosts import Hosts
from comity.runtime.issuers import Issuers
from comity.runtime.key_table import KeyTable
from comity.runtime.messages import Draw, Enter, Entered, Forget, Keys, Lend, ToWorker, Trust, Unknown
from comity.runtime.milestones import ERASE
from comity.runtime.treasury import Treasury
from comity.stack.types import Stack
from comity.terms.instants import Instant

T = TypeVar("T")

NOTES_S = 0.5
"""Between two looks for what is to be entered."""

AGAIN_S = 5.0
"""Until what was told and is not entered is told again: the worker may have ended. Sooner, a disk that is slow for a
moment would have it entered twice."""

ENTRY_S = 10.0
"""How long an auditor waits for an entry: some of the looks above, and a disk that is slow now."""

COUNT_S = 60.0
"""Between two looks at what the log says was used; in between what workers report is counted."""


class Tenancy:
    """Everything about tenants that is not about one worker.

    Attributes:
        keys: the table of keys.
        book: what was used, counted from the log.
        issuers: whose tokens are taken.
        treasury: the limits and budgets, and what of them is lent.
    """

    def __init__(
        self,
        state: Path,
        url: str,
        folder: Path,
        *,
        workers: int,
        clock: Callable[[], Instant],
        say: Callable[[str], None],
        tell: Callable[[ToWorker], None],
        tell_one: Callable[[int, Lend], None],
        tell_first: Callable[[Enter], None],
    ) -> None:
        """Open the control state: `keys.db` of `state`, or the database at `url`. Blocking.

        `folder` is the stack file's; `tell` speaks to all workers, `tell_one` to one by its number,
        `tell_first` to any.

        Raises:
            DatabaseFault: it cannot be opened.
        """
        self._clock = clock
        self._say = say
        self._tell = tell
        self._tell_first = tell_first
        self._entered: list[str] = []
        self._told: dict[str, float] = {}  # notes that a worker was given, and when (of the loop's clock)
        self._awaited: dict[str, asyncio.Future[str]] = {}  # by note, whoever waits for its entry
        self._uncounted = asyncio.Event()  # budgets that came meanwhile
        self.keys = KeyTable(state, url, clock=clock, say=say)
        self._database = Database(state, url)
        self.book = Book(state, self._database)
        hosts = Hosts(Database(state, url), state, self._used, say) if url else None
        self.treasury = Treasury(workers, tell_one, clock=clock, used=self._used, hosts=hosts)
        self.issuers = Issuers(self._trust, say, folder)
        self._bearers = Bearers(clock, self.issuers.unknown)
        self._stack: Stack

    def close(self) -> None:
        """Close the control state."""
        self.keys.close()
        self._database.close()

    def adopt(self, stack: Stack) -> None:
        """From now on the limits, organisations and issuers of this stack."""
        self._stack = stack
        had = self.treasury.has_budgets
        self.treasury.adopt(stack, self.keys.keys)
        if self.treasury.has_budgets and not had:
            self._uncounted.set()
        self.issuers.adopt(stack.issuers)

    def count(self) -> None:
        """Where there are budgets, learn from the log what of them is used. Blocking.

        Raises:
            DatabaseFault, LedgerCorrupt: it cannot be counted.
        """
        if self.treasury.has_budgets:
            self.book.count(self._clock())

    def watches(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What has to run beside the gateway, each for ever."""
        return (
            self.keys.watch(self._recognise),
            self._keep_book(),
            self._keep_notes(),
            self.issuers.watch(),
            self.treasury.lease(),
        )

    async def change(self, change: Callable[[KeyStore], T]) -> T:
        """Do something to the keys, and have every worker know of it at once.

        Raises:
            KeyStoreError: the control state cannot be written. What else `change` raises.
        """
        done = await asyncio.to_thread(change, self.keys.store)
        await self.keys.look(self._recognise)
        return done

    def hear(self, worker: int, message: Draw | Unknown | Entered) -> None:
        """A worker speaks of limits, of an issuer's key that it does not know, or of a note that is in the log."""
        match message:
            case Draw():
                self.treasury.hear(worker, message.lines)
            case Unknown():
                self.issuers.unknown(message.issuer)
            case Entered():
                self._entered.append(message.note)
                waits = self._awaited.pop(message.note, None)
                if waits is not None and not waits.done():
                    waits.set_result(message.entry)

    def actor(self, secret: bytes) -> Actor | None:
        """Who presents this key or token, whatever it opens; None for nobody."""
        return actor(secret, self.keys.find, self._bearers)

    async def note(self, actor: str, action: str, target: str, told: dict[str, Any] | None = None) -> None:
        """Have it entered in the log that `actor` did something, with what is to be told of it.

        Raises:
            DatabaseFault: it cannot be kept.
        """

        def kept() -> None:
            with self._database.writing() as writing:
                note(writing, self._clock(), actor, action, target, told or {})

        await asyncio.to_thread(kept)

    async def enter(self, actor: str, action: str, things: list[tuple[str, dict[str, Any]]]) -> list[str]:
        """Have it entered that `actor` did something to each target, with what is to be told of it; ids of the entries,
        empty for those that the log does not have after `ENTRY_S` and will have later.

        Raises:
            DatabaseFault: it cannot be kept.
        """

        loop = asyncio.get_running_loop()
        waits: dict[str, asyncio.Future[str]] = {new_id(): loop.create_future() for _ in things}

        def kept() -> None:
            with self._database.writing() as writing:
                for name, (target, told) in zip(waits, things, strict=True):
                    note(writing, self._clock(), actor, action, target, told, name)

        self._awaited |= waits
        try:
            await asyncio.to_thread(kept)
            await asyncio.wait(waits.values(), timeout=ENTRY_S)
        finally:
            for name in waits:
                self._awaited.pop(name, None)
        return [entry.result() if entry.done() else "" for entry in waits.values()]

    def _recognise(self, keys: tuple[Key, ...]) -> None:
        self.treasury.adopt(self._stack, keys)
        self._tell(Keys(keys))

    def _trust(self) -> None:
        trusted = self.issuers.trusted
        self._bearers.trust(trusted)
        self._tell(Trust(trusted))

    def _used(self, name: str, meter: Meter, now: Instant) -> int:
        return self.book.used(name, meter, now, self._stack)

    async def _keep_notes(self) -> None:
        """Have every note entered by a worker, and forget it once it is durable in the log."""
        while True:
            await asyncio.sleep(NOTES_S)
            done, self._entered = tuple(self._entered), []
            try:
                waiting = await asyncio.to_thread(self._notes, done)
            except DatabaseFault:
                self._entered += done  # the keys' watch says that the control state is away
            else:
                waiting = self._untold(waiting)
                for application in {each.document["application"] for each in waiting if each.action == ERASE}:
                    self._tell(Forget(application))
                if waiting:
                    self._tell_first(Enter(waiting))

    def _untold(self, notes: tuple[Note, ...]) -> tuple[Note, ...]:
        """Those that no worker was given in the last seconds, and that it is given now."""
        now = asyncio.get_running_loop().time()
        self._told = {
            each.id: self._told[each.id] for each in notes if now - self._told.get(each.id, -AGAIN_S) < AGAIN_S
        }
        untold = tuple(each for each in notes if each.id not in self._told)
        self._told.update((each.id, now) for each in untold)
        return untold

    def _notes(self, done: tuple[str, ...]) -> tuple[Note, ...]:
        if done:
            entered(self._database, done)
        return notes(self._database)

    async def _keep_book(self) -> None:
        while True:
            try:
                async with asyncio.timeout(COUNT_S):
                    await self._uncounted.wait()
            except TimeoutError:
                pass
            self._uncounted.clear()
            try:
                await asyncio.to_thread(self.count)
                await asyncio.to_thread(self.treasury.forget)
            except (DatabaseFault, LedgerCorrupt) as error:
                self._say(f"what was used cannot be counted: {error}")
            else:
                self.treasury.learn()
