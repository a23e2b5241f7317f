"""Writing answers of the Responses API: a response, or the events of a stream.

Its stream says everything up to three times: by delta, when a part is done, and when the response is complete. So the
answer is kept while it streams.
"""

from __future__ import annotations

from typing import Any

import msgspec

from comity.relay.dialects.collected import Collected, Piece, Sort
from comity.relay.dialects.errors import event
from comity.relay.dialects.listener import Failure, Tokens, Unreadable
from comity.relay.dialects.naming import Naming
from comity.relay.dialects.writer import Writer

MAX_ANSWER_CHARACTERS = 8 * 1024 * 1024
"""Of an answer that is kept; several times the longest that any model writes."""

_encode = msgspec.json.Encoder().encode


def whole(answer: Collected, naming: Naming) -> bytes:
    """The response that says the same."""
    items: list[dict[str, Any]] = []
    for piece in answer.pieces:
        part = _part(piece)
        if part and items and items[-1]["type"] == "message":
            items[-1]["content"].append(part)  # text and a refusal side by side are one message
        else:
            items.append(_item(piece, naming, len(items), [part] if part else []))
    return _encode(_response(naming, items, answer.reason, answer.tokens))


class Stream(Writer):
    """A listener that writes events into `out`, and the last one into `tail`."""

    __slots__ = ("_delta", "_items", "_kept", "_naming", "_number", "_parts", "_piece")

    def __init__(self, naming: Naming) -> None:
        super().__init__()
        self._naming = naming
        self._number = 0  # of the next event
        self._items: list[dict[str, Any]] = []  # those that are done
        self._parts: list[dict[str, Any]] = []  # done, of the message that is open
        self._piece: Piece | None = None  # what is open
        self._delta = b""  # an event of it, up to its number
        self._kept = 0

    def started(self, id: str) -> None:
        """See `Listener`."""
        for type in ("response.created", "response.in_progress"):
            self._tell(type, response=_response(self._naming, [], "", None, status="in_progress"))

    def thought(self, text: str) -> None:
        """See `Listener`."""
        self._say("thought", text)

    def text(self, text: str) -> None:
        """See `Listener`."""
        self._say("text", text)

    def declined(self, text: str) -> None:
        """See `Listener`."""
        self._say("declined", text)

    def called(self, id: str, name: str) -> None:
        """See `Listener`."""
        self._begin(Piece("call", [], id, name))

    def arguments(self, text: str) -> None:
        """See `Listener`."""
        self._add(text)

    def error(self, failure: Failure) -> bytes:
        """See `Writer`. Clients look at the first event, or at the second, which is the last of a response."""
        first = event("responses", failure, number=self._number)
        if not self._number:
            return first
        self._number += 1
        error = {"code": _code(failure), "message": failure.message}
        response = _response(self._naming, self._items, "", self.tokens, status="failed", error=error)
        return first + self._event("response.failed", response=response)

    def end(self) -> bytes:
        """See `Writer`."""
        self._finish()
        response = _response(self._naming, self._items, self.reason, self.tokens)
        return self._event(f"response.{response['status']}", response=response)

    def _say(self, sort: Sort, text: str) -> None:
        if self._piece is None or self._piece.sort != sort:
            self._begin(Piece(sort, []))
        self._add(text)

    def _add(self, text: str) -> None:
        assert self._piece is not None
        self._kept += len(text)
        if self._kept > MAX_ANSWER_CHARACTERS:
            raise Unreadable
        self._piece.said.append(text)
        self.out.append(b'%b%d,"delta":%b}\n\n' % (self._delta, self._number, _encode(text)))
        self._number += 1

    def _begin(self, piece: Piece) -> None:
        """Open an item, and a part of it; text and a refusal side by side are parts of one message."""
        beside = self._piece is not None and _part(self._piece) is not None and _part(piece) is not None
        if beside:
            self._finish_part()
        else:
            self._finish()
        self._piece = piece
        where = {"item_id": _id(piece, self._naming, self._index), "output_index": self._index}
        if not beside:
            item = _item(piece, self._naming, self._index, [], status="in_progress")
            self._tell("response.output_item.added", output_index=self._index, item=item)
        if piece.sort == "call":
            type = "response.function_call_arguments.delta"
        else:
            where["content_index"] = len(self._parts)
            self._tell("response.content_part.added", **where, part=_part(piece) or _thought(piece))
            type = f"response.{_WORDS[piece.sort]}.delta"
        more: dict[str, Any] = {"logprobs": []} if piece.sort == "text" else {}
        members = _encode({"type": type, **where, **more, "sequence_number": 0})
        self._delta = b"event: %b\ndata: %b" % (type.encode(), members[: members.rindex(b"0")])

    @property
    def _index(self) -> int:
        return len(self._items)

    def _finish_part(self) -> None:
        """Say the open part once more, as a whole."""
        piece = self._piece
        assert piece is not None
        where = {"item_id": _id(piece, self._naming, self._index), "output_index": self._index}
        if piece.sort == "call":
            self._tell("response.function_call_arguments.done", **where, name=piece.name, arguments=piece.arguments)
            return
        where["content_index"] = len(self._parts)
        said: dict[str, Any] = {"refusal" if piece.sort == "declined" else "text": piece.text}
        more: dict[str, Any] = {"logprobs": []} if piece.sort == "text" else {}
        self._tell(f"response.{_WORDS[piece.sort]}.done", **where, **said, **more)
        part = _part(piece) or _thought(piece)
        self._tell("response.content_part.done", **where, part=part)
        self._parts.append(part)

    def _finish(self) -> None:
        piece = self._piece
        if piece is None:
            return
        self._finish_part()
        item = _item(piece, self._naming, self._index, self._parts)
        self._tell("response.output_item.done", output_index=self._index, item=item)
        self._items.append(item)
        self._piece, self._parts = None, []

    def _tell(self, type: str, **members: Any) -> None:
        self.out.append(self._event(type, **members))

    def _event(self, type: str, **members: Any) -> bytes:
        said = {"type": type, "sequence_number": self._number, **members}
        self._number += 1
        return b"event: %b\ndata: %b\n\n" % (type.encode(), _encode(said))


