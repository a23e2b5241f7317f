"""The driver performs one exchange: when its intent is durable it has it tried, and moves the bytes of the answer.

One promise is kept here, beside the one of `entering`: the end of no answer goes to the client before the outcome is
durable (`outcome_entered`). Every attempt, hedged or again, is within the placement.
"""

from __future__ import annotations

from functools import partial

from comity.adapters.http import failures
from comity.adapters.http.attempt import Try
from comity.adapters.http.attempts import Attempts
from comity.adapters.http.client import Client
from comity.adapters.http.copying import UNFIT, Copy
from comity.adapters.http.entering import Entering
from comity.adapters.http.outbound import Outbound
from comity.adapters.http.port import Port
from comity.adapters.http.replies import CHUNK_END, JSON, chunk
from comity.adapters.ledger.failures import LedgerBroken
from comity.proof.commitment import commit
from comity.relay.answer import Answer, BadAnswer, WholeAnswer
from comity.relay.answers import answer_for
from comity.relay.errors import envelope
from comity.relay.exactness import sampling
from comity.relay.exchange import Exchange, Result
from comity.relay.ports import FREE
from comity.relay.record import cost, tokens
from comity.relay.surfaces import Surface
from comity.relay.telling.tellings import TELLINGS
from comity.relay.usage import estimate


