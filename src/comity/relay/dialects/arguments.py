"""Arguments of a tool call: JSON text in OpenAI's dialects, an object in Anthropic's."""

from __future__ import annotations

from typing import Any

import msgspec

from comity.relay import scan

INVALID = "INVALID_JSON"
"""The member in which Anthropic's documents have text that was meant as JSON and is not: a model may write such, and
the call has to reach the caller, and later the model again, all the same."""


def to_object(text: str) -> msgspec.Raw | dict[str, Any]:
    """The object that the text is, byte for byte; text that is no JSON object under `INVALID_JSON`."""
    if not text.strip(" \t\r\n"):
        return {}
    data = text.encode()
    try:
        scan.parse(data)
        msgspec.json.decode(data)
    except (scan.BadJson, msgspec.DecodeError, UnicodeDecodeError):
        return {INVALID: text}
    return msgspec.Raw(data)


def to_text(value: dict[str, Any]) -> str:
    """The text of an object; what stands alone under `INVALID_JSON`, as the model wrote it."""
    invalid = value.get(INVALID)
    if isinstance(invalid, str) and len(value) == 1:
        return invalid
    return msgspec.json.encode(value).decode()
