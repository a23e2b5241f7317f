"""What a request asks an upstream to do beyond inference, found field by field (tables in `fields`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from comity.relay import scan
from comity.relay.fields import (
    BEYOND,
    CALLER_RUN,
    CHOICES,
    INFERENCE,
    MEDIA,
    MEDIA_BESIDE,
    MEDIA_BEYOND,
    MESSAGE,
    MESSAGE_BEYOND,
    OTHER,
    PART_TEXT,
    PART_TYPES,
    PLAIN_CHOICES,
    PREDICTION,
    READ,
    REFERENCES,
    REFUSED,
    SCHEMAS,
    TEMPLATE,
    TOOL,
    TOOLS,
    Row,
)

MAX_HOPS = 256
"""Fields that ask for more, in one request: one picture each in a long conversation. Beyond, nobody counts on."""

LONGEST_SCHEME = 32
"""Letters before the colon of a URL; nothing that is longer is one of ours."""

_UNKNOWN = Row(OTHER, "not known to be inference alone")
_UNKNOWN_REFUSED = Row(REFUSED, "not known to be inference alone")


class Hop(NamedTuple):
    """One field that asks for more: where it stands, the hop's word (or `refused`), and what it would do."""

    field: str
    asks: str
    why: str


def hops(document: Mapping[str, Any]) -> list[Hop]:
    """Every hop of a parsed request, in its order; of too many, `MAX_HOPS` and one more."""
    return list(islice(_hops(document), MAX_HOPS + 1))


def _hops(document: Mapping[str, Any]) -> Iterator[Hop]:
    for name, value in document.items():
        if name in SCHEMAS:
            yield from _references(name, value)
        if name in INFERENCE:
            continue
        match name:
            case "tools":
                yield from _tools(value)
            case "tool_choice":
                yield from _tool_choice(value)
            case "messages":
                yield from _messages(value)
            case "audio":
                yield from _sound(value)
            case "chat_template_kwargs":
                yield from _members(name, value, TEMPLATE)
            case "prediction":
                yield from _members(name, value, PREDICTION)
                yield from _content("prediction.content", value.get("content") if isinstance(value, dict) else None)
            case _ if name not in READ:
                yield from _asked(name, BEYOND.get(name, _UNKNOWN), value)


def _asked(field: str, row: Row, value: object) -> Iterator[Hop]:
    # `0 == False` in Python, and an upstream may take 0 otherwise: compare types too
    if not any(value == idle and type(value) is type(idle) for idle in row.idle):
        yield Hop(field, row.asks, row.why)


def _members(field: str, value: object, known: frozenset[str]) -> Iterator[Hop]:
    """An object of which some members are known to be inference."""
    if value is None:
        return
    if not isinstance(value, dict):
        yield Hop(field, REFUSED, "not an object")
        return
    for name, member in value.items():
        if name not in known:
            yield from _asked(f"{field}.{name}", _UNKNOWN, member)


def _sound(audio: object) -> Iterator[Hop]:
    if isinstance(audio, dict) and not isinstance(audio.get("voice", ""), str):
        yield Hop("audio.voice", "files", "a voice that is kept at the upstream")


def _references(field: str, value: object, *, written: bool = False) -> Iterator[Hop]:
    """References out of a schema; `written` says that it stood in a string, as some engines take it."""
    if isinstance(value, str) and not written and value.lstrip().startswith("{"):
        try:
            value, written = scan.parse(value.encode()), True
        except (scan.BadJson, UnicodeEncodeError):
            return
    if isinstance(value, dict):
        for name, member in value.items():
            if name in REFERENCES and isinstance(member, str):
                yield from _reference(f"{field}.{name}", member)
            else:
                yield from _references(f"{field}.{name}", member, written=written)
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _references(f"{field}[{number}]", member, written=written)


def _reference(field: str, target: str) -> Iterator[Hop]:
    scheme, colon, _ = target.partition(":")
    if target.startswith("#"):
        return
    if colon and scheme.lower() not in ("http", "https"):
        yield Hop(field, REFUSED, "refers to what is no part of the request")
    else:  # without a scheme it is relative to the schema's own `$id`
        yield Hop(field, "fetch", "the upstream would fetch it")


