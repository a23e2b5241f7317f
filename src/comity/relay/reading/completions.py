"""`/completions`: what its body may say."""

from __future__ import annotations

from msgspec import UnsetType

from comity.relay.reading.parameters import BEYOND, ENGINES, GUIDES, OURS, SAMPLING
from comity.relay.reading.plain import StreamOptions, decoder
from comity.relay.reading.shapes import PASS, SCHEMA, TOKENS, Each, Either, Members, passing

INFERENCE = passing(SAMPLING, ENGINES, "suffix")
SCHEMAS = ("response_format", *GUIDES.split())

TABLE = Members(
    {
        **OURS,
        **INFERENCE,
        **dict.fromkeys(SCHEMAS, SCHEMA),
        **BEYOND,
        "prompt": Either(
            PASS,
            parts=Each(Either(PASS, parts=TOKENS, number=PASS, what="neither text nor tokens")),
            what="neither text nor tokens",
        ),
    }
)

PLAIN = decoder(
    {
        "prompt": str | list[str | int | list[int]],
        "stream_options": StreamOptions | UnsetType,
        "max_tokens": int | None,
    },
    raw=(*INFERENCE, *SCHEMAS),
)
