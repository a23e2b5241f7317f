"""The supervisor: owns ports, keys, realms, nodes and workers; relays nothing itself."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from comity.adapters.clock import unix_ms
from comity.adapters.notify import ServiceManager
from comity.adapters.stack_files import StackFile
from comity.adapters.state import StateLock, open_state
from comity.law.realm import Realm
from comity.runtime import core_dumps
from comity.runtime.abandoned import await_the_dying, close_abandoned
from comity.runtime.actors import Actor
from comity.runtime.confidence import Confidence
from comity.runtime.control import ControlPort
from comity.runtime.control_state import database_url
from comity.runtime.failures import CannotServe
from comity.runtime.fleet import Fleet
from comity.runtime.housekeeping import end_orders, keep_house
from comity.runtime.inputs import inputs
from comity.runtime.keeping import end_on_time
from comity.runtime.listeners import Entered, Listeners, listener_of
from comity.runtime.listening import address_of, listen, reserve
from comity.runtime.messages import Endpoint, Reach, Renew, Seal, Start, Take
from comity.runtime.milestones import PRUNE
from comity.runtime.nodes import Nodes
from comity.runtime.own_faults import handler
from comity.runtime.plan import Plan, unchangeable
from comity.runtime.realms import Realms
from comity.runtime.reloading import Reload, Reloading
from comity.runtime.rolling import keep_rolled_up
from comity.runtime.settings import Settings
from comity.runtime.summing import Summing
from comity.runtime.tenancy import Tenancy
from comity.runtime.tls import server_context
from comity.runtime.tokens import Tokens
from comity.terms.errors import Fault

Say = Callable[[str], None]

TAKEN_S = 10.0
"""How long whoever asks for a reload waits to hear that every worker has taken it."""


class Supervisor:
    """One gateway. `run` is its whole life; faces read the rest."""

    plan: Plan
    realms: Realms
    nodes: Nodes
    tokens: Tokens
    tenancy: Tenancy
    listeners: Listeners
    fleet: Fleet
    reloading: Reloading
    data_address: tuple[str, int]
    control_address: tuple[str, int]
    _listening: socket.socket
    _control_port: ControlPort

    def __init__(
        self,
        settings: Settings,
        *,
        control: Callable[[Supervisor], Any],
        say: Say,
        entered: Entered | None = None,
        manager: ServiceManager | None = None,
    ) -> None:
        """`control` makes the control port's ASGI application; `say` gets a line for the operator now and then, and
        `entered` each request that is over. `manager` is told of reloads and of the end."""
        self.settings = settings
        self.started = unix_ms()
        self._control = control
        self.say = say
        self._entered = entered
        self._manager = manager
        self._stop = asyncio.Event()
        self._prepared = asyncio.Event()
        self._generation = 0
        self._watches: set[asyncio.Task[None]] = set()
        self._fault: CannotServe | None = None

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.settings.state

    @property
    def file(self) -> StackFile:
        """The stack file as it was read last."""
        return self.plan.file

    @property
    def realm(self) -> Realm:
        """The realm that rules now."""
        return self.realms.current

    async def run(self, ready: Callable[[Supervisor], None]) -> None:
        """Serve until SIGTERM or SIGINT; `ready` is called once all of it stands. A second signal ends the drain.

        Raises:
            Problems: the stack file or a pack of it cannot be used; everything that is wrong.
            CannotServe, StateError, KeyStoreError: what else keeps the gateway from starting.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(handler(self.say))
        core_dumps.forbid()
        self.plan = self._read_plan()
        with ExitStack() as held:
            held.callback(StateLock(open_state(self.state)).release)
            database = await asyncio.to_thread(database_url, self.settings.stack_file, os.environ)
            self.tenancy = await asyncio.to_thread(self._open_tenancy, database)
            held.callback(self.tenancy.close)
            self.realms = Realms(self.file, self.state, clock=unix_ms, say=self.say)
            self.nodes = Nodes(self.file.stack, self.state, changed=self._reached, say=self.say)
            self.tokens = Tokens(self._reached, self.say)
            self.fleet = Fleet(
                self.settings.workers,
                self._first_words,
                self.say,
                self.settings.silence_s,
                tenancy=self.tenancy.hear,
                gone=self.tenancy.treasury.gone,
                told=lambda told: self.listeners.tell(told, self.file.stack, self.realm.digest),
            )
            make = listener_of(self.say, unix_ms, self.file.stack.origin)
            self.listeners = Listeners(make, self._entered)
            self.listeners.adopt(self.plan.hearers)
            self.tenancy.adopt(self.file.stack)
            self.reloading = self._reloads()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._stop.set)
            loop.add_signal_handler(signal.SIGHUP, self.reloading.ask)
            try:
                if await self._or_stop(self._begin(held)):
                    await self._serve(ready)
            finally:
                self._stop.clear()
                if self._manager is not None:
                    self._manager.stopping()
                drained = await self._or_stop(self.fleet.drain(self.settings.drain_s, self.settings.drain_delay_s))
                await self.listeners.stop()
                await self.tokens.stop()
                await self.nodes.stop()
                if drained and self._prepared.is_set() and self.fleet.bereaved:
                    await asyncio.to_thread(self._close_abandoned)
        if self._fault is not None:
            raise self._fault

    async def _begin(self, held: ExitStack) -> None:
        """Nodes, workers and the realm side by side: a process takes its time to be born. Nothing listens before
        the realm stands."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.nodes.start())
                group.create_task(self._first_tokens())
                group.create_task(self.tenancy.issuers.tried())
                group.create_task(self.fleet.start())
                group.create_task(self._prepare(held))
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _prepare(self, held: ExitStack) -> None:
        """What a worker must be told: the realm, and the ports."""
        await asyncio.to_thread(self._first_realm)
        data = held.enter_context(reserve(self.settings.host, self.settings.port, "--port"))
        control = listen(self.settings.control_host, self.settings.control_port, "--control-port")
        held.callback(control.close)
        self.data_address, self.control_address = address_of(data), address_of(control)
        self._listening = control
        await asyncio.to_thread(self._await_the_dying)
        await asyncio.to_thread(self.tenancy.count)
        self._prepared.set()

    async def _serve(self, ready: Callable[[Supervisor], None]) -> None:
        port = self._control_port = ControlPort(self._control(self), self._listening, *self._control_tls())
        port.start()
        for task in self.tenancy.watches():
            self._watch(task)
        self._watch(self.realms.build_ahead(lambda realm: self._watch(self._ahead(realm))))
        self._watch(self.reloading.watch(self.started))
        self._watch(self._sums().watch())
        self._watch(end_on_time(self.state, unix_ms, lambda: self.file.stack.legal_holds, self.say))
        self._watch(keep_house(self.state, lambda: self.file.stack, self._pruned, self.say))
        self._watch(end_orders(self.state, lambda: self.file.stack, lambda: self.fleet.tell(Seal()), self.say))
        self._watch(asyncio.to_thread(self._close_abandoned))
        self._watch(keep_rolled_up(self.state, self.say))
        try:
            ready(self)
            await self._stop.wait()
        finally:
            for watch in list(self._watches):
                watch.cancel()
            await port.stop()

    async def _pruned(self, told: dict[str, Any]) -> None:
        await self.tenancy.note("gateway", PRUNE, "pruning", told)

    def _first_realm(self) -> None:
        try:
            realm = self.realms.first()
            self.listeners.rule(realm.digest, Confidence(self.file, realm, self.plan.hearers))
        except OSError as error:
            raise CannotServe(f"the state folder {self.state} cannot be written: {error}") from error

    def _watch(self, task: Coroutine[Any, Any, None]) -> None:
        """Run a task beside the gateway; if it fails the gateway drains and ends, for what it watched is unwatched."""

        def ended(done: asyncio.Task[None]) -> None:
            if not done.cancelled() and (error := done.exception()) is not None:
                self._fault = self._fault or CannotServe(f"the supervisor failed ({type(error).__name__}: {error})")
                self._stop.set()

        watch = asyncio.create_task(task)
        self._watches.add(watch)
        watch.add_done_callback(ended)
        watch.add_done_callback(self._watches.discard)

    def stop(self) -> None:
        """Drain and end, as SIGTERM does."""
        self._stop.set()

    async def _or_stop(self, step: Coroutine[Any, Any, None]) -> bool:
        """Whether `step` came to its end before a signal did."""
        task, stop = asyncio.create_task(step), asyncio.create_task(self._stop.wait())
        await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))
            return False
        await task
        return True

    async def _first_words(self) -> Start:
        await self._prepared.wait()
        certificate, key = self._tls_files()
        host, port = self.data_address
        return Start(
            state=str(self.state),
            host=host,
            port=port,
            tls_cert=certificate,
            tls_key=key,
            realms=self.realms.digests,
            endpoints=self._reachable(),
            keys=self.tenancy.keys.keys,
            issuers=self.tenancy.issuers.trusted,
            generation=self._generation,
            signer=self.file.stack.signer,
            watch=self.plan.watch,
            stamps=self.plan.stamps,
            told=self.listeners.wanted,
        )

    def _reachable(self) -> tuple[Endpoint, ...]:
        """Deployments that can be reached now, and where."""
        own = (each for name, each in self.plan.endpoints.items() if name not in self.plan.grants)
        return (*own, *self.tokens.endpoints, *self.nodes.endpoints)

    def _put(self, realm: Realm, endpoints: tuple[Endpoint, ...] | None) -> None:
        """Have every worker rule by `realm`, and reach its deployments there."""
        self._generation += 1
        self.fleet.tell(Take(realm.digest, endpoints, self._generation, self.listeners.wanted))

    async def _ahead(self, realm: Realm) -> None:
        """A realm that follows the present one by its date: told as soon as it is known who may be told under it."""
        confidence = await asyncio.to_thread(Confidence, self.file, realm, self.plan.hearers)
        self.listeners.rule(realm.digest, confidence)
        if realm.digest in self.realms.digests:  # else the stack was read again meanwhile
            self._put(realm, None)
            for sentence in realm.stale():
                self.say(sentence)

    def _read_plan(self) -> Plan:
        server_context(*self._tls_files())
        return Plan.read(self.settings.stack_file, os.environ)

    def _reloads(self) -> Reloading:
        def read() -> tuple[Plan, Realm]:
            plan = self._read_plan()
            unchangeable(self.plan.stack, plan.stack, plan.file.path)
            return plan, self.realms.build(plan.file)

        def watched(plan: Plan) -> list[Path]:
            return list(inputs(plan.stack, self.settings.stack_file, map(Path, filter(None, self._tls_files()))))

        return Reloading(
            self.plan,
            lambda: self.realm,
            read=read,
            watched=watched,
            swap=self._swap,
            clock=unix_ms,
            say=self.say,
            manager=self._manager,
        )

    async def _swap(self, plan: Plan, realm: Realm, changed: bool) -> None:
        """Put a plan in force. Nothing is awaited between its parts, so nobody is served by half of it."""
        if changed:
            confidence = await asyncio.to_thread(Confidence, plan.file, realm, plan.hearers)
            added = await self.nodes.further(plan.stack)
            self.listeners.adopt(plan.hearers)
            self.listeners.rule(realm.digest, confidence)
            self.nodes.adopt(plan.stack, added)
            self.tokens.adopt(plan.grants, plan.endpoints)
            self.plan = plan
            self.realms.replace(plan.file, realm)
            self.tenancy.adopt(plan.stack)
            self._put(realm, self._reachable())
            self._watch(self.fleet.see_to_it(self._generation))
            for sentence in realm.stale():
                self.say(sentence)
        self.fleet.tell(Renew())
        self._control_port.renew()

    async def reload(self) -> tuple[Reload, bool]:
        """Read the stack file again now: what came of it, and whether every worker has taken it already."""
        outcome = await self.reloading.now()
        return outcome, await self.fleet.taken(self._generation, TAKEN_S)

    async def _first_tokens(self) -> None:
        self.tokens.adopt(self.plan.grants, self.plan.endpoints)
        await self.tokens.tried()

    def _open_tenancy(self, database: str) -> Tenancy:
        return Tenancy(
            self.state,
            database,
            self.settings.stack_file.absolute().parent,
            workers=self.settings.workers,
            clock=unix_ms,
            say=self.say,
            tell=lambda message: self.fleet.tell(message),  # noqa: PLW0108 - there is no fleet yet
            tell_first=lambda message: self.fleet.tell_first(message),  # noqa: PLW0108
            tell_one=lambda worker, slices: self.fleet.tell_one(worker, slices),  # noqa: PLW0108
        )

    def _sums(self) -> Summing:
        return Summing(
            self.state,
            clock=unix_ms,
            say=self.say,
            shards=lambda: {slot.shard: slot.number for slot in self.fleet.slots if slot.shard},
            tell_one=self.fleet.tell_one,
            durability=lambda: self.file.stack.durability,
        )

    def _reached(self, deployment: str, endpoint: Endpoint | None) -> None:
        self.fleet.tell(Reach(deployment, endpoint))

    def _tls_files(self) -> tuple[str, str]:
        certificate, key = self.settings.tls_cert, self.settings.tls_key
        return (str(certificate.absolute()), str(key.absolute())) if certificate and key else ("", "")

    def _control_tls(self) -> tuple[str | None, str | None]:
        return self._tls_files() if self.settings.control_tls else (None, None)

    def _await_the_dying(self) -> None:
        if not await_the_dying(self.state):
            self.say("a worker of an earlier gateway still runs; its shard of the log stays with it")

    def _close_abandoned(self) -> None:
        stack = self.file.stack
        try:
            close_abandoned(self.state, stack.origin, stack.durability, stack.signer, self.plan.watch)
        except Fault as error:
            self.say(f"a shard of the log that no worker writes cannot be closed: {error}")

    def url(self, deployment: str) -> str:
        """Where a deployment that is not embedded is reached, without credentials."""
        endpoint = self.plan.endpoints[deployment]
        host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
        return f"{'https' if endpoint.tls else 'http'}://{host}:{endpoint.port}{endpoint.path}"

    def actor(self, secret: bytes) -> Actor | None:
        """Who presents this key or token; None if it opens nothing."""
        return self.tenancy.actor(secret)
