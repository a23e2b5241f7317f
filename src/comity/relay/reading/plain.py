"""The quick way to read a request: known parameters and text, in one pass that builds no object for what it skips.

Each occurrence of a doubled key has to pass it, so a second one can hide no hop. What does not pass is not plain; the
strict scan and the tables say what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

UNREAD = Raw()
"""Of a member that is not there. (`Raw | None` would take null alone.)"""


class Closed(Struct, forbid_unknown_fields=True, gc=False):
    """A part of a plain request."""


class DataUrl:
    """A URL that is its own content. What it holds is not kept, and any other URL is not plain."""

    __slots__ = ()


_DATA_URL = DataUrl()


class StreamOptions(Closed):
    """Options of a stream of which the usage is asked for."""

    include_usage: bool
    include_obfuscation: Raw = UNREAD


def decoder(typed: Mapping[str, Any], raw: Iterable[str]) -> Callable[[bytes], Any]:
    """A decoder of plain requests: `model` and `stream`, the `typed` members, and the `raw` ones unread.

    A member of `typed` that may be absent has None or UNSET among its types.
    """
    fields: list[Any] = [("model", str, ""), ("stream", bool | None, None)]
    for name, kind in typed.items():
        default: Any = msgspec.NODEFAULT
        arguments = getattr(kind, "__args__", ())
        if UnsetType in arguments:
            default = UNSET
        elif type(None) in arguments:
            default = None
        fields.append((name, kind, default))
    fields.extend((name, Raw, UNREAD) for name in sorted(set(raw) - set(typed)))
    kind = msgspec.defstruct("Plain", fields, forbid_unknown_fields=True, gc=False, kw_only=True)
    return msgspec.json.Decoder(kind, dec_hook=_content).decode


def _content(kind: type, value: Any) -> DataUrl:
    """The decoder asks for each occurrence of a `DataUrl`, doubled ones too."""
    if kind is DataUrl and isinstance(value, str) and value.startswith("data:"):
        return _DATA_URL
    raise ValueError("not its own content")
