"""What a deployment is told of a request: the caller's own bytes where it serves that surface, else a translation."""

from __future__ import annotations

from comity.relay.body import BadRequest, splice
from comity.relay.exchange import Exchange
from comity.relay.ports import Target
from comity.relay.surfaces import Surface


def said_to(target: Target, surface: Surface, exchange: Exchange) -> tuple[Surface, bytes, bytes]:
    """The surface at which `target` is asked, the header lines that describe the body, and the body.

    Raises:
        BadRequest: the request cannot be said in a dialect that the deployment speaks.
    """
    ask = exchange.ask
    if surface.name in target.surfaces:
        body = splice(exchange.body, ask, target.served_as, ask_usage=target.stream_usage)
        return surface, ask.lines or surface.lines, body
    raise BadRequest(f"The deployment for this model does not serve {surface.path}.")
