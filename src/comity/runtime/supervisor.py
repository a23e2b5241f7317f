"""The supervisor: owns ports, keys, realms, nodes and workers; relays nothing itself."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from comity.adapters.clock import unix_ms
from comity.adapters.keys import Key
from comity.adapters.stack_files import StackFile, read_stack_file
from comity.adapters.state import StateLock, open_state
from comity.law.realm import Realm
from comity.runtime.control import ControlPort
from comity.runtime.endpoints import endpoints
from comity.runtime.fleet import Fleet
from comity.runtime.key_table import KeyTable
from comity.runtime.listening import address_of, listen, reserve
from comity.runtime.messages import Endpoint, Keys, Reach, Start, Take
from comity.runtime.nodes import Nodes
from comity.runtime.realms import Realms
from comity.runtime.settings import Settings

Say = Callable[[str], None]


class Supervisor:
    """One gateway. `run` is its whole life; faces read the rest."""

    file: StackFile
    keys: KeyTable
    realms: Realms
    nodes: Nodes
    fleet: Fleet
    data_address: tuple[str, int]
    control_address: tuple[str, int]

    def __init__(self, settings: Settings, *, control: Callable[[Supervisor], Any], say: Say) -> None:
        """`control` makes the control port's ASGI application; `say` gets a line for the operator now and then."""
        self.settings = settings
        self.started = unix_ms()
        self._control = control
        self._say = say
        self._stop = asyncio.Event()
        self._endpoints: dict[str, Endpoint] = {}

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.settings.state

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
        self.file = read_stack_file(self.settings.stack_file)
        self._endpoints = endpoints(self.file.stack, self.settings.stack_file, os.environ)
        lock = StateLock(open_state(self.state))
        try:
            self.keys = KeyTable(self.state, clock=unix_ms, say=self._say)
            self.realms = Realms(self.file, self.state, clock=unix_ms, say=self._say)
            self.realms.first()
            await self._serve(ready)
        finally:
            lock.release()

    async def _serve(self, ready: Callable[[Supervisor], None]) -> None:
        settings = self.settings
        data = reserve(settings.host, settings.port, "--port")
        control = listen(settings.control_host, settings.control_port, "--control-port")
        self.data_address, self.control_address = address_of(data), address_of(control)
        self.nodes = Nodes(self.file.stack, self.state, changed=self._reached, say=self._say)
        self.fleet = Fleet(settings.workers, self._first_words, self._say)
        port = ControlPort(self._control(self), control, *self._control_tls())
        watches: list[asyncio.Task[None]] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        try:
            if not await self._or_stop(self.nodes.start()) or not await self._or_stop(self.fleet.start()):
                return
            port.start()
            watches.append(asyncio.create_task(self.keys.watch(lambda keys: self.fleet.tell(Keys(keys)))))
            watches.append(
                asyncio.create_task(self.realms.build_ahead(lambda realm: self.fleet.tell(Take(realm.digest))))
            )
            ready(self)
            await self._stop.wait()
            self._stop.clear()
        finally:
            for watch in watches:
                watch.cancel()
            await self._or_stop(self.fleet.drain(settings.drain_s))
            await self.nodes.stop()
            await port.stop()
            data.close()
            control.close()
            self.keys.close()

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

    def _first_words(self) -> Start:
        settings = self.settings
        return Start(
            state=str(self.state),
            host=self.data_address[0],
            port=self.data_address[1],
            tls_cert=str(settings.tls_cert.absolute()) if settings.tls_cert else "",
            tls_key=str(settings.tls_key.absolute()) if settings.tls_key else "",
            realms=self.realms.digests,
            endpoints=(*self._endpoints.values(), *self.nodes.endpoints),
            keys=self.keys.keys,
        )

    def _reached(self, deployment: str, endpoint: Endpoint | None) -> None:
        self.fleet.tell(Reach(deployment, endpoint))

    def _control_tls(self) -> tuple[str | None, str | None]:
        settings = self.settings
        return (str(settings.tls_cert), str(settings.tls_key)) if settings.control_tls else (None, None)

    def role_key(self, secret: bytes) -> Key | None:
        """The key that `secret` is, if it opens anything now."""
        return self.keys.find(secret)
