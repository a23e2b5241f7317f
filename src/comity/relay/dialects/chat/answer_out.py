"""Writing chat answers: a completion, or the chunks of a stream."""

from __future__ import annotations

from typing import Any

import msgspec

from comity.relay.dialects.collected import Collected
from comity.relay.dialects.errors import event
from comity.relay.dialects.listener import Failure, Tokens
from comity.relay.dialects.naming import Naming
from comity.relay.dialects.writer import Writer
from comity.relay.usage import FINISHES

END = b"data: [DONE]\n\n"

_encode = msgspec.json.Encoder().encode


def whole(answer: Collected, naming: Naming) -> bytes:
    """The completion that says the same."""
    texts, declined, thoughts = answer.of("text"), answer.of("declined"), answer.of("thought")
    calls = [
        {
            "id": piece.id or naming.item("call_", number),
            "type": "function",
            "function": {"name": piece.name, "arguments": piece.arguments},
        }
        for number, piece in enumerate(answer.of("call"))
    ]
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(piece.text for piece in texts) if texts or not (calls or declined) else None,
        "refusal": "".join(piece.text for piece in declined) if declined else None,
    }
    if thoughts:
        message["reasoning_content"] = "".join(piece.text for piece in thoughts)
    if calls:
        message["tool_calls"] = calls
    said: dict[str, Any] = {
        "id": naming.ids("chatcmpl-"),
        "object": "chat.completion",
        "created": naming.now,
        "model": naming.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(answer.reason)}],
    }
    if answer.tokens:
        said["usage"] = _usage(answer.tokens)
    return _encode(said)


class Stream(Writer):
    """A listener that writes chunks into `out`, and the last event into `tail`."""

    __slots__ = ("_calls", "_chunk", "_close", "_naming", "_usage")

    def __init__(self, naming: Naming, *, include_usage: bool) -> None:
        super().__init__()
        self._naming = naming
        self._usage = include_usage
        self._calls = 0
        self._chunk = b'data: {"id":%b,"object":"chat.completion.chunk","created":%d,"model":%b,' % (
            _encode(naming.ids("chatcmpl-")),
            naming.now,
            _encode(naming.model),
        )
        # asked for usage, every chunk has the member
        self._close = b',"usage":null}\n\n' if include_usage else b"}\n\n"

    def started(self, id: str) -> None:
        """See `Listener`."""
        self._delta(b'"role":"assistant","content":""')

    def thought(self, text: str) -> None:
        """See `Listener`."""
        self._delta(b'"reasoning_content":' + _encode(text))

    def text(self, text: str) -> None:
        """See `Listener`."""
        self._delta(b'"content":' + _encode(text))

    def declined(self, text: str) -> None:
        """See `Listener`."""
        self._delta(b'"refusal":' + _encode(text))

    def called(self, id: str, name: str) -> None:
        """See `Listener`."""
        id = id or self._naming.item("call_", self._calls)
        self._delta(
            b'"tool_calls":[{"index":%d,"id":%b,"type":"function","function":{"name":%b,"arguments":""}}]'
            % (self._calls, _encode(id), _encode(name))
        )
        self._calls += 1

    def arguments(self, text: str) -> None:
        """See `Listener`."""
        self._delta(b'"tool_calls":[{"index":%d,"function":{"arguments":%b}}]' % (self._calls - 1, _encode(text)))

    def stopped(self, reason: str, sequence: str = "") -> None:
        """See `Listener`."""
        super().stopped(reason, sequence)
        self._delta(b"", _encode(_reason(reason)))

    def error(self, failure: Failure) -> bytes:
        """See `Writer`."""
        return event("chat", failure)

    def end(self) -> bytes:
        """See `Writer`."""
        if self._usage and self.tokens:
            self.out.append(self._chunk + b'"choices":[],"usage":%b}\n\n' % _encode(_usage(self.tokens)))
        return END

    def _delta(self, members: bytes, reason: bytes = b"null") -> None:
        self.out.append(
            b'%b"choices":[{"index":0,"delta":{%b},"finish_reason":%b}]%b' % (self._chunk, members, reason, self._close)
        )


def _reason(reason: str) -> str:
    return reason if reason in FINISHES else "stop"


def _usage(tokens: Tokens) -> dict[str, Any]:
    """Counts that are not known are zero where the dialect requires them, and absent elsewhere."""
    prompt, completion = max(tokens.input, 0), max(tokens.output, 0)
    said: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    details = {"cached_tokens": tokens.cached, "cache_write_tokens": tokens.written}
    known = {name: value for name, value in details.items() if value >= 0}
    if known:
        said["prompt_tokens_details"] = known
    if tokens.reasoning >= 0:
        said["completion_tokens_details"] = {"reasoning_tokens": tokens.reasoning}
    return said
