"""A finished request as hooks and the access log show it: names that the stack file knows, figures, times."""

from __future__ import annotations

from comity.relay.finished import Finished
from comity.stack.types import Stack

UNNAMED = "other"


def model_of(record: Finished, stack: Stack) -> str:
    """The model that was asked for, if the stack has a model, deployment or alias of that name; else `other`.

    A wildcard lets callers write what they like in its place, so only its own text is shown.
    """
    if record.model in stack.models or record.model in stack.deployments or record.model in stack.aliases:
        return record.model
    return UNNAMED


def document(record: Finished, stack: Stack) -> dict[str, object]:
    """The record as JSON; what is not known is left out. Instants in milliseconds since the Unix epoch."""
    usage = {
        name: count
        for name, count in (("input_tokens", record.input_tokens), ("output_tokens", record.output_tokens))
        if count >= 0
    }
    times = {"received": record.received, "first_byte": record.first_byte, "finished": record.finished}
    shown: dict[str, object] = {
        "event": record.event,
        "receipt": record.receipt,
        "application": record.application,
        "model": model_of(record, stack),
        "surface": record.surface,
        "stream": record.stream,
        "deployment": record.deployment,
        "status": record.status,
        "finish": record.finish,
        "attempts": record.attempts,
        "cached": record.cached,
        "usage": usage,
        "times": {name: at for name, at in times.items() if at},
    }
    if record.cost >= 0:
        shown["cost"] = {"amount": record.cost, "currency": record.currency}
    return {name: value for name, value in shown.items() if value not in ("", {}, 0, False)}