_WORDS: dict[Sort, str] = {"text": "output_text", "declined": "refusal", "thought": "reasoning_text"}
_PREFIXES: dict[Sort, str] = {"text": "msg_", "declined": "msg_", "thought": "rs_", "call": "fc_"}


def _id(piece: Piece, naming: Naming, index: int) -> str:
    return naming.item(_PREFIXES[piece.sort], index)


def _part(piece: Piece) -> dict[str, Any] | None:
    """A part of a message, if it is one."""
    if piece.sort == "text":
        return {"type": "output_text", "text": piece.text, "annotations": [], "logprobs": []}
    if piece.sort == "declined":
        return {"type": "refusal", "refusal": piece.text}
    return None


def _thought(piece: Piece) -> dict[str, Any]:
    return {"type": "reasoning_text", "text": piece.text}


def _item(
    piece: Piece, naming: Naming, index: int, parts: list[dict[str, Any]], *, status: str = "completed"
) -> dict[str, Any]:
    id = _id(piece, naming, index)
    if piece.sort == "call":
        call = piece.id or naming.item("call_", index)
        arguments = "" if status == "in_progress" else piece.arguments
        said = {"call_id": call, "name": piece.name, "arguments": arguments}
        return {"id": id, "type": "function_call", "status": status, **said}
    if piece.sort == "thought":
        content = [_thought(piece)] if piece.said else []
        return {"id": id, "type": "reasoning", "status": status, "summary": [], "content": content}
    return {"id": id, "type": "message", "status": status, "role": "assistant", "content": parts}


def _response(
    naming: Naming,
    items: list[dict[str, Any]],
    reason: str,
    tokens: Tokens | None,
    *,
    status: str = "",
    error: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The response as it stands. Of the request it repeats nothing: what the dialect requires has its default."""
    cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(reason)
    return {
        "id": naming.ids("resp_"),
        "object": "response",
        "created_at": naming.now,
        "status": status or ("incomplete" if cut else "completed"),
        "error": error,
        "incomplete_details": {"reason": cut} if cut else None,
        "instructions": None,
        "metadata": {},
        "model": naming.model,
        "output": items,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "store": False,
        "temperature": None,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "truncation": "disabled",
        "usage": _usage(tokens) if tokens else None,
    }


def _code(failure: Failure) -> str:
    """The dialect has a closed list of codes, of which two speak of the upstream."""
    return "rate_limit_exceeded" if failure.status == 429 else "server_error"


def _usage(tokens: Tokens) -> dict[str, Any]:
    """Counts that are not known are zero: the dialect requires them all."""
    prompt, completion = max(tokens.input, 0), max(tokens.output, 0)
    return {
        "input_tokens": prompt,
        "input_tokens_details": {
            "cached_tokens": max(tokens.cached, 0),
            "cache_write_tokens": max(tokens.written, 0),
        },
        "output_tokens": completion,
        "output_tokens_details": {"reasoning_tokens": max(tokens.reasoning, 0)},
        "total_tokens": prompt + completion,
    }
