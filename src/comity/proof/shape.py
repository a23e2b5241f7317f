"""The keys of an entry's blocks and their types (docs/spec/entry.md), and a check against them."""

from __future__ import annotations

import re
from typing import Any

from comity.terms.ids import PATTERN

MAX_ITEMS = 256
"""Of an array: as many deployments as one ruling is made for."""

_STRINGS = {
    "id": re.compile(PATTERN),
    "text": re.compile(r".{1,512}", re.DOTALL),
    "party": re.compile(r".{1,64}", re.DOTALL),
    "digest": re.compile(r"[0-9a-f]{64}"),
    "nonce": re.compile(r"[0-9a-f]{32}"),
    "durability": re.compile(r"strict|relaxed"),
    "mode": re.compile(r"enforce|observe"),
    "erasure": re.compile(r"erase|prune"),
    "day": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "amount": re.compile(r"[0-9]{1,32}(\.[0-9]{1,9})?"),
}

_CASE = {
    "operation": "id", "controller": "party", "role?": "id", "subjects": ["party"], "data": ["id"],
    "purpose": "id", "risk?": "id", "sector?": "id", "grounds": ["text"], "roles": ["text"],
    "output_used_in": ["text"], "evidence?": ["text"], "uses?": ["id"], "placed_on_market?": "text", "seal?": ["text"],
    "blocks?": ["text"], "oversight?": ["id"],
}  # fmt: skip

_ASKER = {
    "application": "id", "controller": "party", "case": _CASE, "key?": "id",
    "added?": {"data?": ["id"], "subjects?": ["party"], "purposes?": ["id"]},
}  # fmt: skip

_ATTEMPT = {
    "deployment": "id", "result": "id", "status?": "n", "started?": "n", "finished?": "n", "hedged?": "boolean",
}  # fmt: skip
_DETECTED = {
    "looked": ["id"], "version": "text", "found?": [{"data": "id", "count": "n"}], "subjects?": ["party"],
    "language?": "id", "unread?": "n", "beyond?": "boolean",
}  # fmt: skip
_WISH = {
    "only?": ["text"], "ignore?": ["text"], "order?": ["text"], "hops?": ["text"], "models?": ["text"],
    "language?": "text", "surface?": "id", "allow_fallbacks?": "boolean",
    "max_price?": {"input?": "text", "output?": "text"},
}  # fmt: skip
_USAGE = {"prompt_tokens?": "n", "completion_tokens?": "n", "seconds?": "n", "estimated?": "boolean"}

_SUMMED = {
    "application": "id", "requests": "n", "denials": "n", "outcomes": [{"finish": "id", "count": "n"}], "lost": "n",
    "open": "n", "prompt_tokens": "n", "completion_tokens": "n", "uncounted": "n",
    "cost": [{"currency": "text", "amount": "amount"}],
}  # fmt: skip

_KEY = {
    "id": "id", "digest": "digest", "application?": "id", "role?": "id", "disclose": "id", "created": "n",
    "expires?": "n", "revoked?": "n", "models?": ["text"],
    "limits?": {"requests_per_minute?": "n", "tokens_per_minute?": "n", "concurrent?": "n"},
    "budgets?": [{"per": "id", "money?": "text", "tokens?": "n"}],
}  # fmt: skip

_PROFILE = {"weights": "digest", "engine": "text", "cpu?": "text", "context": "n", "threads": "n", "slots": "n"}

_SAMPLE = {
    "commitment?": "digest", "rate?": "n", "commit?": "id", "nonce?": "digest",
    "heads?": [{"shard": "id", "first": "n", "size": "n", "root": "digest"}],
    "result?": "id", "at?": "n", "profile?": "digest",
}  # fmt: skip

