"""A form with a file (RFC 7578), read strictly: what every parser reads alike, or it is refused.

Only the heads of its parts and the small fields are looked into; a file's bytes are skipped over. A parser that is
lenient about delimiters, names or doubled fields could see another form than the one that was ruled on.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from comity.relay.body import BadRequest

MAX_PARTS = 64
"""A transcription has fifteen fields; some may be repeated."""

MAX_HEAD_BYTES = 1024
"""The head of a part: a name, a file's name and a type."""

MAX_FIELD_BYTES = 4 * 1024 * 1024
"""A field that is no file. The largest are samples of known speakers: ten seconds of sound, in base64."""

_BOUNDARY = re.compile(
    rb'multipart/form-data[ \t]*;[ \t]*boundary=(?:"([0-9A-Za-z\'()+_,./:=? -]{0,69}[0-9A-Za-z\'()+_,./:=?-])"'
    rb"|([0-9A-Za-z'+_.-]{1,70}))[ \t]*",
    re.IGNORECASE,
)
_DISPOSITION = re.compile(
    rb'content-disposition:[ \t]*form-data;[ \t]*name="([^"\\\x00-\x1f\x7f]{1,64})"'
    rb'(;[ \t]*filename="[^"\\\x00-\x1f\x7f]{0,256}")?[ \t]*',
    re.IGNORECASE,
)
_TYPE = re.compile(rb"content-type:[ \t]*[\x21-\x7e][\x20-\x7e]{0,127}", re.IGNORECASE)
_CHARSET = re.compile(rb"charset[ \t]*=[ \t]*\"?([^\";, \t]*)", re.IGNORECASE)


class Part(NamedTuple):
    """One part: its name, whether it is a file, and where its bytes stand."""

    name: str
    is_file: bool
    start: int
    end: int


def boundary(content_type: bytes) -> bytes:
    """The delimiter that a form's Content-Type names.

    Raises:
        BadRequest: it is no form, or says more than its boundary.
    """
    match = _BOUNDARY.fullmatch(content_type)
    if match is None:
        raise BadRequest("The body is a form: `Content-Type: multipart/form-data; boundary=…`.", "content-type")
    return bytes(match[1] or match[2])


def parts(body: bytes, delimiter: bytes) -> list[Part]:
    """Every part, in order.

    Raises:
        BadRequest: the form is not one that everybody reads alike; the message says why.
    """
    line = b"--" + delimiter
    if not body.startswith(line + b"\r\n"):
        raise BadRequest("The form does not begin with its boundary.")
    found: list[Part] = []
    at = len(line) + 2
    while len(found) < MAX_PARTS:
        part = _part(body, at, line)
        found.append(part)
        at = part.end + 2 + len(line)
        end, at = body[at : at + 2], at + 2
        if end == b"--":
            break
        if end != b"\r\n":
            raise BadRequest("A boundary of the form is followed by something else.")
    else:
        raise BadRequest(f"The form has more than {MAX_PARTS} parts.")
    if body[at:] not in (b"", b"\r\n"):
        raise BadRequest("Something follows the end of the form.")
    if body.count(line) != len(found) + 1:
        raise BadRequest("The boundary of the form occurs within a part.")
    return found


def _part(body: bytes, at: int, line: bytes) -> Part:
    end = body.find(b"\r\n\r\n", at, at + MAX_HEAD_BYTES)
    if end < 0:
        raise BadRequest("The head of a part does not end.")
    disposition = None
    for header in body[at:end].split(b"\r\n"):
        match = _DISPOSITION.fullmatch(header)
        if match is not None and disposition is None:
            disposition = match
        elif _TYPE.fullmatch(header) is None:
            raise BadRequest("The head of a part has more than a name, a file's name and a type.")
        elif any(coding.lower() != b"utf-8" for coding in _CHARSET.findall(header)):
            raise BadRequest("A part is in another coding than UTF-8.")  # and would be another text to who heeds that
    if disposition is None:
        raise BadRequest("A part has no name.")
    try:
        name = disposition[1].decode()
    except UnicodeDecodeError:
        raise BadRequest("The name of a part is not UTF-8.") from None
    start = end + 4
    stop = body.find(b"\r\n" + line, start)
    if stop < 0:
        raise BadRequest("The form does not end.")
    return Part(name, disposition[2] is not None, start, stop)
