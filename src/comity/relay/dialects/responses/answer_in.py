"""Reading answers of the Responses API: a response, or the events of a stream."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from comity.relay.dialects.errors import told
from comity.relay.dialects.listener import MAX_CALLS, Listener, Tokens, Unreadable
from comity.relay.usage import count


class _Part(Struct, gc=False):
    type: str
    text: str = ""
    refusal: str = ""


class _Item(Struct, gc=False):
    type: str
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    content: list[_Part] | None = None
    summary: list[_Part] | None = None


class _Details(Struct, gc=False):
    reason: str = ""


class _Response(Struct):
    id: str = ""
    object: str = ""
    status: str | None = None
    output: list[_Item] | None = None
    incomplete_details: _Details | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


class _Event(Struct, gc=False):
    type: str
    delta: Any = None
    arguments: Any = None
    item: _Item | None = None
    output_index: int = -1
    response: _Response | None = None
    error: Any = None
    code: Any = None
    message: Any = None
    param: Any = None


_DECODE = msgspec.json.Decoder(_Event).decode
_DECODE_WHOLE = msgspec.json.Decoder(_Response).decode
_NAMELESS = _Response()
_KNOWN = ("message", "function_call", "reasoning")


class Reader:
    """Tells a listener what an answer says, event by event."""

    __slots__ = ("_argued", "_call", "_calls", "_listener", "_says", "_started")

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._started = False
        self._calls = 0
        self._call: int | None = None  # the output index of the call that goes on; engines may leave it out, so -1
        self._argued = False  # whether a piece of its arguments came
        self._says = {
            "response.output_text.delta": listener.text,
            "response.refusal.delta": listener.declined,
            "response.reasoning_text.delta": listener.thought,
            "response.reasoning_summary_text.delta": listener.thought,
        }

    def event(self, content: bytes) -> None:
        """One event.

        Raises:
            Unreadable: it is not of this dialect.
        """
        if content.startswith(b"[DONE]"):
            return  # some engines send it behind their last event
        try:
            event = _DECODE(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Unreadable from None
        says = self._says.get(event.type)
        if says is None:
            self._step(event)
        elif event.delta:
            self._start(_NAMELESS)
            self._call = None  # something else goes on: no more arguments of the last call
            says(_text(event.delta))

    def _step(self, event: _Event) -> None:
        """An event that is no piece of text. Parts, and ends of texts, say what was said; others are passed over."""
        match event.type:
            case "response.function_call_arguments.delta":
                self._argue(event, event.delta)
            case "response.function_call_arguments.done":
                if not self._argued:
                    self._argue(event, event.arguments)
            case "response.output_item.added":
                if event.item is not None:
                    self._item(event.item, event.output_index)
            case "response.output_item.done":
                self._done(event)
            case "response.created" | "response.in_progress" | "response.queued":
                self._start(event.response or _NAMELESS)
            case "response.completed" | "response.incomplete" | "response.failed":
                self._end(event.response or _Response(status=event.type.rpartition(".")[2]))
            case "error":
                flat = {"message": event.message, "code": event.code, "param": event.param}
                self._listener.failed(told(flat if event.error is None else event.error))

    def whole(self, body: bytes) -> None:
        """A complete answer.

        Raises:
            Unreadable: it is not of this dialect.
        """
        try:
            response = _DECODE_WHOLE(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Unreadable from None
        if response.object != "response" or response.status in ("queued", "in_progress"):
            raise Unreadable
        if response.status not in ("failed", "cancelled"):
            self._start(response)
            for number, item in enumerate(response.output or ()):
                self._item(item, number)
                if item.type == "function_call" and item.arguments:
                    self._listener.arguments(item.arguments)
                for part in (*(item.content or ()), *(item.summary or ())):
                    self._part(part)
        self._end(response)

    def _start(self, response: _Response) -> None:
        if not self._started:
            self._started = True
            self._listener.started(response.id)

    def _item(self, item: _Item, index: int) -> None:
        if item.type not in _KNOWN:
            raise Unreadable  # tools that the upstream runs were not asked for
        self._start(_NAMELESS)
        if item.type == "function_call":
            self._calls += 1
            if self._calls > MAX_CALLS or not item.name:
                raise Unreadable
            self._call, self._argued = index, False
            self._listener.called(item.call_id, item.name)

    def _done(self, event: _Event) -> None:
        """The whole item once more; of use where no piece of a call's arguments came before."""
        item = event.item
        if item is not None and item.type == "function_call" and event.output_index == self._call:
            if not self._argued and item.arguments:
                self._listener.arguments(item.arguments)
            self._argued = True

    def _argue(self, event: _Event, arguments: object) -> None:
        if self._call is None or event.output_index not in (self._call, -1):
            raise Unreadable
        if arguments:
            self._argued = True
            self._listener.arguments(_text(arguments))

    def _part(self, part: _Part) -> None:
        if part.type == "output_text" and part.text:
            self._listener.text(part.text)
        elif part.type == "refusal" and part.refusal:
            self._listener.declined(part.refusal)
        elif part.type in ("reasoning_text", "summary_text") and part.text:
            self._listener.thought(part.text)

    def _end(self, response: _Response) -> None:
        listener = self._listener
        if response.usage is not None:
            listener.used(_tokens(response.usage))
        if response.status in ("failed", "cancelled"):
            listener.failed(told(response.error))
            return
        self._start(response)
        reason = response.incomplete_details.reason if response.incomplete_details else ""
        if response.status == "incomplete":
            listener.stopped("content_filter" if reason == "content_filter" else "length")
        else:
            listener.stopped("tool_calls" if self._calls else "stop")
        listener.ended()


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise Unreadable


def _tokens(usage: dict[str, Any]) -> Tokens:
    prompt, completion = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    prompt = prompt if isinstance(prompt, dict) else {}
    completion = completion if isinstance(completion, dict) else {}
    return Tokens(
        count(usage.get("input_tokens")),
        count(usage.get("output_tokens")),
        count(prompt.get("cached_tokens")),
        count(prompt.get("cache_write_tokens")),
        count(completion.get("reasoning_tokens")),
    )
