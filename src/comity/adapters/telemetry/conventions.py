"""A finished request in the words of OpenTelemetry's semantic conventions for generative AI.

The conventions are still "development" and were moved to a repository of their own in 2026; these are the names that
release 1.41 of the semantic conventions has, which is what back ends read today. They stand here and nowhere else.
No attribute bears content: those that would (`gen_ai.input.messages` and the like) are not in this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from comity.relay.finished import Finished

Value: TypeAlias = str | int | float | bool | tuple[str, ...]

SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0"

OPERATIONS: Mapping[str, str] = {
    "chat": "chat",
    "responses": "chat",
    "messages": "chat",
    "completions": "text_completion",
    "embeddings": "embeddings",
}
"""Surfaces by the conventions' names for operations; for any other the surface's own name is the operation's."""

DURATION = "gen_ai.client.operation.duration"
DURATION_BOUNDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKENS = "gen_ai.client.token.usage"
TOKENS_BOUNDS = tuple(4**power for power in range(14))
FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
FIRST_CHUNK_BOUNDS = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)

GIVEN = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call", "other"})
"""Ways of ending that are an answer; any other is an error's type."""


def operation(record: Finished) -> str:
    """The conventions' name of what was asked."""
    return OPERATIONS.get(record.surface, record.surface)


def span_name(record: Finished, model: str) -> str:
    """`chat mistral-small`."""
    return f"{operation(record)} {model}"


def error_type(record: Finished) -> str:
    """What kind of error it ended in; empty for an answer. The client's own faults (4xx) are its, and an answer."""
    if record.event == "denial":
        return "denied"
    return "" if record.finish in GIVEN or record.finish == "rejected" else record.finish or "error"


def dimensions(record: Finished, model: str, provider: str) -> dict[str, Value]:
    """Attributes of every metric: few values each."""
    found: dict[str, Value] = {
        "gen_ai.operation.name": operation(record),
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "gen_ai.response.model": record.served_as,
        "server.address": record.host,
        "server.port": record.port,
        "error.type": error_type(record),
    }
    return {name: value for name, value in found.items() if value not in ("", 0)}


def attributes(record: Finished, model: str, provider: str) -> dict[str, Value]:
    """Attributes of a span."""
    found = dimensions(record, model, provider)
    found["comity.application"] = record.application
    found["comity.event"] = record.event
    found["comity.attempts"] = record.attempts
    if record.receipt:
        found["comity.receipt"] = record.receipt
    if record.deployment:
        found["comity.deployment"] = record.deployment
    if record.cached:
        found["comity.cached"] = True
    if record.cost >= 0:
        found["comity.cost.nano"] = record.cost
        found["comity.cost.currency"] = record.currency
    if record.stream:
        found["gen_ai.request.stream"] = True
        if record.first_byte:
            found["gen_ai.response.time_to_first_chunk"] = (record.first_byte - record.received) / 1000
    if record.finish in GIVEN:
        found["gen_ai.response.finish_reasons"] = (record.finish,)
    if record.input_tokens >= 0:
        found["gen_ai.usage.input_tokens"] = record.input_tokens
    if record.output_tokens >= 0:
        found["gen_ai.usage.output_tokens"] = record.output_tokens
    return found
