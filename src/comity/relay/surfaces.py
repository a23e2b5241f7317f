"""The surfaces of the data port: for each its path, its reader, and how its answers are read (docs/reference/http.md).

A surface is one operation of an API that clients know: OpenAI's, Anthropic's `messages`, the `rerank` of Cohere, Jina
and vLLM. `find` knows it by its path, `read` turns a request's body into an `Ask`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from comity.relay import body as chat
from comity.relay.body import Ask

Name: TypeAlias = Literal[
    "chat",
    "completions",
    "responses",
    "messages",
    "count_tokens",
    "embeddings",
    "rerank",
    "moderations",
    "transcriptions",
    "speech",
    "images",
]
Dialect: TypeAlias = Literal["", "chat", "responses", "messages"]
Read: TypeAlias = Callable[[bytes, Mapping[bytes, bytes], str], Ask]
"""Body, those of the request's headers that are in `HEADERS`, the model that the path names (or empty).
Raises BadRequest."""

HEADERS: frozenset[bytes] = frozenset({b"content-type", b"anthropic-version", b"anthropic-beta"})
"""Headers of a request, in small letters, that say something about its body."""

JSON = b"content-type: application/json\r\n"


class Surface(Struct, frozen=True, eq=False):
    """One operation of the API.

    Attributes:
        name: as stack files and entries have it; `count_tokens` comes with `messages`.
        path: below a deployment's own prefix (`Target.path`).
        read: turns a body into an Ask.
        dialect: what its bytes say, where deployments that speak another dialect can be translated to; empty where
            only a deployment that serves this very surface may answer.
        operation: what law sees in it.
        lines: header lines, each with its line end, that describe a body to an upstream; `Ask.lines` goes before.
    """

    name: Name
    path: str
    read: Read
    dialect: Dialect = ""
    operation: Literal["infer", "embed"] = "infer"
    lines: bytes = JSON


def _chat(body: bytes, headers: Mapping[bytes, bytes], named: str) -> Ask:
    return chat.read(body)


SURFACES: dict[str, Surface] = {each.name: each for each in (Surface("chat", "/chat/completions", _chat, "chat"),)}
"""By name."""

AZURE = b"/openai/deployments/"
"""Where Azure OpenAI names the model in the path; its other paths are those of OpenAI behind `/openai`."""

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BY_PATH: dict[bytes, Surface] = {surface.path.encode(): surface for surface in SURFACES.values()}
_PREFIXES = (b"/v1", b"", b"/openai/v1", b"/openai")
_FOUND: dict[bytes, tuple[Surface, str]] = {
    prefix + path: (surface, "") for prefix in _PREFIXES for path, surface in _BY_PATH.items()
}


def find(url: bytes) -> tuple[Surface, str] | None:
    """The surface of a URL and the model that its path names (empty where it names none); None if there is none.

    A query is not read: Azure's `api-version` is for its own servers.
    """
    found = _FOUND.get(url)
    if found is not None:
        return found
    path = url.partition(b"?")[0]
    if not path.startswith(AZURE):
        return _FOUND.get(path)
    model, slash, rest = path[len(AZURE) :].partition(b"/")
    surface = _BY_PATH.get(slash + rest)
    if surface is None or not model:
        return None
    return surface, _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), model).decode("utf-8", "replace")
