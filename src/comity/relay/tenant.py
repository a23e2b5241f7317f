"""Who asks: what the relay knows of the holder of a key."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from comity.detect.wanted import Looks
from comity.proof.commitment import Openings
from comity.terms.digests import SIZE

_UNMADE = Openings(bytes(SIZE))


class Tenant(Struct, frozen=True, cache_hash=True):
    """Who a key speaks for. The gate returns the same object for the same key until something about it changes.

    Attributes:
        application: id of the application, or of the role where `auditor` is true.
        controller: the application's registered controller, a party id or a bare jurisdiction.
        key: public id of the key, for counters and lists; never the key.
        salt: the application's erasure salt, 32 bytes (docs/spec/commitment.md), or that of `ref`.
        disclose: `full` shows the names of deployments and sites to the caller, `none` leaves them out.
        auditor: a key that reads receipts of every application and may not ask for inference.
        models: the models that the application and the key may both ask for, sorted; None for every one.
        looks: how its requests are looked at; None: not at all.
        openings: of `salt`; made from it.
        ref: what the request's Comity-Erasure-Ref says, or empty: it never leaves this process.
    """

    application: str
    controller: str
    key: str
    salt: bytes
    disclose: Literal["full", "none"] = "none"
    auditor: bool = False
    models: tuple[str, ...] | None = None
    looks: Looks | None = None
    openings: Openings = _UNMADE
    ref: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "openings", Openings(self.salt))

    def under(self, ref: str, salt: bytes) -> Tenant:
        """The same for requests with an erasure ref, whose salt is `salt`: what is committed to goes with it."""
        return replace(self, ref=ref, salt=salt)
