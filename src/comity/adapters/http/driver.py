"""The driver performs one exchange: it asks the gate, waits for the log, moves the bytes.

Two promises are kept here. No byte goes upstream before the intent is durable (`intent_entered` is the only way on),
and the end of no answer goes to the client before the outcome is (`outcome_entered`). Every attempt is within the
placement.
"""

from __future__ import annotations

from comity.adapters.http import failures
from comity.adapters.http.client import Client
from comity.adapters.http.outbound import Outbound
from comity.adapters.http.pool import Pool
from comity.adapters.http.port import Port
from comity.adapters.http.replies import CHUNK_END, JSON, chunk, head, reply
from comity.adapters.ledger.failures import LedgerBroken, Overloaded
from comity.law.case import Addition
from comity.placement.types import Wish
from comity.relay.answer import BadAnswer, WholeAnswer
from comity.relay.body import BadRequest, read, splice
from comity.relay.dispatch import dispatch
from comity.relay.errors import envelope, refusal_envelope
from comity.relay.exchange import Attempt, Exchange, Result
from comity.relay.ports import Target, Tenant
from comity.relay.splice import StreamAnswer
from comity.terms.refusal import Refusal

OPERATION = "infer"
EVENT_STREAM = b"text/event-stream"
PASSED_ON = range(400, 500)
OURS = frozenset({401, 403, 429})
"""Statuses of an upstream that are about us and not about the request: our key, our share of its capacity."""


