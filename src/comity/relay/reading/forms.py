"""Reading a request that is a form: `/audio/transcriptions`.

The whole form is held, as every body is: the intent commits to its bytes before one of them leaves (ADR 0028).
"""

from __future__ import annotations

from collections.abc import Mapping

from comity.relay.body import Ask, BadRequest
from comity.relay.reading.form import judged, model_name
from comity.relay.reading.multipart import MAX_FIELD_BYTES, Part, boundary, parts
from comity.relay.reading.shapes import Members
from comity.relay.reading.sounds import FILE, PARTS
from comity.relay.reading.walk import Hop, hops

SINGLE = frozenset({"model", "stream", "response_format", FILE})
"""Parts of which a second one would mean two things to two parsers."""

TABLE = Members(PARTS)


def read_form(body: bytes, headers: Mapping[bytes, bytes], named: str = "") -> Ask:
    """Read a form; `named` is the model that its path names, if it names one.

    Raises:
        BadRequest: not a form that everybody reads alike, no model or no file, or a part that asks for what no
            deployment may be asked.
    """
    content_type = headers.get(b"content-type", b"")
    delimiter = boundary(content_type)
    seen: dict[str, Part] = {}
    fields: dict[str, str] = {}
    found: list[Hop] = []
    for part in parts(body, delimiter):
        if part.name in seen and part.name in SINGLE:
            raise BadRequest(f"The part `{part.name}` occurs twice.", part.name)
        seen[part.name] = part
        if part.is_file != (part.name == FILE):
            raise BadRequest(f"The part `{part.name}` is {'a' if part.is_file else 'no'} file.", part.name)
        if not part.is_file:
            fields[part.name] = value = _text(body, part)
            found.extend(hops({part.name: value}, TABLE))
    words, asked = judged(found)
    if FILE not in seen and not ({"url", "file_url", "file_id"} & set(fields)):
        raise BadRequest("`file` is required.", FILE)
    written = fields.get("model", "")
    place, frame = (0, 0), (b'--%b\r\ncontent-disposition: form-data; name="model"\r\n\r\n' % delimiter, b"\r\n")
    if "model" in seen:
        place, frame = (seen["model"].start, seen["model"].end), (b"", b"")
    elif not named:
        raise BadRequest("`model` is required and is a string.", "model")
    stream = fields.get("stream", "false").lower()
    if stream not in ("true", "false"):
        raise BadRequest("`stream` is true or false.", "stream")
    return Ask(
        model_name(named or written),
        stream == "true",
        hops=words,
        asked=asked,
        written=written,
        at=place,
        frame=frame,
        lines=b"content-type: %b\r\n" % content_type,
    )


def _text(body: bytes, part: Part) -> str:
    if part.end - part.start > MAX_FIELD_BYTES:
        raise BadRequest(f"The part `{part.name}` is larger than {MAX_FIELD_BYTES} bytes.", part.name)
    try:
        return body[part.start : part.end].decode()
    except UnicodeDecodeError:
        raise BadRequest(f"The part `{part.name}` is not UTF-8.", part.name) from None
