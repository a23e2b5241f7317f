"""A request in one dialect, said in another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from comity.relay import scan
from comity.relay.body import BadRequest
from comity.relay.dialects.chat import request_in as chat_in
from comity.relay.dialects.chat import request_out as chat_out
from comity.relay.dialects.complaints import Complaints
from comity.relay.dialects.conversation import Conversation, Dialect, Image
from comity.relay.dialects.messages import request_in as messages_in
from comity.relay.dialects.messages import request_out as messages_out
from comity.relay.dialects.responses import request_in as responses_in
from comity.relay.dialects.responses import request_out as responses_out

_READ: dict[Dialect, Callable[[dict[str, Any], Complaints], Conversation]] = {
    "chat": chat_in.read,
    "responses": responses_in.read,
    "messages": messages_in.read,
}
_WRITE = {"chat": chat_out.write, "responses": responses_out.write, "messages": messages_out.write}


def translate_request(body: bytes, source: Dialect, target: Dialect, served_as: str, *, usage: bool = True) -> bytes:
    """The request that says in `target` what `body` says in `source`, to the model `served_as`.

    With `usage`, a stream is asked to report its usage, whether or not the client wants to see it. The rule of hops is
    not looked at here: it is applied to `body` before.

    Raises:
        BadRequest: not JSON that everybody reads alike, or something that the other dialect cannot say; it names all
            such fields, up to a limit, and `field` is the first.
    """
    try:
        scan.parse(body)
        document = msgspec.json.decode(body)
    except (scan.BadJson, msgspec.DecodeError) as error:
        raise BadRequest(f"The body cannot be taken: {error}.") from None
    complaints = Complaints()
    talk = _READ[source](document, complaints)
    if not talk.tools and talk.choice and talk.choice.kind in ("auto", "none"):
        talk.choice = None  # without tools there is nothing to choose, and some upstreams refuse the member
    for turn in talk.turns:
        if turn.role != "user":
            for part in turn.parts:
                if isinstance(part, Image):
                    complaints.add(part.place, "in the other dialect only the user and tools show pictures")
    if talk.turns and talk.turns[-1].role == "assistant" and (source == "messages") != (target == "messages"):
        complaints.add(talk.turns[-1].place, "an answer to be continued, or a turn to be answered: the dialects differ")
    said = _WRITE[target](talk, served_as, complaints, usage=usage)
    complaints.settle()
    return msgspec.json.encode(said)
