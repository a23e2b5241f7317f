"""What a deployment is told of a request: the caller's own bytes where it serves that surface, else a translation."""

from __future__ import annotations

from comity.relay.body import BadRequest, splice
from comity.relay.dialects import translate_request
from comity.relay.dialects.conversation import Dialect
from comity.relay.exchange import Exchange
from comity.relay.surfaces import SURFACES, Surface
from comity.relay.target import Target

PREFERRED: tuple[Dialect, ...] = ("chat", "responses", "messages")
"""Into which dialect a request is translated, of those that a deployment speaks."""


def said_to(target: Target, surface: Surface, exchange: Exchange) -> tuple[Surface, bytes, bytes]:
    """The surface at which `target` is asked, the header lines that describe the body, and the body.

    Raises:
        BadRequest: the request cannot be said in a dialect that the deployment speaks.
    """
    ask = exchange.ask
    if (surface.declared or surface.name) in target.surfaces:
        body = splice(exchange.outgoing, ask, target.served_as, ask_usage=target.stream_usage)
        return surface, ask.lines or surface.lines, body
    spoken = next((name for name in PREFERRED if name in target.surfaces), None)
    if not surface.dialect or spoken is None:
        raise BadRequest(f"The deployment for this model does not serve {surface.path}.")
    served = SURFACES[spoken]
    body = translate_request(exchange.outgoing, surface.dialect, spoken, target.served_as, usage=target.stream_usage)
    return served, served.lines, body
