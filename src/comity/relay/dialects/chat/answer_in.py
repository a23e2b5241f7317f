"""Reading chat answers: a completion, or the chunks of a stream."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from comity.relay.dialects.errors import ABORTED, told
from comity.relay.dialects.listener import MAX_CALLS, Failure, Listener, Tokens, Unreadable
from comity.relay.usage import count


class _Function(Struct, gc=False):
    name: str | None = None
    arguments: Any = None


class _Call(Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Said(Struct, gc=False):
    """A message, or what a chunk adds to it. Engines show thoughts under one of two names."""

    content: Any = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(Struct, gc=False):
    index: int = 0
    delta: _Said | None = None
    message: _Said | None = None
    finish_reason: str | None = None
    stop_reason: Any = None  # vLLM: the stop sequence, or a token's number


class _Chunk(Struct, gc=False):
    id: str | None = None
    choices: list[_Choice] | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


_DECODE = msgspec.json.Decoder(_Chunk).decode
_END = b"[DONE]"

REASONS = {"model_length": "length", "max_tokens": "length", "eos_token": "stop", "stop_sequence": "stop"}
"""Words of some makers and engines for reasons that have another name in this dialect."""

GIVEN_UP = ("abort", "error")
"""`finish_reason` of engines that stopped for no fault of the request: what came so far is no answer."""


class Reader:
    """Tells a listener what an answer says, event by event."""

    __slots__ = ("_calls", "_failed", "_id", "_listener", "_open", "_started")

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._started = False
        self._failed = False
        self._calls: list[int] = []  # the deployment's numbers of the calls so far
        self._open = -1  # that of the call whose arguments may come
        self._id: str | None = None  # the id of that call

    def event(self, content: bytes) -> None:
        """One event.

        Raises:
            Unreadable: it is not of this dialect.
        """
        if content.startswith(_END):
            self._start("")
            self._listener.ended()
        else:
            self.document(content)

    def whole(self, body: bytes) -> None:
        """A complete answer.

        Raises:
            Unreadable: it is not of this dialect.
        """
        self.document(body)
        if self._failed:
            return
        if not self._started:
            raise Unreadable
        self._listener.ended()

    def document(self, content: bytes) -> None:
        """A chunk or a completion."""
        try:
            chunk = _DECODE(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Unreadable from None
        if chunk.error is not None:
            self._fail(told(chunk.error))
            return
        if chunk.choices:
            self._start(chunk.id or "")
            for choice in chunk.choices:
                if choice.index == 0 and not self._failed:  # one answer was asked for
                    self._choice(choice)
        if chunk.usage is not None:
            self._listener.used(_tokens(chunk.usage))

    def _start(self, id: str) -> None:
        if not self._started:
            self._started = True
            self._listener.started(id)

    def _fail(self, failure: Failure) -> None:
        self._failed = True
        self._listener.failed(failure)

    def _choice(self, choice: _Choice) -> None:
        said, listener = choice.delta or choice.message, self._listener
        if said is not None:
            thought = said.reasoning_content or said.reasoning
            if thought or said.content or said.refusal:
                self._open = -1
            if thought:
                listener.thought(thought)
            if said.content:
                if isinstance(said.content, str):
                    listener.text(said.content)
                else:
                    _parts(said.content, listener)
            if said.refusal:
                listener.declined(said.refusal)
            for number, call in enumerate(said.tool_calls or ()):
                self._call(call, number)
        if choice.finish_reason in GIVEN_UP:
            self._fail(ABORTED)
        elif choice.finish_reason:
            sequence = choice.stop_reason if isinstance(choice.stop_reason, str) else ""
            listener.stopped(REASONS.get(choice.finish_reason, choice.finish_reason), sequence)

    def _call(self, call: _Call, number: int) -> None:
        calls, function = self._calls, call.function or _Function()
        index = number if call.index is None else call.index
        # some makers number all calls 0, and tell them apart by id alone
        other = bool(call.id and function.name) and call.id != self._id
        if index not in calls or other:
            if len(calls) >= MAX_CALLS or not function.name:
                raise Unreadable
            calls.append(index)
            self._open, self._id = index, call.id
            self._listener.called(call.id or "", function.name)
        if function.arguments:
            if index != self._open:
                raise Unreadable  # pieces of two calls in turn, which no other dialect can say
            self._listener.arguments(_text(function.arguments))


def _text(arguments: object) -> str:
    if isinstance(arguments, str):
        return arguments
    if isinstance(arguments, dict):  # some engines do not write it as text
        return msgspec.json.encode(arguments).decode()
    raise Unreadable


def _parts(content: object, listener: Listener) -> None:
    """Content as a list, as models that think answer at some makers: texts, and thoughts which are lists again."""
    for part in content if isinstance(content, list) else [None]:
        if not isinstance(part, dict):
            raise Unreadable
        text, thoughts = part.get("text"), part.get("thinking")
        if isinstance(text, str) and part.get("type") == "text":
            if text:
                listener.text(text)
        elif isinstance(thoughts, list) and part.get("type") == "thinking":
            for thought in thoughts:
                shown = thought.get("text") if isinstance(thought, dict) else None
                if isinstance(shown, str) and shown:
                    listener.thought(shown)
        else:
            raise Unreadable


def _tokens(usage: dict[str, Any]) -> Tokens:
    prompt, completion = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    prompt = prompt if isinstance(prompt, dict) else {}
    completion = completion if isinstance(completion, dict) else {}
    return Tokens(
        count(usage.get("prompt_tokens")),
        count(usage.get("completion_tokens")),
        count(prompt.get("cached_tokens")),
        count(prompt.get("cache_write_tokens")),
        count(completion.get("reasoning_tokens")),
    )
