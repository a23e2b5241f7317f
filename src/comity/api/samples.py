"""`POST /admin/samples`: what an auditor has entered in the log: commitments, revealed nonces, results."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, to_builtins
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.adapters.database import DatabaseFault
from comity.api.access import Page, refusal
from comity.api.admin_keys import limited_body
from comity.proof.sampling import WHOLE
from comity.runtime.supervisor import Supervisor
from comity.terms.canon import MAX_INT
from comity.terms.ids import PATTERN

MAX_BODY_BYTES = 262_144
"""A hundred results are 20 kB; the heads of 64 shards 12 kB."""

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
EntryId = Annotated[str, Meta(pattern=r"^[a-z0-9]{1,16}\.(0|[1-9][0-9]{0,15})$")]
Size = Annotated[int, Meta(ge=0, le=MAX_INT)]


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The checkpoint of a shard, of which its part of the sample is drawn, from the entry `first` on."""

    shard: Annotated[str, Meta(pattern=r"^[a-z0-9]{1,16}$")]
    first: Size
    size: Size
    root: Digest


class Sample(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What docs/spec/sampling.md has of each action."""

    commitment: Digest | None = None
    rate: Annotated[int, Meta(ge=1, le=WHOLE)] | None = None
    commit: EntryId | None = None
    nonce: Digest | None = None
    heads: Annotated[tuple[Head, ...], Meta(min_length=1, max_length=64)] | None = None
    result: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,31}$")] | None = None
    at: Size | None = None
    profile: Digest | None = None


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry to be made."""

    target: Annotated[str, Meta(pattern=f"^{PATTERN}$")]
    sample: Sample


class NewSamples(Struct, frozen=True, forbid_unknown_fields=True):
    """Entries of one kind."""

    action: Literal["sample.commit", "sample.reveal", "sample.result"]
    entries: Annotated[tuple[About, ...], Meta(min_length=1, max_length=100)]


NEEDED = {
    "sample.commit": ({"commitment", "rate"}, set[str]()),
    "sample.reveal": ({"commit", "nonce", "heads"}, set[str]()),
    "sample.result": ({"commit", "result"}, {"at", "profile"}),
}
"""Of each action, what has to be there and what may."""


def enter(supervisor: Supervisor) -> Page:
    """200 with the ids of the entries, durable; 202 if the log does not have all of them yet, and will."""

    async def page(request: Request) -> Response:
        body = await limited_body(request, MAX_BODY_BYTES)
        if body is None:
            return refusal(413, "too_large", f"The body is longer than {MAX_BODY_BYTES} bytes.")
        try:
            wanted = msgspec.json.decode(body, type=NewSamples)
            things = [(about.target, document(wanted.action, about.sample)) for about in wanted.entries]
        except (ValueError, RecursionError) as error:
            return refusal(422, "bad_request", f"These are no entries of a sample: {error}")
        try:
            made = await supervisor.tenancy.enter(request.state.actor.id, wanted.action, things)
        except DatabaseFault as error:
            return refusal(503, "unavailable", str(error))
        return JSONResponse({"entries": made}, 200 if all(made) else 202)

    return page


def document(action: str, sample: Sample) -> dict[str, Any]:
    """The `sample` of an entry.

    Raises:
        ValueError: a key is missing, or one that is not of this action.
    """
    found: dict[str, Any] = {name: value for name, value in to_builtins(sample).items() if value is not None}
    needed, may = NEEDED[action]
    if missing := sorted(needed - found.keys()):
        raise ValueError(f"{action} has no {missing[0]}")
    if extra := sorted(found.keys() - needed - may):
        raise ValueError(f"{action} has no key {extra[0]}")
    return found