def _tools(tools: object) -> Iterator[Hop]:
    if tools is None:
        return
    if not isinstance(tools, list):
        yield Hop("tools", REFUSED, "not a list")
        return
    for number, tool in enumerate(tools):
        kind = tool.get("type") if isinstance(tool, dict) else None
        if isinstance(tool, dict) and kind in CALLER_RUN:
            yield from _members(f"tools[{number}]", tool, TOOL)
            continue
        field = f"tools[{number}].type={kind}" if isinstance(kind, str) else f"tools[{number}].type"
        row = _tool(kind)
        yield Hop(field, row.asks, row.why)


def _tool(kind: object) -> Row:
    if not isinstance(kind, str):
        return _UNKNOWN_REFUSED
    # dated versions bear a suffix: web_search_preview_2025_03_11
    name = next((known for known in sorted(TOOLS, key=len, reverse=True) if kind.startswith(known)), "")
    rest = kind[len(name) :]
    dated = rest == "" or (rest[0] == "_" and rest.strip("_0123456789") == "")
    return TOOLS[name] if name and dated else Row(REFUSED, "a type of tool that nobody here knows")


def _tool_choice(choice: object) -> Iterator[Hop]:
    if choice is None or choice in PLAIN_CHOICES:
        return
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind not in CHOICES:
        yield Hop("tool_choice.type", REFUSED, "picks a tool that the caller does not run")


def _messages(messages: object) -> Iterator[Hop]:
    if not isinstance(messages, list):
        return
    for number, message in enumerate(messages):
        field = f"messages[{number}]"
        if not isinstance(message, dict):
            yield Hop(field, REFUSED, "not an object")
            continue
        if not isinstance(message.get("role"), str):  # engines answer 500, as if they were at fault
            yield Hop(f"{field}.role", REFUSED, "not a string")
        for name, value in message.items():
            if name not in MESSAGE:
                yield from _asked(f"{field}.{name}", MESSAGE_BEYOND.get(name, _UNKNOWN), value)
        yield from _content(f"{field}.content", message.get("content"))


def _content(field: str, content: object) -> Iterator[Hop]:
    if content is None or isinstance(content, str):
        return
    if not isinstance(content, list):
        yield Hop(field, REFUSED, "neither text nor a list of parts")
        return
    for number, part in enumerate(content):
        yield from _part(f"{field}[{number}]", part)


def _part(field: str, part: object) -> Iterator[Hop]:
    """Judge a part by every member: an engine may guess the type from them."""
    if isinstance(part, str):
        return
    if not isinstance(part, dict):
        yield Hop(field, REFUSED, "neither text nor a part")
        return
    kind = part.get("type", "text")
    if not isinstance(kind, str):
        yield Hop(f"{field}.type", REFUSED, "not a string")
    elif kind not in PART_TYPES and kind not in MEDIA:
        yield Hop(f"{field}.type={kind}", REFUSED, "an unknown type of part")
    for name, value in part.items():
        if name in MEDIA:
            yield from _media(f"{field}.{name}", MEDIA[name], value)
        elif name not in PART_TEXT:
            yield from _asked(f"{field}.{name}", _UNKNOWN_REFUSED, value)


def _media(field: str, holder: str, media: object) -> Iterator[Hop]:
    if media is None:
        return
    if isinstance(media, str):  # some engines take the URL itself
        yield from _data(field, holder, media)
        return
    if not isinstance(media, dict):
        yield Hop(field, REFUSED, "neither a URL nor an object")
        return
    for name, value in media.items():
        if name == holder:
            yield from _data(f"{field}.{name}", holder, value)
        elif name not in MEDIA_BESIDE:
            yield from _asked(f"{field}.{name}", MEDIA_BEYOND.get(name, _UNKNOWN_REFUSED), value)


def _data(field: str, holder: str, value: object) -> Iterator[Hop]:
    if not isinstance(value, str):
        yield Hop(field, REFUSED, "not a string")
        return
    colon = value.find(":")
    scheme = value[:colon].lower() if 0 <= colon < LONGEST_SCHEME else ""
    if colon < 0:
        # base64 has no colon; a bare path or host would have no scheme, and only `url` members take those
        if holder == "url":
            yield Hop(field, REFUSED, "not a data: URL")
    elif scheme in ("http", "https"):
        yield Hop(field, "fetch", "the upstream would fetch it")
    elif scheme != "data":
        yield Hop(field, REFUSED, "not a data: URL")
