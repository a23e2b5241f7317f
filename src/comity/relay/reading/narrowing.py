"""`provider`: the caller's own narrowing, in the words of OpenRouter. It removes and orders candidates, never adds."""

from __future__ import annotations

import re
from typing import NamedTuple

from comity.relay.body import BadRequest

MAX_NAMES = 64
"""Deployments, operators or sites that one option may name; more than a stack has in reach of one model."""

LONGEST_NAME = 64
"""As long as an id is (docs/spec/entry.md)."""

MAX_CHARACTERS = 2_048
"""Of all names together: the entry of the request bears them, and has 16 kB for all that was decided."""

KNOWN = ("only", "ignore", "order", "allow_fallbacks", "max_price")
PRICED = ("prompt", "completion")
"""Members of `max_price`: most for 10^6 tokens in and out, in the stack's currency."""

_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


class Narrowing(NamedTuple):
    """See `placement.types.Wish`."""

    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    allow_fallbacks: bool = True
    max_price: tuple[str, str] = ("", "")


NONE = Narrowing()


def narrowing(provider: object) -> Narrowing:
    """Read the member.

    Raises:
        BadRequest: it has an option that is not known, or one that is not what it should be.
    """
    if provider is None:
        return NONE
    if not isinstance(provider, dict):
        raise BadRequest(f"`provider` is an object with {_listed(KNOWN)}.", "provider")
    for name in provider:
        if name not in KNOWN:
            raise BadRequest(f"`provider.{name[:64]}` is not known; there are {_listed(KNOWN)}.", "provider")
    fallbacks = provider.get("allow_fallbacks")
    if fallbacks is not None and not isinstance(fallbacks, bool):
        raise BadRequest("`provider.allow_fallbacks` is true or false.", "provider")
    only, ignore, order = (_names(provider.get(name), name) for name in ("only", "ignore", "order"))
    if sum(map(len, (*only, *ignore, *order))) > MAX_CHARACTERS:
        raise BadRequest(f"`provider` names more than {MAX_CHARACTERS} characters.", "provider")
    return Narrowing(
        tuple(sorted(set(only))),
        tuple(sorted(set(ignore))),
        tuple(dict.fromkeys(order)),
        fallbacks is not False,
        _prices(provider.get("max_price")),
    )


def _names(value: object, name: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_NAMES or not all(map(_is_name, value)):
        raise BadRequest(f"`provider.{name}` is a list of at most {MAX_NAMES} names.", "provider")
    return value


def _is_name(value: object) -> bool:
    """Half a surrogate pair is a character to Python and to no entry of the log."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()


def _prices(value: object) -> tuple[str, str]:
    if value is None:
        return "", ""
    if not isinstance(value, dict) or not set(value) <= set(PRICED):
        raise BadRequest(f"`provider.max_price` is an object with {_listed(PRICED)}.", "provider")
    most, least = (_price(value.get(name), name) for name in PRICED)
    return most, least


def _price(value: object, name: str) -> str:
    if value is None:
        return ""
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if not _DECIMAL.fullmatch(text):
        raise BadRequest(f"`provider.max_price.{name}` is a price for 10^6 tokens, such as 0.5.", "provider")
    return text


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names[:-1]) + f" and `{names[-1]}`"
