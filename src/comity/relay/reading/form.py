"""Reading a request in JSON: the few fields that the decision needs, and no more.

Most requests are plain: known parameters, text, tools that the caller runs. Everything else goes to the strict scan and
the surface's table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, Struct

from comity.relay import scan
from comity.relay.body import Ask, BadRequest, Member
from comity.relay.reading.narrowing import narrowing
from comity.relay.reading.shapes import REFUSED, Members
from comity.relay.reading.walk import MAX_HOPS, Hop, hops

MAX_MODEL_CHARACTERS = 256
"""A model's name: twice the longest in use (organisation/model-revision-quantisation)."""

MAX_TOKENS = 2**53 - 1
"""Most tokens that a caller can ask for: what JSON numbers hold. Beyond, it says nothing."""

UNSTORED = Member("store", b"false")
"""Said to every upstream of a surface that would keep the exchange unless told otherwise."""

ASK_USAGE = Member("stream_options", b'{"include_usage":true}')

Search: TypeAlias = Callable[[bytes, int], re.Match[bytes] | None]
_SPELLED = re.compile(rb"\\u00[2-7]").search
"""A character of ASCII by its number. What is beyond, as many clients write é, spells no key and no reference."""

_REFERENCE = re.compile(rb'\$(?:ref|dynamicRef|recursiveRef)(?!"[ \t\n\r]*:[ \t\n\r]*"#)').search
"""A reference that is not seen at once to stay within its schema, as those of most generated schemas do."""


def keys(*names: str) -> Search:
    """Finds the next of these, as it stands in the bytes between its quotes.

    One search for all: over a long prompt it takes a third of the time of counting one.
    """
    return re.compile(b'"(?:%b)"' % "|".join(names).encode()).search


SAID_ONCE = ("model", "stream", "stream_options")
"""Members that decide by themselves what is asked; a second one would mean another thing to another parser."""


class Form(Struct, frozen=True, eq=False):
    """How the body of one surface is read.

    Attributes:
        table: what it may say.
        plain: the quick decoder.
        content: members of which one must be there: what the model is to work on.
        most: members that bound the answer in tokens, the first that is there counts.
        option: its streams tell the usage only if `stream_options` asks for it.
        kept: the upstream keeps the exchange unless `store` is false.
        sound: what the decoder cannot tell of a plain request.
        single: finds the keys that a plain request has once at most, `model` among them.
    """

    table: Members
    plain: Callable[[bytes], Any]
    content: tuple[str, ...]
    most: tuple[str, ...] = ()
    option: bool = False
    kept: bool = False
    sound: Callable[[Any], bool] | None = None
    single: Search = keys(*SAID_ONCE)


def read(form: Form, body: bytes, named: str = "") -> Ask:
    """Read a request's body; `named` is the model that its path names, if it names one.

    Raises:
        BadRequest: not JSON that everybody reads alike, no model or nothing to work on, or a field that asks for what
            no deployment may be asked.
    """
    plain = _plain(form, body)
    if plain is None:
        return read_whole(form, body, named)
    stream = plain.stream is True
    option = ASK_USAGE if stream and form.option else None
    if option is not None and plain.stream_options is not UNSET:
        if not plain.stream_options.include_usage:
            return read_whole(form, body, named)
        option = None
    sets: tuple[Member, ...] = ()
    if form.kept:
        if plain.store is UNSET:
            sets = (UNSTORED,)
        elif plain.store is not False:
            return read_whole(form, body, named)
    most = -1
    for name in form.most:
        value = getattr(plain, name)
        if value is not None:
            most = value
            break
    written = plain.model
    return Ask(
        model_name(named or written),
        stream,
        once=bool(written),  # without it, the one that stands in the bytes is within something else
        max_tokens=most if 0 <= most <= MAX_TOKENS else -1,
        usage=option is None,
        written=written,
        sets=sets,
        option=option,
    )


def _plain(form: Form, body: bytes) -> Any:
    """The request if it is plain and says one thing only; None if the scan has to say what it is."""
    try:
        plain = form.plain(body)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"The body is not JSON: {error}") from None
    except RecursionError:
        raise BadRequest("The body is nested too deep.") from None
    # an escaped letter could spell a second key, and a doubled key means two things to two parsers
    # and a reference out of a schema is looked for by the scan
    if not getattr(plain, form.content[0]) or not _said_once(body, form.single):
        return None
    if (b"$" in body and _REFERENCE(body)) or (form.sound is not None and not form.sound(plain)):
        return None
    return plain