class Driver(Entering):
    """One request under way. Callbacks come from the log, its attempts, the upstream, the client and the watch."""

    __slots__ = (
        "_answer",
        "_attempts",
        "_content_type",
        "_copy",
        "_flowing",
        "_outbound",
        "_retry_after",
        "_sealing",
        "_unheard",
        "_winner",
    )

    def __init__(self, port: Port, client: Client, surface: Surface, exchange: Exchange) -> None:
        super().__init__(port, client, surface, exchange)
        self._attempts: Attempts  # from the durable intent until the outcome is on its way
        self._winner: Try | None = None  # the attempt whose answer the client gets
        self._outbound: Outbound | None = None  # its connection, until the answer is over
        self._answer: Answer | None = None
        self._copy: Copy | None = None  # of the deployment's answer, where it is to be kept
        self._content_type = JSON
        self._retry_after = b""
        self._unheard = False  # a deployment was at work when the client, or the request's time, let it go
        self._flowing = False  # bytes of the answer have gone to the client
        self._sealing = False  # the outcome is on its way to the log

    # from the log

    def intent_entered(self, error: BaseException | None) -> None:
        """The intent is durable, or never will be."""
        if error is not None:
            self._admission.release(self._port.clock())
            self._log_failed(failures.LOG_FAILED)
            return
        self._exchange.step("durable")
        self._attempts = Attempts(self, self._port, self._exchange, self._surface)
        try:
            if self._gone:
                self._abandon()
            elif self._expired:
                self.unanswered()
            else:
                now = self._port.clock()
                if not self._recalled(now):
                    self._attempts.begin(now)
        except Exception:
            self._client.abort()  # and so, by way of `client_left`, to an outcome
            raise

    def _recalled(self, now: int) -> bool:
        """Give the answer to an equal request again, if there is one; whether there is."""
        exchange, port = self._exchange, self._port
        kept = port.memory.recall(exchange, now)
        if kept is None:
            return False
        exchange.recall(kept.deployment, kept.intent)
        port.counts.cached += 1
        self._give(kept.content_type, kept.body)
        answer = self._answer
        assert answer is not None
        exchange.finish = answer.finish or "other"  # and no usage: this time it took nothing
        self._seal(now)
        return True

    # from the attempts

    def won(self, tried: Try, outbound: Outbound) -> None:
        """An attempt has its answer: it is this one or none."""
        exchange, head = self._exchange, outbound.head
        self._winner, self._outbound = tried, outbound
        outbound.asker = self
        target = exchange.target = tried.pool.target
        self._content_type, self._retry_after = head.content_type, head.retry_after
        answer = self._answer = answer_for(
            exchange,
            self._surface,
            tried.surface,
            status=head.status,
            streams=head.streams,
            hide_usage=target.stream_usage and exchange.ask.option is not None,
            now=exchange.first_byte,
            disclosures=exchange.placement.disclosures,
        )
        exchange.response = answer.response
        if target.profile:
            exchange.sampling = sampling(tried.body)
        vault = self._port.vault
        if vault is not None and vault.wants(exchange):
            self._copy = Copy()
        if answer.streams:
            self._flow()

    def unanswered(self) -> None:
        """No deployment gave an answer."""
        unsayable = self._attempts.unsayable
        if unsayable is not None and not self._exchange.attempts:
            self._replace_answer(400, self._envelope(400, str(unsayable), param=unsayable.field))
        else:
            status, message, code = failures.no_answer(self._exchange.attempts, expired=self._expired)
            self._replace_answer(status, self._envelope(status, message, code=code))
            if status == 503:
                self._retry_after = b"%d" % self._soonest_s()
        self._exchange.finish = "error"
        self._seal(self._port.clock())

    def _soonest_s(self) -> int:
        """Seconds until the first candidate may be asked again, as far as they said."""
        port = self._port
        loads = [port.live.get(candidate.deployment) for candidate in self._exchange.placement.candidates]
        until = min((load.rests_until for load in loads if load is not None), default=0)
        return max(1, -((port.clock() - until) // 1000))

    # from the upstream

    def answered(self, outbound: Outbound) -> None:
        """Not again: an attempt heard it."""
        raise AssertionError("one answer has one head")

    def received(self, data: bytes) -> None:
        """Bytes of the answer."""
        answer = self._answer
        assert answer is not None
        if self._copy is not None:
            self._copy.add(data)
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
        self._answer_over(clean=outbound is not None and outbound.head.delimited, result="ok")

    def failed(self, result: Result) -> None:
        """The upstream's connection is gone, or what came over it is no HTTP."""
        self._outbound = None
        self._answer_over(clean=False, result=result)

    def _cut(self, result: Result) -> None:
        """End an answer that must not go on."""
        outbound, self._outbound = self._outbound, None
        if outbound is not None:
            outbound.close()
        self._answer_over(clean=False, result=result)

    def _answer_over(self, *, clean: bool, result: Result) -> None:
        """Nothing more will come from upstream: note how it ended, and enter the outcome."""
        answer, exchange, winner = self._answer, self._exchange, self._winner
        assert answer is not None and winner is not None
        whole = answer.close(clean)
        now = self._port.clock()
        winner.end("broken" if result == "ok" and not whole else result, now, exchange.status)
        exchange.usage = answer.usage
        exchange.status = answer.status or exchange.status
        if answer.changed:
            exchange.upstream_response = answer.upstream
        if whole:
            exchange.finish = "rejected" if exchange.status >= 400 else answer.finish or "other"
            if not (self._flowing or answer.changed):
                self._port.memory.keep(exchange, self._content_type, answer.tail, now)
        else:
            exchange.finish = "error"
            if self._flowing and answer.streams:
                exchange.usage = estimate(answer.usage, len(exchange.body), answer.events)
            elif not self._flowing:
                self._replace_answer(502, self._envelope(502, failures.BROKE_OFF, code="upstream_broken"))
        self._seal(now)

    # the end

    def _replace_answer(self, status: int, body: bytes) -> None:
        """What the client gets is an error of our own."""
        exchange = self._exchange
        exchange.deployment, exchange.status = "", status
        self._give(JSON, body)
        self._retry_after = b""

    def _give(self, content_type: bytes, body: bytes) -> None:
        """The client gets this, whole."""
        self._content_type = content_type
        response = self._exchange.response = self._exchange.commitment("response")
        answer = self._answer = WholeAnswer(response, TELLINGS[self._surface.name])
        answer.feed(body)
        answer.close(clean=True)

    def _abandon(self) -> None:
        """The client has left: let the upstream go, and enter what happened until then."""
        exchange, answer, winner = self._exchange, self._answer, self._winner
        self._unheard = self._attempts.cancel("cancelled")
        if winner is not None and not winner.over:
            self._outbound = None
            winner.cancel("cancelled", self._port.clock(), exchange.status)
        if exchange.response is None:
            exchange.response = exchange.commitment("response")
        if answer is not None and answer.streams:
            exchange.usage = estimate(answer.usage, len(exchange.body), answer.events)
            exchange.upstream_response = answer.upstream if answer.changed else None
        exchange.finish = "aborted"
        self._seal(self._port.clock())

    def _seal(self, now: int) -> None:
        """Enter the outcome; the end of the answer waits for it."""
        exchange, winner = self._exchange, self._winner
        self._sealing = True
        exchange.cost = cost(exchange.usage, exchange.target)
        if self._admission is not FREE:
            self._settle(now)
        if winner is None:
            winner = self._attempts.last
        del self._attempts  # which know us: without the circle, all of it goes with the last answer and not with the GC
        if winner is not None and winner.sent and winner.body is not exchange.body:
            exchange.upstream_request = commit(
                exchange.tenant.openings(exchange.nonce, "upstream-request"), winner.body
            )
        vault, copy = self._port.vault, self._copy
        if vault is None or copy is None or copy.over or winner is None or exchange.finish in UNFIT:
            self._enter_outcome(now)
        else:
            vault.keep(exchange, winner.surface.name, winner.body, copy.whole(), partial(self._kept, now))

    def _kept(self, now: int, day: str) -> None:
        """What is to be kept is durable, or will not be kept; the outcome says which."""
        self._exchange.kept = day
        self._enter_outcome(now)

    def _settle(self, now: int) -> None:
        exchange = self._exchange
        if exchange.target is None and not self._unheard:
            self._admission.release(now)
        else:
            self._admission.settle(tokens(exchange.usage), exchange.cost, now)

    def _enter_outcome(self, now: int) -> None:
        exchange, port = self._exchange, self._port
        try:
            blocks = port.recorder.outcome(exchange, now)
            port.log.append("outcome", *blocks, self.outcome_entered, intent=exchange.intent)
        except LedgerBroken as error:
            self.outcome_entered(error)

    def outcome_entered(self, error: BaseException | None) -> None:
        """The outcome is durable: the answer may end. If it never will be, what was held back stays so."""
        exchange, counts = self._exchange, self._port.counts
        if error is not None:
            if self._flowing:
                counts.broken += 1
                self._client.abort()
            else:
                self._log_failed(failures.LOG_FAILED)
            return
        if exchange.finish == "aborted":
            exchange.step("break")
            counts.aborted += 1
        elif exchange.finish == "error":
            exchange.step("break")
            counts.broken += 1
            self._end()
        else:
            exchange.step("seal")
            counts.answered += 1
            self._end()
        watcher = self._port.watcher
        if watcher is not None:
            watcher.finished(exchange, self._port.clock())

    def _end(self) -> None:
        client, answer = self._client, self._answer
        assert answer is not None
        if not self._flowing:
            client.finish(self._head(len(answer.tail)) + answer.tail)
        elif not answer.streams and self._exchange.finish == "error":
            client.abort()  # it must not look complete
        elif client.chunked:
            client.finish((chunk(answer.tail) if answer.tail else b"") + CHUNK_END)
        else:
            client.finish(answer.tail)

    # from the client and the watch

    def client_left(self) -> None:
        """The client's connection is gone."""
        self._gone = True
        if self._waits:
            self._end_unentered()
        elif not self._sealing and self._exchange.state in ("PLACED", "RELAYING"):
            self._abandon()  # in any other state, what is on its way to the log concludes it

    def expire(self) -> None:
        """The request has taken longer than a request may."""
        self._expired = True
        if self._waits:
            self._end_unentered()
            self._client.error(*failures.WAITED)
            return
        if self._sealing or self._exchange.state not in ("PLACED", "RELAYING"):
            return
        if self._answer is not None:
            self._cut("timeout")
            return
        self._unheard = self._attempts.cancel("timeout")
        self.unanswered()

    def pause(self) -> None:
        """The client reads slowly: read no faster from upstream."""
        if self._outbound is not None:
            self._outbound.pause()

    def resume(self) -> None:
        """The client has caught up."""
        if self._outbound is not None:
            self._outbound.resume()

    def _envelope(self, status: int, message: str, *, code: str = "", param: str = "") -> bytes:
        return envelope(status, message, code=code, param=param, dialect=self._surface.errors)

    def _flow(self) -> None:
        """Write the head of an answer whose length is not known."""
        self._flowing = True
        self._client.write(self._head(None))
        if self._client.paused:  # by an earlier answer, which it has not read yet
            self.pause()

    def _head(self, length: int | None) -> bytes:
        return self._port.heads.write(
            self._exchange,
            self._client,
            self._content_type,
            length=length,
            retry_after=self._retry_after,
            limits=self._admission.headers,
        )
