"""The driver performs one exchange: it asks the gate, waits for the log, moves the bytes.

Two promises are kept here. No byte goes upstream before the intent is durable (`intent_entered` is the only way on),
and the end of no answer goes to the client before the outcome is (`outcome_entered`). Every attempt is within the
placement.
"""

from __future__ import annotations

from comity.adapters.http import failures
from comity.adapters.http.client import Client
from comity.adapters.http.denial import deny
from comity.adapters.http.heads import answer_head
from comity.adapters.http.outbound import Outbound
from comity.adapters.http.pool import Pool
from comity.adapters.http.port import Port
from comity.adapters.http.replies import CHUNK_END, JSON, RETRY_AFTER, chunk
from comity.adapters.ledger.failures import LedgerBroken, Overloaded
from comity.law.case import Addition
from comity.placement.types import Wish
from comity.relay.answer import BadAnswer, WholeAnswer
from comity.relay.body import BadRequest, read, splice
from comity.relay.dispatch import dispatch
from comity.relay.errors import envelope
from comity.relay.exchange import Attempt, Exchange, Result
from comity.relay.ports import Target, Tenant
from comity.relay.splice import StreamAnswer
from comity.terms.refusal import Refusal

OPERATION = "infer"
EVENT_STREAM = b"text/event-stream"
OURS = frozenset({401, 403, 429})
"""Statuses of an upstream that are about us and not about the request: our key, our share of its capacity."""

EMPTY = frozenset({204, 205})
"""Statuses without a body: no answer to a chat."""

OUTCOME_RETRY_SECONDS = 0.05
"""How soon an outcome is offered again to a log that is overloaded: long enough to write a group or two."""


