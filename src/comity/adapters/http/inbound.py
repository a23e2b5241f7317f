"""The protocol of one client connection."""

from __future__ import annotations

import asyncio
import math
from typing import cast

import httptools

from comity.adapters.http import routes
from comity.adapters.http.driver import Driver
from comity.adapters.http.familiar import Familiar, learn
from comity.adapters.http.limits import DISCARDED_BODY
from comity.adapters.http.port import Port
from comity.adapters.http.reception import hindrance, received
from comity.adapters.http.replies import CONTINUE, RETRY_AFTER, reply
from comity.adapters.http.request_head import LISTS, WANTED, Told, key, seconds
from comity.relay import surfaces
from comity.relay.body import BadRequest
from comity.relay.dialects.conversation import Dialect
from comity.relay.errors import envelope
from comity.relay.ports import Later
from comity.relay.surfaces import Surface
from comity.relay.tenant import Tenant

IDLE, HEAD, BODY, BUSY, LINGER, AHEAD = range(6)
"""AHEAD: a head that is known has come alone, and nothing of its body."""


class Inbound(asyncio.Protocol):
    """One client connection; one request at a time, others after it (no pipelining).

    `keep` is false once the connection must close after the present answer; `chunked` is false for HTTP/1.0.
    """

    def __init__(self, port: Port) -> None:
        self.port = port
        self.deadline = math.inf
        self.keep = True
        self.chunked = True
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._phase = IDLE
        self._deaf = False  # what comes is dropped: pipelined, or behind an early error
        self._driver: Driver | None = None
        self.paused = False
        self._end_of_request = math.inf
        self._known: Familiar[Told] | None = None
        self._first = b""  # the piece that the present request began with, if its head came whole
        self._ahead = b""  # a head that came alone
        self._clear()

    def _clear(self) -> None:
        self._stale = False  # what follows is of a request that is over
        self._method = b""
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._fed = 0
        self._head_bytes = 0
        self._head_lines = 0
        self._body: bytes | bytearray = b""
        self._body_bytes = 0
        self._between = 0  # bytes since the last of a body: framing and trailers
        self._discarded = 0
        self._early: tuple[int, bytes, bytes] | None = None
        self._fault = ""
        self._complete = False
        self._counted = False
        self._received = 0
        self._tenant: Tenant | None = None
        self._route: routes.Route | None = None
        self._surface: Surface | None = None
        self._named = ""  # the model that the path names

    # what a driver or a route does with it

    def header(self, name: bytes) -> bytes:
        """The value of a header of the present request, or empty."""
        return self._headers.get(name, b"")

    def write(self, data: bytes) -> None:
        """Write a piece of an answer."""
        if self._transport is not None:
            self._transport.write(data)

    def finish(self, data: bytes) -> None:
        """Write the last bytes of an answer; the connection is kept for the next request, or closed."""
        transport = self._transport
        if transport is None:
            return
        transport.write(data)
        self._release()
        if self.keep:
            self._stale = True
            self._phase = IDLE
            self.deadline = self.port.now() + self.port.limits.idle_seconds
        else:
            self._close()

    def abort(self) -> None:
        """Close so that the client cannot take the answer for complete."""
        if self._transport is not None:
            self._transport.abort()

    def reply(self, status: int, body: bytes, fields: bytes = b"") -> None:
        """Answer the present request as a whole."""
        answer = reply(status, body, fields, close=not self.keep)
        self.finish(answer[: len(answer) - len(body)] if self._method == b"HEAD" else answer)

    def error(self, status: int, message: str, fields: bytes = b"", *, code: str = "") -> None:
        """Answer with an error in the envelope of the surface that was asked."""
        self.reply(status, envelope(status, message, code=code, dialect=self._errors), fields)

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""
        return self._phase != IDLE

    def end_after_this(self) -> None:
        """Close as soon as no request is under way (the gateway stops)."""
        self.keep = False
        if self._phase == IDLE and self._transport is not None:
            self._transport.close()

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        port = self.port
        if len(port.inbounds) >= port.limits.connections or port.draining:
            body = envelope(503, "Too many connections; try again shortly.", code="too_many_connections")
            self._transport.write(reply(503, body, RETRY_AFTER, close=True))
            self._transport.close()
            self._deaf = True
            return
        self._transport.set_write_buffer_limits(high=port.limits.write_high)
        port.inbounds.add(self)
        self.deadline = port.now() + port.limits.head_seconds

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        if self._phase == BUSY:  # a second request before the first is answered
            self._deaf = True
            self.keep = False
            return
        began = 0
        if self._phase == AHEAD:
            data, self._ahead, self._phase = self._ahead + data, b"", IDLE
            began = self._received
        if self._phase == IDLE:
            known = self._known
            if known is not None:
                if self._served_at_once(known, data, began):
                    return
                if known.alone(data):
                    self._wait_for_body(data)
                    return
            if self._stale:
                self._clear()
            self._first = data
        else:
            self._first = self._first[: self.port.limits.head] if self._phase == BODY else b""
        self._parse(data)

    def _wait_for_body(self, head: bytes) -> None:
        """Read the head together with what follows: with the whole body, it needs no parser."""
        self._ahead, self._phase = head, AHEAD
        self._received = self.port.clock()
        self.deadline = self.port.now() + self.port.limits.body_seconds

    def _parse(self, data: bytes) -> None:
        if self._phase <= HEAD:
            self._fed += len(data)
        else:
            self._between += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self._complete:
                self._bad_http("The request is not HTTP/1.1 as RFC 9112 has it.")
                return
            self._deaf, self.keep = True, False  # a complete request, then rubbish: answer it, and close
        if self._complete:
            self._serve()
        else:
            self._judge_part()

    def _judge_part(self) -> None:
        """What can be said of a request that is not complete."""
        if self._fault:
            self._bad_http(self._fault)
        elif self._phase == HEAD and self._fed > self.port.limits.head:
            self._refuse_now(431, "The request's head is too large.")
        elif self._between > self.port.limits.head:
            self._refuse_now(431, "The request's trailers are too large.")
        elif self._early is not None and (
            self._discarded > DISCARDED_BODY or b"expect" in self._headers or not self._small_body()
        ):
            self._refuse_now(*self._early)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.deadline = math.inf
        self.port.inbounds.discard(self)
        driver = self._driver
        self._release()
        if driver is not None:
            driver.client_left()

    def pause_writing(self) -> None:
        self.paused = True
        self.deadline = min(self.deadline, self.port.now() + self.port.limits.stall_seconds)
        if self._driver is not None:
            self._driver.pause()

    def resume_writing(self) -> None:
        self.paused = False
        if self._phase == BUSY:
            self.deadline = self._end_of_request
        if self._driver is not None:
            self._driver.resume()

    def expire(self) -> None:
        """The deadline has passed."""
        if self._phase == BUSY and self._driver is not None and not self.paused:
            self.deadline = math.inf
            self._driver.expire()
        elif self._phase == AHEAD or (self._phase in (HEAD, BODY) and self._fed):
            self._refuse_now(408, "The request took too long to arrive.")
        else:
            self.abort()

    # httptools. They take notes; `data_received` acts, for what they raise would be lost in the parser.

    def on_message_begin(self) -> None:
        if self._complete:
            self._deaf, self.keep = True, False
            return
        self._phase = HEAD
        self.deadline = self.port.now() + self.port.limits.head_seconds

    def on_url(self, url: bytes) -> None:
        if self._deaf:
            return
        self._url += url
        if len(self._url) > self.port.limits.url:
            self._set_early(414, "The URL is too long.")
            self._url = b"/"

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._deaf or self._phase != HEAD:  # pipelined, or a trailer
            return
        self._head_lines += 1
        self._head_bytes += len(name) + len(value)
        name = name.lower()
        if name in WANTED:
            if name not in self._headers:
                self._headers[name] = value
            elif name in LISTS:
                self._headers[name] += b"," + value
            else:
                self._fault = f"The header {name.decode()} occurs twice."

    def on_headers_complete(self) -> None:
        if self._deaf:
            return
        self._phase = BODY
        self._received = self.port.clock()
        self._method = self._parser.get_method()
        version = self._parser.get_http_version()
        self.chunked = version == "1.1"
        self.keep = self._parser.should_keep_alive() and self.chunked and not self.port.draining
        headers, limits = self._headers, self.port.limits
        if self._head_lines > limits.headers or self._head_bytes > limits.head:
            self._set_early(431, "The request's head is too large.")
        coding = headers.get(b"transfer-encoding")
        if coding is not None and (coding.lower() != b"chunked" or b"content-length" in headers or not self.chunked):
            self._fault = "Transfer-Encoding is chunked, alone, and without a Content-Length."
        elif version not in ("1.0", "1.1"):
            self._fault = "Only HTTP/1.1 and HTTP/1.0 are spoken here."
        elif self.chunked and b"host" not in headers:
            self._fault = "The Host header is missing."
        elif not self._fault and self._early is None:
            self._judge_head()
        if not self._fault:
            self.deadline = self.port.now() + limits.body_seconds

    def on_body(self, data: bytes) -> None:
        if self._deaf:
            return
        self._between = 0
        if self._early is not None or not self._counted:  # only what is accepted for inference is held
            self._discarded += len(data)
            if self._discarded > DISCARDED_BODY:
                self._set_early(413, "This path takes no body.")
            return
        self._body_bytes += len(data)
        self.port.buffered += len(data)
        if not self._body:
            self._body = data
        else:  # in one piece: thousands of small ones would take many times their size
            if not isinstance(self._body, bytearray):
                self._body = bytearray(self._body)
            self._body += data
        if self._body_bytes > self.port.limits.body:
            self._set_early(413, f"The body is larger than {self.port.limits.body} bytes.")
        elif self.port.buffered > self.port.limits.buffered:
            self._set_early(503, "Too many large requests are under way; try again shortly.", RETRY_AFTER)

    def on_message_complete(self) -> None:
        if not self._deaf and not self._fault:
            self._complete = True

    # from the head to the answer

    def _judge_head(self) -> None:
        """Everything that can be said before the body is there, so that a stranger's body is never held."""
        port = self.port
        found = surfaces.find(self._url)
        if found is not None:
            self._surface, self._named = found
            methods: tuple[bytes, ...] = (b"POST",)
        else:
            route = self._route = routes.find(self._url)
            if route is None:
                self._set_early(404, "There is no such path here.", code="unknown_path")
                return
            methods = route.methods
        if self._method not in methods:
            allowed = b"allow: %b\r\n" % b", ".join(methods)
            self._set_early(405, "This path does not take that method.", allowed)
            return
        if self._route is not None and self._route.open:
            return
        self._tenant = port.gate.tenant(key(self._headers))
        if self._tenant is None:
            self._set_early(
                401, "The key is missing or not known here.", b"www-authenticate: Bearer\r\n", code="invalid_api_key"
            )
            return
        if self._surface is not None:
            self._judge_inference(self._tenant)
        expect = self._headers.get(b"expect")
        if expect is not None and expect.lower() != b"100-continue":
            self._set_early(417, "Only 100-continue can be expected.")
        elif expect is not None and self._early is None:
            self._headers.pop(b"expect")
            self._first = b""  # what waits for this answer is never read ahead
            self.write(CONTINUE)

    def _judge_inference(self, tenant: Tenant) -> None:
        early = hindrance(self.port, tenant, self._headers)
        if early is not None:
            self._set_early(early.status, early.message, early.fields, code=early.code)
        else:
            self.port.in_flight += 1
            self._counted = True

    def _served_at_once(self, known: Familiar[Told], data: bytes, began: int) -> bool:
        """Serve a whole request whose head is known; False, and nothing done, if it is anything less usual.

        Its head came at `began`, or with the rest of it if that is 0.
        """
        at = known.body(data)
        port = self.port
        if not at or port.draining or port.in_flight >= port.limits.in_flight or port.trouble:
            return False
        size = len(data) - at
        if size > port.limits.body or port.buffered + size > port.limits.buffered:
            return False
        headers, surface, named, presented = known.read
        tenant = port.gate.tenant(presented)
        if tenant is None or tenant.auditor:
            return False
        port.in_flight += 1
        port.buffered += size
        self._counted = True
        self._body_bytes = size
        self._stale = True  # but for the two lines above, which `_release` gives back
        self._method = b"POST"
        self._headers = headers
        self._phase = BUSY
        self.deadline = self._end_of_request = port.now() + port.limits.request_seconds
        now = port.clock()
        self._infer(tenant, surface, named, data[at:], began or now, now)
        return True

    def _learn(self, surface: Surface) -> None:
        """What there is to know of the present request's head, for the next one."""
        headers, known = self._headers, self._known
        if not (self._first and self.keep) or b"transfer-encoding" in headers or b"content-encoding" in headers:
            return
        if known is None or not known.begins(self._first):
            told = Told(headers, surface, self._named, key(headers))
            self._known = learn(self._first, self._head_lines, headers.get(b"content-length", b""), told)

    def _serve(self) -> None:
        """The request is complete: answer it."""
        self._phase = BUSY
        self.deadline = self._end_of_request = self.port.now() + self.port.limits.request_seconds
        if self._early is not None:
            status, body, fields = self._early
            self.reply(status, body, fields)
            return
        surface, tenant = self._surface, self._tenant
        if surface is None:
            assert self._route is not None
            self._route.answer(self, self.port, tenant, self._url)
            return
        assert tenant is not None
        self._learn(surface)
        self._infer(tenant, surface, self._named, bytes(self._body), self._received, self.port.clock())

    def _infer(self, tenant: Tenant, surface: Surface, named: str, body: bytes, began: int, now: int) -> None:
        """Read the request, of which the head came at `began`, and have it relayed."""
        port, headers = self.port, self._headers
        self._surface = surface
        port.counts.requests += 1
        try:
            if b"comity-timeout" in headers:
                most = seconds(headers, port.limits.request_seconds)
                self.deadline = self._end_of_request = min(self._end_of_request, port.now() + most)
            exchange = received(port, tenant, surface, named, headers, body, began)
        except BadRequest as error:
            port.counts.bad += 1
            self.reply(400, envelope(400, str(error), param=error.field, dialect=surface.errors))
            return
        except Later as error:
            port.counts.broken += 1
            port.loop.call_exception_handler({"message": "A request could not be taken", "exception": error.__cause__})
            self.error(503, str(error), RETRY_AFTER, code="not_ready")
            return
        driver = self._driver = Driver(port, self, surface, exchange)
        try:
            driver.begin(now)
        except Exception as error:  # noqa: BLE001 - a mistake of ours: told, and the request fails closed
            port.loop.call_exception_handler({"message": "A request could not be begun", "exception": error})
            self.keep = False
            self.error(500, "Something is wrong here; nothing was sent on.", code="internal_error")
            driver.client_left()

    @property
    def _errors(self) -> Dialect:
        return "chat" if self._surface is None else self._surface.errors

    def _set_early(self, status: int, message: str, fields: bytes = b"", *, code: str = "") -> None:
        """Answer with this error once the request is complete; its body is dropped as it comes."""
        if self._early is None:
            self._early = (status, envelope(status, message, code=code, dialect=self._errors), fields)
        self._forget_body()

    def _small_body(self) -> bool:
        length = self._headers.get(b"content-length")
        return length is None or int(length) <= DISCARDED_BODY

    def _bad_http(self, message: str) -> None:
        self._refuse_now(400, message)

    def _refuse_now(self, status: int, message: str | bytes, fields: bytes = b"") -> None:
        """Answer in the middle of a request and close; the rest of it is not a request."""
        self.keep = False
        self._deaf = True
        body = envelope(status, message) if isinstance(message, str) else message
        self.finish(reply(status, body, fields, close=True))

    def _forget_body(self) -> None:
        self.port.buffered -= self._body_bytes
        self._body_bytes = 0
        self._body = b""

    def _release(self) -> None:
        """The request is over: give back what it held."""
        port = self.port
        port.buffered -= self._body_bytes
        self._body_bytes = 0
        self._body = b""
        self._driver = None
        if self._counted:
            self._counted = False
            port.in_flight -= 1

    def _close(self) -> None:
        """Close when all is written.

        A client that may still be sending is read for a moment, or the reset that answers its bytes could destroy
        the answer.
        """
        transport = self._transport
        assert transport is not None
        if self._deaf and transport.can_write_eof():
            transport.write_eof()
            self._phase = LINGER
            self.deadline = self.port.now() + self.port.limits.linger_seconds
        else:
            transport.close()
