"""Which reader an answer gets: by the surface that the deployment serves, and whether it streams."""

from __future__ import annotations

from comity.proof.commitment import Commitment
from comity.relay.answer import WholeAnswer
from comity.relay.splice import StreamAnswer
from comity.relay.surfaces import Surface
from comity.relay.telling.tellings import TELLINGS


def answer_for(
    surface: Surface,
    receipt: str,
    response: Commitment,
    upstream: Commitment,
    *,
    streams: bool,
    hide_usage: bool = False,
) -> WholeAnswer | StreamAnswer:
    """A reader for an answer in the dialect of `surface`.

    `streams` says that events come (`text/event-stream`); `hide_usage` that the usage in them was asked for by us and
    is kept from the client. `response` is brought up to date with the client's bytes, `upstream` with the
    deployment's.
    """
    telling = TELLINGS[surface.name]
    if streams:
        return StreamAnswer(receipt, response, upstream, telling, hide_usage=hide_usage)
    return WholeAnswer(response, telling)
