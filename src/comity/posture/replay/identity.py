"""What a group asked, as text and as a number: the same wherever and whenever it is computed."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec

from comity.posture.replay.groups import Asked, Groups
from comity.posture.replay.requests import MAX_KEPT
from comity.terms import canon


def text_of(asked: Asked) -> str:
    """Its members in order, as canonical JSON."""
    return canon.encode([_plain(getattr(asked, name)) for name in Asked.__struct_fields__]).decode()


@lru_cache(MAX_KEPT)
def asked_of(text: str) -> Asked:
    """What `text_of` made `text` of.

    Raises:
        ValueError: it is none of its texts.
    """
    members = msgspec.json.decode(text, type=list[Any])
    return msgspec.convert(dict(zip(Asked.__struct_fields__, members, strict=True)), Asked)


def number_of(asked: Asked) -> int:
    """Its text's SHA-256, of which the first eight bytes are an integer with a sign."""
    return int.from_bytes(sha256(text_of(asked).encode()).digest()[:8], "big", signed=True)


def in_order(groups: Groups) -> Groups:
    """The same groups, by their numbers: whoever counted them, and in whatever parts."""
    return {asked: groups[asked] for asked in sorted(groups, key=number_of)}


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
