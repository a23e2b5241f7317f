"""Who acts on the control port: the holder of a role's key, or of a token that speaks for a role."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from comity.adapters.keys import Key, Role
from comity.runtime.bearers import Bearers, public_id


class Actor(NamedTuple):
    """`id` is the public id of the key, or `oidc.NAME` of the token's issuer; `role` is None for an application's."""

    id: str
    role: Role | None


def actor(secret: bytes, find: Callable[[bytes], Key | None], bearers: Bearers) -> Actor | None:
    """Who presents `secret`; None if it opens nothing."""
    key = find(secret)
    if key is not None:
        return Actor(key.id, key.role)
    token = bearers.find(secret)
    if token is None:
        return None
    return Actor(public_id(token.issuer), token.role or None)  # type: ignore[arg-type]  # the stack has checked it
