"""Kinds of entries and the few blocks that the log itself writes (docs/spec/entry.md)."""

from __future__ import annotations

from typing import Literal, get_args

from comity.terms import canon

Kind = Literal["intent", "outcome", "denial", "realm", "conditions", "audit", "summary", "erasure"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order of their codes in a segment, which begin at 1."""

SHOWN: tuple[Kind, ...] = ("intent", "outcome", "denial")
"""Kinds that a receipt can show."""

MAX_BLOCK_BYTES = 16_384
"""A block's canonical bytes: four times the largest that a ruling over 256 deployments gives, and below the 65,535
that a segment's record can say."""


def outcome_party(intent: int) -> bytes:
    """The party block of an outcome: by reference, the party of its intent."""
    return b'{"intent":%d}' % intent


def lost_outcome(intent: int, durability: str, now_ms: int) -> tuple[bytes, bytes, bytes]:
    """The blocks of the outcome that a start enters for an intent which it finds open."""
    return (
        outcome_party(intent),
        canon.encode({"attempts": [], "durability": durability}),
        canon.encode({"finish": "lost", "times": {"finished": now_ms}}),
    )