def read_whole(form: Form, body: bytes, named: str = "") -> Ask:
    """The same by the strict scan and the table, for any body."""
    try:
        document = scan.parse(body)
    except scan.BadJson as error:
        raise BadRequest(f"The body cannot be taken: {error}.") from None
    written = document.get("model", "" if named else None)
    if not isinstance(written, str):
        raise BadRequest("`model` is required and is a string.", "model")
    _check_content(form, document)
    stream = document.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise BadRequest("`stream` is true or false.", "stream")
    words, asked = judged(hops(document, form.table))
    narrowed = narrowing(document.get("provider"))
    option = _option(document) if form.option and stream else None
    return Ask(
        model_name(named or written),
        bool(stream),
        narrowed.only,
        narrowed.ignore,
        words,
        asked,
        _once(body) and bool(written),
        "provider" in document,
        narrowed.order,
        narrowed.allow_fallbacks,
        narrowed.max_price,
        _most(form, document),
        option is None,
        written,
        (UNSTORED._replace(stands="store" in document),) if form.kept and document.get("store") is None else (),
        option,
    )


def judged(found: list[Hop]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The hops' words, sorted, and the fields that ask for them.

    Raises:
        BadRequest: one of them is refused, or there are too many.
    """
    refused = [hop for hop in found if hop.asks == REFUSED]
    if refused:
        named = "; ".join(f"`{hop.field[:128]}`: {hop.why}" for hop in refused[:16])
        raise BadRequest(
            f"The request asks for more than inference, which no deployment may be asked: {named}.",
            refused[0].field[:128],
        )
    if len(found) > MAX_HOPS:
        raise BadRequest(f"More than {MAX_HOPS} fields ask for more than inference.", found[-1].field[:128])
    return tuple(sorted({hop.asks for hop in found})), tuple(hop.field for hop in found)


def _check_content(form: Form, document: Mapping[str, Any]) -> None:
    name = next((name for name in form.content if document.get(name) is not None), form.content[0])
    value = document.get(name)
    if name == "messages" and not (isinstance(value, list) and value):
        raise BadRequest("`messages` is required and is a list of at least one message.", "messages")
    if not isinstance(value, str | list | dict) or not value:
        raise BadRequest(f"`{name}` is required.", name)


def _option(document: Mapping[str, Any]) -> Member | None:
    """What has to be said so that a stream tells its usage; None where the caller says it."""
    options = document.get("stream_options")
    if not isinstance(options, dict):  # null, or nonsense that the upstream may judge
        return ASK_USAGE._replace(stands="stream_options" in document)
    if options.get("include_usage") is True:
        return None
    return Member("stream_options", msgspec.json.encode(options | {"include_usage": True}), True)


def _most(form: Form, document: Mapping[str, Any]) -> int:
    for name in form.most:
        value = document.get(name)
        if value is not None:
            return value if type(value) is int and 0 <= value <= MAX_TOKENS else -1
    return -1


def _said_once(body: bytes, single: Search) -> bool:
    """Whether `model` stands once in the bytes, the other keys once at most, and each as it is."""
    if not _as_it_is(body):
        return False
    said = set()
    at = 0
    while (found := single(body, at)) is not None:
        if found[0] in said:
            return False
        said.add(found[0])
        at = found.end()
    return b'"model"' in said


def _once(body: bytes) -> bool:
    return body.count(b'"model"') == 1 and _as_it_is(body)


def _as_it_is(body: bytes) -> bool:
    """Whether no letter of a key can be spelled by its number."""
    # a single byte is found many times faster than four, and most requests have no backslash
    return b"\\" not in body or _SPELLED(body) is None


def model_name(name: str) -> str:
    """The name, if it can be one.

    Raises:
        BadRequest: it cannot.
    """
    if not 0 < len(name) <= MAX_MODEL_CHARACTERS or not name.isprintable():
        raise BadRequest(f"`model` is a name of 1 to {MAX_MODEL_CHARACTERS} printable characters.", "model")
    return name
