"""A worker: one shard of the log, one data port, one thread. `python -m comity.runtime.worker`, not for people.

Its standard input is a socket to the supervisor; when that closes, the worker ends.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Collection
from functools import partial
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.database.notes import Note
from comity.adapters.http.health import Checks
from comity.adapters.http.port import Port
from comity.adapters.http.serve import Listener, listen, run, settle
from comity.adapters.ledger import ApplicationSalts, Ledger, LedgerBroken, Overloaded
from comity.adapters.realms import load_realm
from comity.adapters.timestamps.stamping import Stamping
from comity.adapters.vault import Keeper
from comity.adapters.witness.witnesses import Witnesses
from comity.relay.target import Target
from comity.runtime.bearers import Bearers
from comity.runtime.channel import Channel
from comity.runtime.gate import Gate
from comity.runtime.in_force import InForce
from comity.runtime.keeping import Keeping
from comity.runtime.messages import (
    Complaint,
    Drain,
    Draw,
    Enter,
    Entered,
    Failed,
    Forget,
    Keys,
    Lend,
    Reach,
    Ready,
    Renew,
    Report,
    Seal,
    Start,
    Summarise,
    Take,
    Told,
    ToWorker,
    Trust,
    Unknown,
    to_worker,
)
from comity.runtime.milestones import audited, began
from comity.runtime.observed import Observed, resident_bytes
from comity.runtime.open_files import granted, limits_within
from comity.runtime.own_faults import VERBOSE, handler, told
from comity.runtime.rations import Rations
from comity.runtime.receipts import receipts
from comity.runtime.settings import DRAIN_S
from comity.runtime.stamps import stamping_of
from comity.runtime.summing import Summed
from comity.runtime.taking import Taking
from comity.runtime.tls import ServerContext
from comity.runtime.waiting import Waiting
from comity.runtime.witnessing import Required, watched, witnesses_of
from comity.terms.errors import Fault
from comity.terms.problems import Problems

REPORT_S = 0.5
"""Between two reports; also how soon a broken ledger ends the worker, so that another recovers the shard."""

MAX_WAITING_BYTES = 8 << 20
"""What may wait for the supervisor to read before records of requests are dropped: a second of them."""

ORPHAN_S = 1.5
"""After the supervisor's death: the time to close the ledger, before the process ends whatever it is doing."""