SHAPES: dict[str, dict[str, dict[str, Any]]] = {
    "intent": {
        "party": _ASKER,
        "decision": {
            "durability": "durability", "realm": "digest", "conditions": "digest", "ruling": "digest",
            "placement": "digest", "model": "text", "tiers": [["id"]], "mode": "mode",
            "assumptions?": ["text"], "obligations?": ["text"], "advisories?": ["text"], "rules?": ["text"],
            "accepted?": ["text"], "wish?": _WISH,
            "duties?": {"done?": ["text"], "assisted?": ["text"], "attested?": ["text"]},
        },
        "content": {
            "nonce": "nonce", "request": "digest", "bytes": "n", "times": {"received": "n"}, "stream?": "boolean",
            "surface?": "id", "session?": "digest", "oversight?": "id", "detected?": _DETECTED,
            "pseudonymised?": "n", "ref?": "digest",
        },
    },
    "outcome": {
        "party": {"intent": "n"},
        "decision": {"durability": "durability", "deployment?": "id", "attempts": [_ATTEMPT], "cached?": "n",
            "profile?": _PROFILE,
        },
        "content": {
            "finish": "id", "status?": "n", "response?": "digest",
            "upstream?": {"request?": "digest", "response?": "digest"}, "usage?": _USAGE, "bytes?": "n",
            "cost?": {"amount": "n", "currency": "text"}, "unrestored?": "n", "kept?": "day",
            "sampling?": {"seed?": "n", "temperature?": "text"},
            "times": {"started?": "n", "first_byte?": "n", "finished": "n"},
        },
    },
    "denial": {
        "party": _ASKER,
        "decision": {
            "durability": "durability", "realm": "digest", "conditions?": "digest", "ruling?": "digest",
            "model": "text", "mode": "mode", "rules": ["text"],
            "candidates?": [{"deployment": "id", "rules": ["text"]}], "assumptions?": ["text"], "wish?": _WISH,
        },
        "content": {
            "nonce": "nonce", "request": "digest", "bytes": "n", "status": "n", "response?": "digest",
            "times": {"received": "n", "finished": "n"}, "detected?": _DETECTED, "ref?": "digest",
        },
    },
    "realm": {
        "party": {},
        "decision": {"durability": "durability", "realm": "digest", "valid_until?": "n"},
        "content": {"times": {"started": "n"}},
    },
    "conditions": {
        "party": {},
        "decision": {"durability": "durability", "conditions": "digest"},
        "content": {"times": {"started": "n"}},
    },
    "audit": {
        "party": {"actor": "id", "key?": _KEY},
        "decision": {"durability": "durability", "action": "id"},
        "content": {"target": "id", "times": {"finished": "n"}, "sample?": _SAMPLE},
    },
    "summary": {
        "party": {},
        "decision": {"durability": "durability", "day": "day", "from": "n", "to": "n", "part?": "n", "parts?": "n"},
        "content": {"applications": [_SUMMED], "times": {"finished": "n"}},
    },
    "erasure": {
        "party": {"actor": "id"},
        "decision": {"durability": "durability", "action": "erasure"},
        "content": {
            "salts": "n", "entries": "n", "pruned?": [{"shard": "id", "minimum": "n"}], "times": {"finished": "n"},
        },
    },
}  # fmt: skip
"""For each kind and block its keys; `?` marks an optional one."""


class ShapeError(ValueError):
    """A block that is not as docs/spec/entry.md says; the message names the place."""


def check_block(kind: str, block: str, value: object, *, exact: bool = False) -> None:
    """Check a parsed block against its kind.

    Args:
        kind: one of `comity.proof.entry.KINDS`.
        block: party, decision or content.
        value: what `canon.parse` gave.
        exact: refuse unknown keys too, as for what this version writes; readers ignore them.

    Raises:
        ShapeError: a key is missing, or a value is of another type.
    """
    _check(value, SHAPES[kind][block], f"{kind}.{block}", exact)


def _check(value: object, shape: Any, place: str, exact: bool) -> None:
    if isinstance(shape, dict):
        _check_object(value, shape, place, exact)
    elif isinstance(shape, list):
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            raise ShapeError(f"{place} is not an array of at most {MAX_ITEMS}")
        for number, item in enumerate(value):
            _check(item, shape[0], f"{place}[{number}]", exact)
    elif shape == "n":
        if value.__class__ is not int or value < 0:
            raise ShapeError(f"{place} is not an integer >= 0")
    elif shape == "boolean":
        if value.__class__ is not bool:
            raise ShapeError(f"{place} is not true or false")
    elif not isinstance(value, str) or not _STRINGS[shape].fullmatch(value):
        raise ShapeError(f"{place} is not of type {shape}")


def _check_object(value: object, shape: dict[str, Any], place: str, exact: bool) -> None:
    if not isinstance(value, dict):
        raise ShapeError(f"{place} is not an object")
    known = set()
    for marked, inner in shape.items():
        key = marked.rstrip("?")
        known.add(key)
        if key in value:
            _check(value[key], inner, f"{place}.{key}", exact)
        elif not marked.endswith("?"):
            raise ShapeError(f"{place} has no {key}")
    if exact and (extra := sorted(set(value) - known)):
        raise ShapeError(f"{place} has the unknown key {extra[0]}")
