"""Anthropic's headers: the version of the API, and the betas that a request opts into."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from comity.relay.body import Ask, BadRequest
from comity.relay.reading.form import judged
from comity.relay.reading.parameters import ROUTING, STATE
from comity.relay.reading.shapes import REFUSED, UNKNOWN, Row
from comity.relay.reading.walk import Hop

VERSION = b"2023-06-01"
"""Of the API, for a request that names none: one that was translated."""

MAX_BETAS = 32
"""In one request; Claude Code sends eight."""

_INFERENCE = """
    advanced-tool-use claude-code code-execution compact computer-use context-1m context-management
    dev-full-thinking effort extended-cache-ttl fast-mode files-api fine-grained-tool-streaming
    interleaved-thinking mcp-client mid-conversation-system-clear-at model-context-window-exceeded output-128k
    output-300k pdfs prompt-caching prompt-caching-scope skills structured-outputs task-budgets
    thinking-binding-controls thinking-display-updates thinking-token-count token-counting token-efficient-tools
    tool-examples tool-search-tool web-fetch
"""
INFERENCE: frozenset[str] = frozenset(_INFERENCE.split())
"""Betas that shape the answer, or that let a body say what the table of messages judges. By name without the date."""

BEYOND: dict[str, Row] = {
    "server-side-fallback": Row(REFUSED, ROUTING),
    "message-threads": Row(REFUSED, STATE),
}
"""Betas that ask for more by themselves. Any other asks for `other`."""

_VERSION = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BETA = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DATE = re.compile(r"-[0-9]{4}-?[0-9]{2}-?[0-9]{2}$")


def with_headers(ask: Ask, headers: Mapping[bytes, bytes]) -> Ask:
    """The ask with what the request's Anthropic headers add.

    Raises:
        BadRequest: a version that is no date, too many betas, or one that no deployment may be asked for.
    """
    version = headers.get(b"anthropic-version", VERSION)
    if not _VERSION.fullmatch(version):
        raise BadRequest("`anthropic-version` is a date, such as 2023-06-01.", "anthropic-version")
    listed = headers.get(b"anthropic-beta", b"")
    if not listed and version == VERSION:
        return ask
    betas = [beta.strip() for beta in listed.decode("latin-1").split(",")] if listed.strip() else []
    if len(betas) > MAX_BETAS:
        raise BadRequest(f"`anthropic-beta` has more than {MAX_BETAS} values.", "anthropic-beta")
    for beta in betas:
        if not _BETA.fullmatch(beta):
            raise BadRequest(f"`anthropic-beta` is a list of names; {beta[:64]!r} is none.", "anthropic-beta")
    words, asked = judged(list(_hops(betas)))
    lines = b"content-type: application/json\r\nanthropic-version: %b\r\n" % version
    if betas:
        lines += b"anthropic-beta: %b\r\n" % ",".join(betas).encode("latin-1")
    return replace(ask, hops=tuple(sorted({*ask.hops, *words})), asked=(*ask.asked, *asked), lines=lines)


def _hops(betas: list[str]) -> Iterator[Hop]:
    for beta in betas:
        name = _DATE.sub("", beta)
        if name not in INFERENCE:
            row = BEYOND.get(name, UNKNOWN)
            yield Hop(f"anthropic-beta: {beta}", row.asks, row.why)