def main() -> int:
    """Runs the worker that the supervisor asks for; its exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    threading.Thread(target=_end_as_orphan, args=(end.fileno(),), daemon=True, name="orphan").start()
    try:
        return run(_work(end))
    except Exception as error:
        if os.environ.get(VERBOSE):
            raise
        print(f"comity worker: {told(error)}", file=sys.stderr)
        return os.EX_SOFTWARE


async def _work(end: socket.socket) -> int:
    channel = await Channel.over(end, to_worker)
    asyncio.get_running_loop().set_exception_handler(handler(lambda words: channel.say(Complaint(words))))
    start = await channel.hear()
    if not isinstance(start, Start):
        return os.EX_PROTOCOL
    try:
        worker = await Worker.begin(start, channel)
    except (Problems, Fault, LedgerBroken, OSError, ValueError) as error:
        channel.say(Failed(str(error)))
        await channel.flush()
        return os.EX_UNAVAILABLE
    return await worker.live()


class Worker:
    """One worker's parts, wired (DESIGN, parts 4 and 7)."""

    def __init__(
        self,
        channel: Channel[ToWorker],
        ledger: Ledger,
        others: tuple[Witnesses | None, Stamping | None],
        seen: tuple[Required, Waiting],
        keeper: Keeper,
        gate: Gate,
        salts: ApplicationSalts,
        bearers: Bearers,
        rations: Rations,
        taking: Taking,
        observed: Observed,
        port: Port,
        listener: Listener,
        tls: ServerContext,
    ) -> None:
        self._channel = channel
        self._ledger = ledger
        self._witnesses, self._stamping = others
        self._required, self._waiting = seen
        self._keeper = keeper
        self._summed = Summed(ledger)
        self._gate = gate
        self._salts = salts
        self._bearers = bearers
        self._rations = rations
        self._taking = taking
        taking.taken = lambda: channel.say(self._fares())  # whoever asked for it waits to hear
        self._observed = observed
        self._port = port
        self._listener = listener
        self._tls = tls

    @classmethod
    async def begin(cls, start: Start, channel: Channel[ToWorker]) -> Worker:
        """Take a shard, load the realms, listen.

        Raises:
            Problems, LedgerBroken, OSError: what keeps the worker from serving.
        """
        state = Path(start.state)
        forces = [InForce(load_realm(state, digest)) for digest in start.realms]
        forces[0].prepare()
        stack = forces[0].realm.stack
        witnesses = None if start.watch is None else witnesses_of(start.watch, unix_ms)
        ledger = Ledger.open(
            state,
            stack.origin,
            clock=unix_ms,
            durability=stack.durability,
            signer=start.signer,
            cosigning=witnesses,
        )
        try:
            bearers = Bearers(unix_ms, lambda issuer: channel.say(Unknown(issuer)))
            rations = Rations(
                say=lambda lines: channel.say(Draw(lines)),
                later=asyncio.get_running_loop().call_later,
                clock=unix_ms,
            )
            required = Required(start.watch, witnesses, lambda: ledger.durable)
            limits = limits_within(granted())
            waiting = Waiting(required, limits.in_flight, later=asyncio.get_running_loop().call_later, clock=unix_ms)
            salts = ApplicationSalts(state)
            gate = Gate(
                forces[0],
                clock=unix_ms,
                salt=salts.get_or_create,
                salt_of_ref=salts.of_ref,
                began=lambda force: began(ledger, force, unix_ms()),
                trouble=lambda: trouble(ledger.fault),
                rations=rations,
                bearers=bearers,
                required=required,
                waiting=waiting,
            )
            gate.move(gate.prepared(start.endpoints))
            for force in forces[1:]:
                gate.take(force)
            bearers.trust(start.issuers)
            gate.recognise(start.keys)
            observed = Observed(wanted=start.told)
            keeper = Keeper(state, say=lambda words: channel.say(Complaint(words)))
            port = Port(
                gate,
                ledger,
                receipts=receipts(ledger),
                limits=limits,
                clock=unix_ms,
                watcher=observed,
                vault=Keeping(gate, keeper, salts.get),
                witnesses=lambda: (required.trouble(unix_ms()), watched(witnesses, ledger.published, unix_ms())),
            )
            port.know(gate.reached().values())
            tls = ServerContext(start.tls_cert, start.tls_key)
            listener = await listen(port, start.host, start.port, tls=tls.context)
        except BaseException:
            await asyncio.to_thread(ledger.close)
            raise
        settle()
        channel.say(Ready(ledger.shard))
        stamping = None if start.stamps is None else stamping_of(start.stamps, state / "log" / ledger.shard)
        taking = Taking(gate, observed, state, start.generation, lambda words: channel.say(Complaint(words)))
        return cls(
            channel,
            ledger,
            (witnesses, stamping),
            (required, waiting),
            keeper,
            gate,
            salts,
            bearers,
            rations,
            taking,
            observed,
            port,
            listener,
            tls,
        )

    async def live(self) -> int:
        """Serve until told to drain, orphaned, or broken; the exit status."""
        loop = asyncio.get_running_loop()
        checks = Checks(self._reached, self._port.found)
        checks.start()
        orders = asyncio.create_task(self._obey(), name="orders")
        broken = asyncio.create_task(self._report(), name="report")
        loop.add_signal_handler(signal.SIGTERM, orders.cancel)
        await asyncio.wait((orders, broken), return_when=asyncio.FIRST_COMPLETED)
        (seconds, delay), fault = _verdict(orders, self._ledger.fault)
        orders.cancel()
        self._port.leaving = True
        checks.stop()
        await asyncio.sleep(delay)
        await self._listener.drain(seconds)
        broken.cancel()
        await asyncio.to_thread(self._keeper.close)  # what it has kept is in outcomes, which the ledger takes next
        if self._stamping is not None:
            await asyncio.to_thread(self._stamping.close)
        await asyncio.to_thread(self._ledger.close)
        self._channel.say(self._fares())
        self._tell()
        if fault:
            self._channel.say(Failed(fault))
        await self._channel.flush()
        self._channel.close()
        return os.EX_UNAVAILABLE if fault else os.EX_OK

    def _reached(self) -> Collection[Target]:
        targets = self._gate.reached().values()
        self._port.know(targets)
        return targets

    async def _obey(self) -> tuple[float, float]:
        """Do what the supervisor says, until it says to drain or is gone; seconds that the drain may take, and those
        before it."""
        while True:
            match await self._channel.hear():
                case Take() as take:
                    self._taking.take(take)
                case Enter(notes=notes):
                    self._enter(notes)
                case Summarise() as order:
                    self._summed.enter(order)
                case Forget() | Seal() as order:
                    self._let_go(order)
                case Trust(issuers=issuers):
                    self._bearers.trust(issuers)
                case Keys(keys=keys):
                    self._gate.recognise(keys)
                case Lend(slices=slices, recall=recall):
                    self._rations.receive(slices, recall, unix_ms())
                case Reach(deployment=deployment, endpoint=endpoint):
                    self._taking.reach(deployment, endpoint)
                case Renew():
                    self._renew()
                case Drain(seconds=seconds, delay=delay):
                    return seconds, delay
                case None:
                    return 0.0, 0.0

    def _enter(self, notes: tuple[Note, ...]) -> None:
        """What cannot be entered now is told again later."""

        def done(note: str, place: list[int], fault: BaseException | None) -> None:
            if fault is None:
                self._channel.say(Entered(note, self._ledger.receipt_id(place[0])))

        for note in notes:
            try:
                place: list[int] = []  # filled before it can be durable
                place.append(audited(self._ledger, note, self._gate.durability, partial(done, note.id, place)))
            except (LedgerBroken, Overloaded):
                return

    def _let_go(self, order: Forget | Seal) -> None:
        if isinstance(order, Forget):
            self._salts.forget(order.application)
            self._gate.forget()
            self._port.memory.forget(order.application)
        self._ledger.rotate()

    def _renew(self) -> None:
        try:
            self._tls.renew()
        except Fault as error:
            self._channel.say(Complaint(f"the certificate stays the old one: {error}"))

    async def _report(self) -> None:
        """Tell how the worker fares, until the ledger is broken."""
        while self._ledger.healthy:
            self._channel.say(self._fares())
            self._rations.look()
            self._tell()
            await asyncio.sleep(REPORT_S)

    def _tell(self) -> None:
        """Tell of the requests that are over, unless the supervisor is behind: nobody waits for those who listen."""
        records, dropped = self._observed.told()
        if records and self._channel.waiting > MAX_WAITING_BYTES:
            records, dropped = (), dropped + len(records)
        if records or dropped:
            self._channel.say(Told(records, dropped))

    def _fares(self) -> Report:
        ledger, counts, now = self._ledger, self._port.counts, unix_ms()
        self._required.trouble(now)  # notes what is not covered, also while nobody asks
        return Report(
            time=now,
            realm=self._gate.realm.digest,
            fault=ledger.fault or self._gate.fault(),
            counts={name: getattr(counts, name) for name in counts.__slots__} | self._waiting.counts,
            underway=self._port.in_flight,
            waiting=len(self._waiting),
            pending=ledger.pending,
            durable=ledger.durable,
            published=ledger.published,
            open_intents=ledger.open_intents,
            generation=self._taking.generation,
            resident=resident_bytes(),
            tallies=self._observed.tallies(),
            busy={name: load.in_flight for name, load in self._port.live.items() if load.in_flight},
            resting=tuple(name for name, load in self._port.live.items() if load.rests(now)),
            witnesses=watched(self._witnesses, ledger.published, now),
            witnessed=0 if self._witnesses is None else self._witnesses.witnessed,
            stamped=None if self._stamping is None else self._stamping.time * 1000,
            stamp_trouble="" if self._stamping is None else self._stamping.trouble,
        )


def trouble(fault: str | None) -> str:
    """What callers are told of a log's fault: those without a key too, so without its place on the disk."""
    return "the log cannot make entries durable" if fault is not None else ""


def _verdict(orders: asyncio.Task[tuple[float, float]], fault: str | None) -> tuple[tuple[float, float], str | None]:
    """Seconds that the drain may take and those before it, and what is wrong."""
    if orders.cancelled():
        return (DRAIN_S, 0.0), fault
    if not orders.done():
        return (0.0, 0.0), fault
    error = orders.exception()
    return (orders.result(), fault) if error is None else ((DRAIN_S, 0.0), told(error))


def _end_as_orphan(descriptor: int) -> None:
    """Wait for the supervisor's death, and see to it that this process does not outlive it, even if its loop hangs."""
    watch = select.poll()
    watch.register(descriptor, select.POLLHUP)
    watch.poll()
    time.sleep(ORPHAN_S)
    os._exit(os.EX_UNAVAILABLE)


if __name__ == "__main__":
    sys.exit(main())
