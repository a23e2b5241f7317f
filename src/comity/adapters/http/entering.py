"""A request on its way into the log: looked at, placed, admitted, and its intent entered.

One promise is kept here: no byte goes upstream before the intent is durable (`intent_entered` is the only way on).
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from comity.adapters.http import failures
from comity.adapters.http.client import Client
from comity.adapters.http.denial import deny, limit
from comity.adapters.http.port import Port
from comity.adapters.http.replies import RETRY_AFTER
from comity.adapters.ledger.failures import LedgerBroken, Overloaded
from comity.relay.body import BadRequest
from comity.relay.exchange import Exchange
from comity.relay.looking import TOO_LONG, Looking
from comity.relay.ports import FREE, Admission, Limited
from comity.relay.surfaces import Surface
from comity.terms.refusal import Refusal


class Entering(ABC):
    """What of one request comes before anything goes upstream. Callbacks come from the loop, the gate and the log."""

    __slots__ = ("_admission", "_client", "_exchange", "_expired", "_gone", "_port", "_surface")

    def __init__(self, port: Port, client: Client, surface: Surface, exchange: Exchange) -> None:
        self._port = port
        self._client = client
        self._surface = surface
        self._exchange = exchange
        self._admission: Admission = FREE
        self._gone = False  # the client has left
        self._expired = False  # the request's own time is over

    def begin(self, now: int) -> None:
        """The request is complete and read: have it looked at, where its application asks for that, and placed."""
        looks = self._exchange.tenant.looks
        if looks is None:
            self._place(now)
        else:
            self._look(Looking(self._exchange, looks))

    def _look(self, looking: Looking) -> None:
        """Look at the next slice; others have their turn before the one after it."""
        try:
            done = looking.step()
        except BadRequest as error:
            self._exchange.step("refuse")
            self._port.counts.bad += 1
            self._client.error(413, str(error), code=TOO_LONG)
            return
        if done:
            self._place(self._port.clock())
        else:
            self._port.loop.call_soon(self._look_on, looking)

    def _look_on(self, looking: Looking) -> None:
        if self._gone or self._expired:
            self._end_unentered()
            self._client.error(*failures.UNSEEN)
            return
        try:
            self._look(looking)
        except Exception as error:  # noqa: BLE001 - a mistake of ours: told, and the request fails closed
            self._client.abort()
            self._port.loop.call_exception_handler({"message": "A request could not be looked at", "exception": error})

    def _place(self, now: int) -> None:
        """Have it placed, enter its intent or its denial."""
        port, exchange, surface = self._port, self._exchange, self._surface
        gate, tenant = port.gate, exchange.tenant
        wish = port.wish(exchange.ask, surface.name, "" if exchange.seen is None else exchange.seen.language)
        decision = gate.place(tenant, exchange.addition, wish, surface.operation, now)
        if isinstance(decision, Refusal):
            exchange.step("refuse")
            deny(port, self._client, exchange, surface, decision, wish)
            return
        exchange.place(decision)
        admission = gate.admit(exchange, decision, now, self.admitted)
        if admission is not None:
            self._admitted(admission)

    def admitted(self, admission: Admission | Limited) -> None:
        """The limits and budgets have room for it, or not: after a while, when nobody else would end the request."""
        try:
            if self._exchange.open:
                self._admitted(admission)
            elif not isinstance(admission, Limited):  # whoever asked left, or had no more time, while it waited
                admission.release(self._port.clock())
        except Exception as error:  # noqa: BLE001 - a mistake of ours: told, and the request fails closed
            self._client.abort()
            told = {"message": "A request could not be entered", "exception": error}
            self._port.loop.call_exception_handler(told)

    def _admitted(self, admission: Admission | Limited) -> None:
        port, exchange = self._port, self._exchange
        if isinstance(admission, Limited):
            exchange.step("refuse")
            if admission.code == "not_witnessed":
                port.counts.unwitnessed += 1
            elif admission.status == 429:
                port.counts.limited += 1
            else:
                port.counts.broken += 1
            limit(self._client, admission)
            return
        self._admission = admission
        try:
            blocks = port.recorder.intent(exchange, self._surface.operation)
            exchange.intent = port.log.append("intent", *blocks, self.intent_entered)
        except (Overloaded, LedgerBroken) as error:
            admission.release(port.clock())
            self._log_failed(failures.log_refused(error))
            return
        except Exception:
            admission.release(port.clock())
            raise
        exchange.receipt = port.log.receipt_id(exchange.intent)

    @abstractmethod
    def intent_entered(self, error: BaseException | None) -> None:
        """The intent is durable, or never will be."""

    def _end_unentered(self) -> None:
        """It ends before anything of it is in the log."""
        self._exchange.step("refuse")
        self._port.counts.aborted += self._gone
        self._port.counts.broken += not self._gone

    @property
    def _waits(self) -> bool:
        """Whether it is placed, and waits for limits or witnesses: nothing of it is in the log."""
        return self._exchange.state == "RULED" and self._exchange.intent < 0

    def _log_failed(self, message: str) -> None:
        self._exchange.step("break")
        self._port.counts.broken += 1
        self._client.error(503, message, RETRY_AFTER, code="log_unavailable")