class Driver:
    """One request under way. Callbacks come from the log, the upstream's connection, the client and the watch."""

    __slots__ = (
        "_answer",
        "_attempt",
        "_client",
        "_content_type",
        "_exchange",
        "_expired",
        "_flowing",
        "_gone",
        "_outbound",
        "_pool",
        "_port",
        "_retry_after",
        "_sealing",
        "_sent",
        "_target",
        "_tried",
    )

    def __init__(self, port: Port, client: Client) -> None:
        self._port = port
        self._client = client
        self._exchange: Exchange
        self._target: Target | None = None
        self._pool: Pool | None = None
        self._attempt: Attempt | None = None  # the one under way
        self._outbound: Outbound | None = None  # its connection, once it stands
        self._answer: WholeAnswer | StreamAnswer | None = None
        self._tried: list[str] = []
        self._sent = b""  # the body that went upstream last
        self._content_type = JSON
        self._retry_after = b""
        self._flowing = False  # bytes of the answer have gone to the client
        self._gone = False  # the client has left
        self._expired = False  # the request's own time is over
        self._sealing = False  # the outcome is on its way to the log

    # from the request to the intent

    def begin(self, tenant: Tenant, addition: Addition, body: bytes, received: int) -> None:
        """The request is complete: read it, have it placed, enter its intent or its denial."""
        port = self._port
        exchange = self._exchange = Exchange(tenant, addition, body, port.nonce(), received)
        try:
            ask = exchange.ask = read(body)
        except BadRequest as error:
            exchange.step("refuse")
            port.counts.bad += 1
            self._client.reply(400, envelope(400, str(error), param=error.field))
            return
        wish = Wish(ask.model, ask.only, ask.ignore, "", ask.hops)
        decision = port.gate.place(tenant, addition, wish, OPERATION, port.clock())
        case = port.gate.case(tenant, addition, OPERATION)
        if isinstance(decision, Refusal):
            exchange.step("refuse")
            port.counts.denied += 1
            deny(port, self._client, exchange, case, decision)
            return
        exchange.place(case, decision)
        try:
            exchange.intent = port.log.append("intent", *port.recorder.intent(exchange), self.intent_entered)
        except (Overloaded, LedgerBroken) as error:
            exchange.step("break")
            self._log_failed(failures.log_refused(error))
            return
        exchange.receipt = port.log.receipt_id(exchange.intent)

    def intent_entered(self, error: BaseException | None) -> None:
        """The intent is durable, or never will be."""
        if error is not None:
            self._exchange.step("break")
            self._log_failed(failures.LOG_FAILED)
            return
        self._exchange.step("durable")
        try:
            if self._gone:
                self._abandon()
            elif self._expired:
                self._give_up()
            else:
                self._try_next()
        except Exception:
            self._client.abort()  # and so, by way of `client_left`, to an outcome
            raise

    # attempts

    def _try_next(self) -> None:
        port, exchange = self._port, self._exchange
        while True:
            now = port.clock()
            name = dispatch(exchange.placement, port.live, self._tried, now)
            if name is None:
                self._give_up()
                return
            port.counts.failovers += bool(self._tried)
            self._tried.append(name)
            target = self._target = self._reached(name)
            if target is not None:
                break
            exchange.attempt(name, now).end("refused", now)
        self._pool = port.pool(target)
        self._try(self._pool.take())

    def _try(self, outbound: Outbound | None) -> None:
        """Begin an attempt at the present target, over a kept connection or a new one."""
        pool = self._pool
        assert pool is not None
        self._attempt = self._exchange.attempt(pool.target.deployment, self._port.clock())
        pool.load.in_flight += 1
        if outbound is None:
            pool.connect(self)
        else:
            self.connected(outbound)

    def _try_again(self) -> None:
        """The same deployment once more, wherever it is reached now, over a new connection."""
        assert self._pool is not None
        target = self._target = self._reached(self._pool.target.deployment)
        if target is None:
            self._try_next()
            return
        self._pool = self._port.pool(target)
        self._try(None)

    def _reached(self, deployment: str) -> Target | None:
        return self._port.gate.targets(self._exchange.placement.realm).get(deployment)

    def connected(self, outbound: Outbound) -> None:
        """A connection stands: send. (The intent is durable: `Exchange.attempt` made sure of it.)"""
        pool, exchange = self._pool, self._exchange
        assert pool is not None
        if self._attempt is None:  # the client left, or the time was over, while it was being opened
            pool.release(outbound)
            return
        if self._reached(pool.target.deployment) is not pool.target:
            pool.release(outbound)  # it was changed meanwhile: whoever answers there now may be another
            self._end_attempt("refused")
            self._try_again()
            return
        self._outbound = outbound
        body = self._sent = splice(exchange.body, exchange.ask, pool.target.served_as)
        outbound.send(self, b"%b%d\r\n\r\n" % (pool.head, len(body)), body, pool.target.timeouts.first_byte)

    def unconnected(self, result: Result) -> None:
        """There is no connection to be had."""
        if self._attempt is not None:
            self._attempt_failed(result)

    def failed(self, result: Result) -> None:
        """The upstream's connection is gone, or what came over it is no HTTP."""
        outbound, self._outbound = self._outbound, None
        if self._answer is not None:
            self._answer_over(clean=False, result=result)
        elif result == "broken" and outbound is not None and outbound.reused and not outbound.begun:
            # The other side had closed a kept connection, most likely before it read us: once more, on a fresh one.
            self._end_attempt(result)
            self._try_again()
        else:
            self._attempt_failed(result)

    def _attempt_failed(self, result: Result, status: int = 0) -> None:
        assert self._pool is not None
        self._pool.load.failed(self._port.clock())
        self._end_attempt(result, status)
        self._try_next()

    def _end_attempt(self, result: Result, status: int = 0) -> None:
        attempt, self._attempt = self._attempt, None
        assert attempt is not None and self._pool is not None
        attempt.end(result, self._port.clock(), status)
        self._pool.load.in_flight -= 1

    # the answer

    def answered(self, outbound: Outbound) -> None:
        """The head of an answer. From here on it is this answer or none, unless it is no answer at all."""
        status, headers = outbound.status, outbound.headers
        if status >= 500 or status in OURS:
            self._decline(outbound, "status")
            return
        content_type = headers.get(b"content-type", JSON)[:128]
        streams = content_type.lower().startswith(EVENT_STREAM)
        # a redirect is never followed; a coded body could hide its end; a body without a length could be cut unseen
        coded = headers.get(b"content-encoding", b"identity").lower() != b"identity"
        coded = coded or headers.get(b"transfer-encoding", b"chunked").lower() != b"chunked"
        if 300 <= status < 400 or status in EMPTY or coded or not (streams or outbound.delimited):
            self._decline(outbound, "invalid")
            return
        exchange, pool = self._exchange, self._pool
        assert pool is not None
        exchange.answer(status, self._port.clock())
        pool.load.succeeded()
        self._content_type = content_type
        self._retry_after = headers.get(b"retry-after", b"")[:64]
        response = exchange.response = exchange.commitment("response")
        if streams:
            self._answer = StreamAnswer(exchange.receipt, response, exchange.commitment("upstream-response"))
            self._flow()
        else:
            self._answer = WholeAnswer(response)

    def _decline(self, outbound: Outbound, result: Result) -> None:
        self._outbound = None
        outbound.drop()
        self._attempt_failed(result, outbound.status)

    def received(self, data: bytes) -> None:
        """Bytes of the answer."""
        answer = self._answer
        assert answer is not None
        try:
            passed = answer.feed(data)
        except BadAnswer:
            self._cut("invalid")
            return
        if passed:
            if not self._flowing:
                self._flow()
            self._client.write(chunk(passed) if self._client.chunked else passed)
            if answer.response.length > self._port.limits.answer:
                self._cut("invalid")
                return
        if answer.ended:
            outbound, self._outbound = self._outbound, None
            if outbound is not None:
                outbound.drop()
            self._answer_over(clean=True, result="ok")

    def completed(self) -> None:
        """The body is complete, as its framing says."""
        outbound, self._outbound = self._outbound, None
        self._answer_over(clean=outbound is not None and outbound.delimited, result="ok")

    def _cut(self, result: Result) -> None:
        """End an answer that must not go on."""
        outbound, self._outbound = self._outbound, None
        if outbound is not None:
            outbound.close()
        self._answer_over(clean=False, result=result)

    def _answer_over(self, *, clean: bool, result: Result) -> None:
        """Nothing more will come from upstream: note how it ended, and enter the outcome."""
        answer, exchange = self._answer, self._exchange
        assert answer is not None
        whole = answer.close(clean)
        self._end_attempt("broken" if result == "ok" and not whole else result, exchange.status)
        exchange.usage = answer.usage
        if isinstance(answer, StreamAnswer) and answer.changed:
            exchange.upstream_response = answer.upstream
        if whole:
            exchange.finish = "rejected" if exchange.status >= 400 else answer.finish or "other"
        else:
            exchange.finish = "error"
            if not self._flowing:
                self._replace_answer(502, failures.BROKE_OFF, "upstream_broken")
        self._seal()

    # the end

    def _give_up(self) -> None:
        """No deployment gave an answer."""
        self._replace_answer(*failures.no_answer(self._exchange.attempts, expired=self._expired))
        self._exchange.finish = "error"
        self._seal()

    def _replace_answer(self, status: int, message: str, code: str) -> None:
        """What the client gets is an error of our own."""
        exchange = self._exchange
        exchange.deployment, exchange.status = "", status
        exchange.response = exchange.commitment("response")
        self._answer = WholeAnswer(exchange.response)
        self._answer.feed(envelope(status, message, code=code))
        self._answer.close(clean=True)
        self._content_type, self._retry_after = JSON, b""

    def _abandon(self) -> None:
        """The client has left: let the upstream go, and enter what happened until then."""
        outbound, self._outbound = self._outbound, None
        if outbound is not None:
            outbound.close()
        exchange, answer = self._exchange, self._answer
        if self._attempt is not None:
            self._end_attempt("cancelled", exchange.status)
        if exchange.response is None:
            exchange.response = exchange.commitment("response")
        if isinstance(answer, StreamAnswer):
            exchange.usage = answer.usage
            exchange.upstream_response = answer.upstream if answer.changed else None
        exchange.finish = "aborted"
        self._seal()

    def _seal(self) -> None:
        """Enter the outcome; the end of the answer waits for it."""
        exchange = self._exchange
        self._sealing = True
        if self._sent is not exchange.body and self._sent:
            sent = exchange.commitment("upstream-request")
            sent.update(self._sent)
            exchange.upstream_request = sent.hexdigest()
        self._enter_outcome()

    def _enter_outcome(self) -> None:
        exchange, port = self._exchange, self._port
        try:
            blocks = port.recorder.outcome(exchange, port.clock())
            port.log.append("outcome", *blocks, self.outcome_entered, intent=exchange.intent)
        except Overloaded:  # what was begun has to be concluded: wait for the log
            port.loop.call_later(OUTCOME_RETRY_SECONDS, self._enter_outcome)
        except LedgerBroken as error:
            self.outcome_entered(error)

    def outcome_entered(self, error: BaseException | None) -> None:
        """The outcome is durable: the answer may end. If it never will be, what was held back stays so."""
        exchange, counts = self._exchange, self._port.counts
        if error is not None:
            exchange.step("break")
            if self._flowing:
                counts.broken += 1
                self._client.abort()
            else:
                self._log_failed(failures.LOG_FAILED)
            return
        if exchange.finish == "aborted":
            exchange.step("break")
            counts.aborted += 1
            return
        if exchange.finish == "error":
            exchange.step("break")
            counts.broken += 1
        else:
            exchange.step("seal")
            counts.answered += 1
        self._end()

    def _end(self) -> None:
        client, answer = self._client, self._answer
        assert answer is not None
        if not self._flowing:
            client.finish(self._head(len(answer.tail)) + answer.tail)
        elif isinstance(answer, WholeAnswer) and self._exchange.finish == "error":
            client.abort()  # it must not look complete
        elif client.chunked:
            client.finish((chunk(answer.tail) if answer.tail else b"") + CHUNK_END)
        else:
            client.finish(answer.tail)

    # from the client and the watch

    def client_left(self) -> None:
        """The client's connection is gone."""
        self._gone = True
        if not self._sealing and self._exchange.state in ("PLACED", "RELAYING"):
            self._abandon()  # in any other state, what is on its way to the log concludes it

    def expire(self) -> None:
        """The request has taken longer than a request may."""
        self._expired = True
        if self._sealing or self._exchange.state not in ("PLACED", "RELAYING"):
            return
        if self._answer is not None:
            self._cut("timeout")
            return
        outbound, self._outbound = self._outbound, None
        if outbound is not None:
            outbound.close()
        if self._attempt is not None:
            self._end_attempt("timeout")
        self._give_up()

    def pause(self) -> None:
        """The client reads slowly: read no faster from upstream."""
        if self._outbound is not None:
            self._outbound.pause()

    def resume(self) -> None:
        """The client has caught up."""
        if self._outbound is not None:
            self._outbound.resume()

    def _log_failed(self, message: str) -> None:
        self._port.counts.broken += 1
        self._client.error(503, message, RETRY_AFTER, code="log_unavailable")

    def _flow(self) -> None:
        """Write the head of an answer whose length is not known."""
        self._flowing = True
        self._client.write(self._head(None))
        if self._client.paused:  # by an earlier answer, which it has not read yet
            self.pause()

    def _head(self, length: int | None) -> bytes:
        site = self._target.site if self._target is not None else ""
        return answer_head(
            self._exchange, site, self._client, self._content_type, length=length, retry_after=self._retry_after
        )
