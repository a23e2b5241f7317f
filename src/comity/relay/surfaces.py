"""The surfaces of the data port: for each its path, its reader, and how its answers are read (docs/reference/http.md).

A surface is one operation of an API that clients know: OpenAI's, Anthropic's `messages`, the `rerank` of Cohere, Jina
and vLLM. `find` knows it by its path, `read` turns a request's body into an `Ask`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from comity.relay.body import Ask
from comity.relay.dialects.conversation import Dialect
from comity.relay.reading import chat, completions, messages, pictures, responses, sounds, vectors
from comity.relay.reading.betas import VERSION, with_headers
from comity.relay.reading.form import SAID_ONCE, Form, keys, read
from comity.relay.reading.forms import TABLE as TRANSCRIPTION
from comity.relay.reading.forms import read_form
from comity.relay.reading.shapes import Members

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
Read: TypeAlias = Callable[[bytes, Mapping[bytes, bytes], str], Ask]
"""Body, those of the request's headers that are in `HEADERS`, the model that the path names (or empty).
Raises BadRequest."""

HEADERS: frozenset[bytes] = frozenset({b"content-type", b"anthropic-version", b"anthropic-beta"})
"""Headers of a request, in small letters, that say something about its body."""

JSON = b"content-type: application/json\r\n"
ANTHROPIC = b"%banthropic-version: %b\r\n" % (JSON, VERSION)


class Surface(Struct, frozen=True, eq=False):
    """One operation of the API.

    Attributes:
        name: as stack files and entries have it; `count_tokens` comes with `messages`.
        path: below a deployment's own prefix (`Target.path`).
        read: turns a body into an Ask.
        dialect: what its bytes say, where deployments that speak another dialect can be translated to; empty where
            only a deployment that serves this very surface may answer.
        operation: what law sees in it.
        errors: the dialect of its errors.
        declared: under which name stack files declare it, where it comes with another; empty for its own.
        lines: header lines, each with its line end, that describe a body to an upstream; `Ask.lines` goes before.
    """

    name: Name
    path: str
    read: Read
    dialect: Dialect | Literal[""] = ""
    operation: Literal["infer", "embed"] = "infer"
    lines: bytes = JSON
    errors: Dialect = "chat"
    declared: str = ""


def _json(name: str) -> Read:
    form = FORMS[name]

    def read_json(body: bytes, headers: Mapping[bytes, bytes], named: str) -> Ask:
        return read(form, body, named)

    return read_json


def _anthropic(body: bytes, headers: Mapping[bytes, bytes], named: str) -> Ask:
    return with_headers(read(FORMS["messages"], body, named), headers)


FORMS: dict[str, Form] = {
    "chat": Form(chat.TABLE, chat.PLAIN, ("messages",), ("max_completion_tokens", "max_tokens"), option=True),
    "completions": Form(completions.TABLE, completions.PLAIN, ("prompt",), ("max_tokens",), option=True),
    "responses": Form(
        responses.TABLE,
        responses.PLAIN,
        ("input",),
        ("max_output_tokens",),
        kept=True,
        sound=responses.sound,
        single=keys(*SAID_ONCE, "store", "input"),
    ),
    "messages": Form(messages.TABLE, messages.PLAIN, ("messages",), ("max_tokens",)),
    "embeddings": Form(vectors.EMBEDDINGS, vectors.PLAIN_EMBEDDINGS, ("input", "messages")),
    "rerank": Form(vectors.RERANK, vectors.PLAIN_RERANK, ("documents",)),
    "moderations": Form(vectors.MODERATIONS, vectors.PLAIN_MODERATIONS, ("input",)),
    "speech": Form(sounds.SPEECH, sounds.PLAIN_SPEECH, ("input",)),
    "images": Form(pictures.TABLE, pictures.PLAIN, ("prompt",)),
}
"""How bodies in JSON are read, by the surface's name; `count_tokens` takes that of `messages`."""

TABLES: dict[str, Members] = {**{name: form.table for name, form in FORMS.items()}, "transcriptions": TRANSCRIPTION}
"""What a body may say, by the surface's name."""

SURFACES: dict[str, Surface] = {
    each.name: each
    for each in (
        Surface("chat", "/chat/completions", _json("chat"), "chat"),
        Surface("completions", "/completions", _json("completions")),
        Surface("responses", "/responses", _json("responses"), "responses", errors="responses"),
        Surface("messages", "/messages", _anthropic, "messages", lines=ANTHROPIC, errors="messages"),
        Surface(
            "count_tokens",
            "/messages/count_tokens",
            _anthropic,
            lines=ANTHROPIC,
            errors="messages",
            declared="messages",
        ),
        Surface("embeddings", "/embeddings", _json("embeddings"), operation="embed"),
        Surface("rerank", "/rerank", _json("rerank")),
        Surface("moderations", "/moderations", _json("moderations")),
        Surface("transcriptions", "/audio/transcriptions", read_form),
        Surface("speech", "/audio/speech", _json("speech")),
        Surface("images", "/images/generations", _json("images")),
    )
}
"""By name. `count_tokens` is answered by deployments that serve `messages`."""

AZURE = b"/openai/deployments/"
"""Where Azure OpenAI names the model in the path; its other paths are those of OpenAI behind `/openai`."""

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BY_PATH: dict[bytes, Surface] = {surface.path.encode(): surface for surface in SURFACES.values()}
_PREFIXES = (b"/v1", b"", b"/openai/v1", b"/openai")
_FOUND: dict[bytes, tuple[Surface, str]] = {
    prefix + path: (surface, "") for prefix in _PREFIXES for path, surface in _BY_PATH.items()
}


def below(prefix: str, path: str) -> str:
    """Where an upstream has a surface, below its own prefix.

    An Azure resource has `/responses` beside its deployments and not below them; the body names the deployment.
    """
    resource, deployments, _ = prefix.partition(AZURE.decode())
    return f"{resource}/openai{path}" if deployments and path == SURFACES["responses"].path else prefix + path


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
    return surface, unescaped(model)


def unescaped(text: bytes) -> str:
    """A part of a path without its percent signs."""
    return _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), text).decode("utf-8", "replace")