class Driver:
    """One request under way. Callbacks come from the log, the upstream connection, the client and the watch."""

    __slots__ = (
        "answer",
        "attempt",
        "body_sent",
        "client",
        "exchange",
        "expired",
        "flowing",
        "gone",
        "outbound",
        "pool",
        "port",
        "sealing",
        "target",
        "tried",
    )

    def __init__(self, port: Port, client: Client) -> None:
        self.port = port
        self.client = client
        self.exchange: Exchange
        self.answer: WholeAnswer | StreamAnswer | None = None
        self.attempt: Attempt | None = None
        self.outbound: Outbound | None = None
        self.pool: Pool | None = None
        self.target: Target | None = None
        self.tried: set[str] = set()
        self.body_sent = b""
        self.flowing = False  # bytes of the answer have gone to the client
        self.gone = False  # the client has left
        self.expired = False  # the request's own deadline has passed
        self.sealing = False  # the outcome is on its way to the log

    # from the request to the intent

    def begin(self, tenant: Tenant, addition: Addition, body: bytes, received: int) -> None:
        """The request is complete: read it, have it placed, enter its intent or its denial."""
        port = self.port
        exchange = self.exchange = Exchange(tenant, addition, body, port.nonce(), received)
        try:
            ask = exchange.ask = read(body)
        except BadRequest as error:
            exchange.step("refuse")
            self._reply_error(400, str(error), param=error.field)
            return
        wish = Wish(ask.model, ask.only, ask.ignore, "", ask.hops)
        decision = port.gate.place(tenant, addition, wish, OPERATION, port.clock())
        if isinstance(decision, Refusal):
            self._deny(decision)
            return
        exchange.place(port.gate.case(tenant, addition, OPERATION), decision)
        try:
            exchange.intent = port.log.append("intent", *port.recorder.intent(exchange), self.intent_entered)
        except (Overloaded, LedgerBroken) as error:
            exchange.step("break")
            self._reply_error(503, failures.log_refused(error), code="log_unavailable")
            return
        exchange.receipt = port.log.receipt_id(exchange.intent)

    def intent_entered(self, error: BaseException | None) -> None:
        """The intent is durable (or never will be)."""
        if error is not None:
            self.exchange.step("break")
            self.port.counts.broken += 1
            if not self.gone:
                self._reply_error(503, failures.LOG_FAILED, code="log_unavailable")
            return
        self.exchange.step("durable")
        if self.gone:
            self._abandon()
        elif self.expired:
            self._give_up()
        else:
            self._try_next()

    # attempts

    def _try_next(self) -> None:
        port, exchange = self.port, self.exchange
        while True:
            now = port.clock()
            name = dispatch(exchange.placement, port.live, self.tried, now)
            if name is None:
                self._give_up()
                return
            if self.tried:
                port.counts.failovers += 1
            self.tried.add(name)
            target = self.target = port.gate.target(name)
            if target is not None:
                break
            exchange.attempt(name, now).end("refused", now)
        pool = self.pool = port.pool(target)
        self._attempt(pool.take())

    def _attempt(self, outbound: Outbound | None) -> None:
        """Begin an attempt at the present target, on a kept connection or a new one."""
        pool, target = self.pool, self.target
        assert pool is not None and target is not None
        self.attempt = self.exchange.attempt(target.deployment, self.port.clock())
        pool.load.in_flight += 1
        if outbound is None:
            pool.connect(self)
        else:
            self.connected(outbound)

    def connected(self, outbound: Outbound) -> None:
        """A connection stands: send. The intent is durable; `Exchange.attempt` made sure of it."""
        pool, target, exchange = self.pool, self.target, self.exchange
        assert pool is not None and target is not None
        if self.attempt is None:  # the client left, or the time was over, while we connected
            pool.release(outbound)
            return
        self.outbound = outbound
        body = self.body_sent = splice(exchange.body, exchange.ask, target.served_as)
        outbound.send(self, b"%b%d\r\n\r\n" % (pool.head, len(body)), body, target.timeouts.first_byte)

    def unconnected(self, result: Result) -> None:
        """There is no connection to be had."""
        if self.attempt is not None:
            self._attempt_failed(result)

    def failed(self, result: Result) -> None:
        """The upstream's connection is gone, or what came over it is no HTTP."""
        outbound, self.outbound = self.outbound, None
        if self.answer is not None:
            self._answer_over(clean=False, result=result)
        elif result == "broken" and outbound is not None and outbound.reused and not outbound.begun:
            # The other side had closed a kept connection, most likely before it read us: once more on a fresh one.
            self._end_attempt(result)
            self._attempt(None)
        else:
            self._attempt_failed(result)

    def _attempt_failed(self, result: Result, status: int = 0) -> None:
        assert self.pool is not None
        self.pool.load.failed(self.port.clock())
        self._end_attempt(result, status)
        self._try_next()

    def _end_attempt(self, result: Result, status: int = 0) -> None:
        attempt, self.attempt = self.attempt, None
        assert attempt is not None and self.pool is not None
        attempt.end(result, self.port.clock(), status)
        self.pool.load.in_flight -= 1

    # the answer

    def answered(self, outbound: Outbound) -> None:
        """The head of an answer. From here on it is this answer or none, unless it is no answer at all."""
        status, headers = outbound.status, outbound.headers
        if status >= 500 or status in OURS:
            self._decline(outbound, "status", status)
            return
        content_type = headers.get(b"content-type", JSON)[:128]
        streams = content_type.lower().startswith(EVENT_STREAM)
        # a redirect is never followed; a coded body could hide its end; a body without an end is never whole
        coded = headers.get(b"content-encoding", b"identity").lower() != b"identity"
        if not (200 <= status < 300 or status in PASSED_ON) or coded or not (streams or outbound.delimited):
            self._decline(outbound, "invalid", status)
            return
        exchange, pool = self.exchange, self.pool
        assert pool is not None
        exchange.answer(status, self.port.clock())
        pool.load.succeeded()
        exchange.response = exchange.commitment("response")
        if streams:
            self.answer = StreamAnswer(exchange.receipt, exchange.response, exchange.commitment("upstream-response"))
            self._flow(content_type)
        else:
            self.answer = WholeAnswer(exchange.response)

    def _decline(self, outbound: Outbound, result: Result, status: int) -> None:
        self.outbound = None
        outbound.drop()
        self._attempt_failed(result, status)

    def received(self, data: bytes) -> None:
        """Bytes of the answer."""
        answer = self.answer
        assert answer is not None
        try:
            passed = answer.feed(data)
        except BadAnswer:
            self._cut("invalid")
            return
        if passed:
            if not self.flowing:
                self._flow(self._content_type())
            self.client.write(chunk(passed) if self.client.chunked else passed)
            if answer.response.length > self.port.limits.answer:
                self._cut("invalid")
                return
        if answer.ended:
            outbound, self.outbound = self.outbound, None
            if outbound is not None:
                outbound.drop()
            self._answer_over(clean=True, result="ok")

    def completed(self) -> None:
        """The body is complete as its framing says. (Without an answer, the connection was let go before.)"""
        outbound, self.outbound = self.outbound, None
        if self.answer is not None and not self.sealing:
            self._answer_over(clean=outbound is None or outbound.delimited, result="ok")

    def _cut(self, result: Result) -> None:
        """End an answer that must not go on."""
        outbound, self.outbound = self.outbound, None
        if outbound is not None:
            outbound.close()
        self._answer_over(clean=False, result=result)

    def _answer_over(self, *, clean: bool, result: Result) -> None:
        """Nothing more will come from upstream: note how it ended, and enter the outcome."""
        answer, exchange = self.answer, self.exchange
        assert answer is not None
        whole = answer.close(clean)
        self._end_attempt("ok" if whole else ("broken" if result == "ok" else result), exchange.status)
        exchange.usage = answer.usage
        exchange.upstream_response = answer.upstream if isinstance(answer, StreamAnswer) and answer.changed else None
        if exchange.status >= 400:
            exchange.finish = "rejected"
        elif whole:
            exchange.finish = answer.finish or "other"
        else:
            exchange.finish = "error"
            if not self.flowing:
                self._replace_answer(502, failures.BROKE_OFF, "upstream_broken")
        self._seal()

    # the end

    def _give_up(self) -> None:
        """No deployment gave an answer."""
        status, message, code = failures.no_answer(self.exchange.attempts, expired=self.expired)
        self._replace_answer(status, message, code)
        self.exchange.finish = "error"
        self._seal()

    def _replace_answer(self, status: int, message: str, code: str) -> None:
        """What the client gets is our own error."""
        exchange = self.exchange
        answer = WholeAnswer(exchange.commitment("response"))
        answer.feed(envelope(status, message, code=code))
        answer.close(clean=True)
        exchange.status, exchange.response, self.answer = status, answer.response, answer
        if status != 502:
            exchange.deployment = ""

    def _abandon(self) -> None:
        """The client has left: let the upstream go and enter what happened until then."""
        outbound, self.outbound = self.outbound, None
        if outbound is not None:
            outbound.close()
        if self.attempt is not None:
            self._end_attempt("cancelled", self.exchange.status)
        exchange = self.exchange
        if exchange.response is None:
            exchange.response = exchange.commitment("response")
        if isinstance(self.answer, StreamAnswer):
            exchange.usage = self.answer.usage
        exchange.finish = "aborted"
        self._seal()

    def _seal(self) -> None:
        """Enter the outcome; the end of the answer waits for it."""
        exchange, port = self.exchange, self.port
        self.sealing = True
        if self.body_sent and self.body_sent is not exchange.body:
            sent = exchange.commitment("upstream-request")
            sent.update(self.body_sent)
            exchange.upstream_request = sent.hexdigest()
        try:
            blocks = port.recorder.outcome(exchange, port.clock())
            port.log.append("outcome", *blocks, self.outcome_entered, intent=exchange.intent)
        except (Overloaded, LedgerBroken) as error:
            self.outcome_entered(error)

    def outcome_entered(self, error: BaseException | None) -> None:
        """The outcome is durable: the answer may end."""
        exchange, client, counts = self.exchange, self.client, self.port.counts
        if error is not None:
            exchange.step("break")
            counts.broken += 1
            if self.gone:
                return
            if self.flowing:
                client.abort()  # what was held back stays held back
            else:
                self._reply_error(503, failures.LOG_FAILED, code="log_unavailable")
            return
        if exchange.state == "RELAYING" and exchange.finish not in ("error", "aborted"):
            exchange.step("seal")
            counts.answered += 1
        else:
            exchange.step("break")
            counts.aborted += exchange.finish == "aborted"
            counts.broken += exchange.finish == "error"
        if not self.gone:
            self._finish()

    def _finish(self) -> None:
        client, answer = self.client, self.answer
        assert answer is not None
        if not self.flowing:
            client.finish(self._head(self._content_type(), len(answer.tail)) + answer.tail)
        elif isinstance(answer, WholeAnswer) and self.exchange.finish == "error":
            client.abort()  # its length was promised to no one, and it must not look complete
        elif client.chunked:
            client.finish((chunk(answer.tail) if answer.tail else b"") + CHUNK_END)
        else:
            client.finish(answer.tail)

    # from the client and the watch

    def client_left(self) -> None:
        """The client's connection is gone."""
        self.gone = True
        if self.sealing or not self.exchange.open or self.exchange.state in ("RECEIVED", "RULED"):
            return  # what is on its way to the log concludes it
        self._abandon()

    def expire(self) -> None:
        """The request has taken longer than a request may."""
        self.expired = True
        if self.sealing or self.exchange.state == "RULED":
            return
        if self.answer is not None:
            self._cut("timeout")
            return
        outbound, self.outbound = self.outbound, None
        if outbound is not None:
            outbound.close()
        if self.attempt is not None:
            self._end_attempt("timeout")
        self._give_up()

    def pause(self) -> None:
        """The client reads slowly: read no faster from upstream."""
        if self.outbound is not None:
            self.outbound.pause()

    def resume(self) -> None:
        """The client has caught up."""
        if self.outbound is not None:
            self.outbound.resume()

    # replies

    def _deny(self, refusal: Refusal) -> None:
        """Answer a refusal; one that law or a choice made is entered first."""
        port, exchange = self.port, self.exchange
        exchange.step("refuse")
        port.counts.denied += 1
        if exchange.ask.asked and refusal.reason == "no-candidate":
            refusal = failures.because_of_hops(refusal, exchange.ask)
        body = refusal_envelope(refusal, disclose=exchange.tenant.disclose == "full")
        fields = b"retry-after: 5\r\n" if refusal.status == 503 else b""
        if refusal.reason not in ("forbidden", "no-candidate"):
            self.client.finish(reply(refusal.status, body, fields, close=not self.client.keep))
            return
        case = port.gate.case(exchange.tenant, exchange.addition, OPERATION)
        blocks = port.recorder.denial(exchange, case, exchange.ask.model, refusal, body, port.clock())

        def entered(error: BaseException | None) -> None:
            if self.gone:
                return
            if error is not None:
                self._reply_error(503, failures.LOG_FAILED, code="log_unavailable")
                return
            lines = b"comity-receipt: %b\r\n" % exchange.receipt.encode()
            if refusal.ruling:
                lines += b"comity-ruling: %b\r\n" % refusal.ruling.encode()
            self.client.finish(reply(refusal.status, body, lines, close=not self.client.keep))

        try:
            exchange.receipt = port.log.receipt_id(port.log.append("denial", *blocks, entered))
        except (Overloaded, LedgerBroken) as error:
            self._reply_error(503, failures.log_refused(error), code="log_unavailable")

    def _reply_error(self, status: int, message: str, *, code: str = "", param: str = "") -> None:
        if status == 400:
            self.port.counts.bad += 1
        body = envelope(status, message, code=code, param=param)
        fields = b"retry-after: 1\r\n" if status == 503 else b""
        self.client.finish(reply(status, body, fields, close=not self.client.keep))

    def _content_type(self) -> bytes:
        outbound = self.outbound
        if self.exchange.state == "RELAYING" and outbound is not None:
            return outbound.headers.get(b"content-type", JSON)[:128]
        return JSON

    def _flow(self, content_type: bytes) -> None:
        """Write the head of an answer whose length is not known."""
        self.flowing = True
        self.client.write(self._head(content_type, None))

    def _head(self, content_type: bytes, length: int | None) -> bytes:
        exchange, client = self.exchange, self.client
        fields = b"comity-receipt: %b\r\n%b" % (exchange.receipt.encode(), self._placement_fields())
        if exchange.status == 503:
            fields += b"retry-after: 1\r\n"
        elif length is None:
            fields += b"cache-control: no-cache\r\n"
        return head(exchange.status, content_type, fields, length=length, close=not client.keep, chunked=client.chunked)

    def _placement_fields(self) -> bytes:
        exchange = self.exchange
        placement = exchange.placement
        fields = b"comity-ruling: %b\r\n" % placement.ruling.encode()
        if placement.mode == "observe":
            fields += b"comity-mode: observe\r\n"
        if exchange.tenant.disclose == "full" and exchange.deployment and self.target is not None:
            fields += b"comity-deployment: %b\r\n" % exchange.deployment.encode()
            if self.target.site:
                fields += b"comity-site: %b\r\n" % self.target.site.encode()
        return fields
