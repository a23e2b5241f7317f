"""A form is read as every parser reads it, or refused; only the model's name changes on the way."""

from __future__ import annotations

import contextlib
import email
import email.policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.relay.body import Ask, BadRequest, splice
from comity.relay.reading.multipart import MAX_FIELD_BYTES, MAX_PARTS
from comity.relay.surfaces import SURFACES

BOUNDARY = b"XyZ-7"
TYPE = b"multipart/form-data; boundary=XyZ-7"
SOUND = b"RIFF\r\n--\r\n\x00\xff"


def part(name: str, value: bytes, *, file: str | None = None, more: bytes = b"") -> bytes:
    filename = b"" if file is None else b'; filename="%b"' % file.encode()
    head = b'Content-Disposition: form-data; name="%b"%b\r\n%b\r\n' % (name.encode(), filename, more)
    return b"--%b\r\n%b%b\r\n" % (BOUNDARY, head, value)


def form(*parts: bytes, end: bytes = b"--XyZ-7--\r\n") -> bytes:
    return b"".join(parts) + end


MODEL = part("model", b"whisper")
FILE = part("file", SOUND, file="door.wav", more=b"Content-Type: audio/wav\r\n")


def read(body: bytes, content_type: bytes = TYPE, named: str = "") -> Ask:
    return SURFACES["transcriptions"].read(body, {b"content-type": content_type}, named)


def fields(body: bytes, content_type: bytes = TYPE) -> dict[str, bytes]:
    """What a parser that we did not write sees."""
    message = email.message_from_bytes(b"Content-Type: %b\r\n\r\n" % content_type + body, policy=email.policy.HTTP)
    return {
        str(each.get_param("name", header="content-disposition")): each.get_payload(decode=True)
        for each in message.iter_parts()
    }


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20),
    st.lists(
        st.tuples(st.sampled_from(["language", "prompt", "temperature", "user"]), st.text(max_size=9)), max_size=4
    ),
    st.binary(max_size=60).filter(lambda data: b"--XyZ-7" not in data),
    st.integers(0, 5),
    st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=20),
)
def test_only_the_model_changes(
    model: str, others: list[tuple[str, str]], sound: bytes, place: int, served_as: str
) -> None:
    parts = [part(name, value.encode()) for name, value in others] + [part("file", sound, file="x")]
    before, behind = parts[:place], parts[place:]
    body = form(*before, part("model", model.encode()), *behind)
    ask = read(body)
    assert (ask.model, ask.stream, ask.hops) == (model, False, ())
    assert ask.lines == b"content-type: multipart/form-data; boundary=XyZ-7\r\n"
    assert splice(body, ask, served_as) == form(*before, part("model", served_as.encode()), *behind)
    assert splice(body, ask, model) is body


def test_another_parser_sees_what_was_read() -> None:
    body = form(part("language", b"en"), MODEL, FILE)
    assert fields(splice(body, read(body), "served")) | {"file": b""} == {
        "language": b"en",
        "model": b"served",
        "file": b"",
    }


def test_a_model_that_the_path_names_is_put_in() -> None:
    ask = read(form(FILE), named="whisper")
    assert ask.model == "whisper"
    assert fields(splice(form(FILE), ask, "served"))["model"] == b"served"
    both = read(form(MODEL, FILE), named="other")
    assert both.model == "other"
    assert splice(form(MODEL, FILE), both, "served") == form(part("model", b"served"), FILE)


@pytest.mark.parametrize("content_type", [
    b'multipart/form-data; boundary="XyZ-7"', b"Multipart/Form-Data;boundary=XyZ-7", b"multipart/form-data ; boundary=XyZ-7 ",
])  # fmt: skip
def test_ways_to_write_a_boundary(content_type: bytes) -> None:
    assert read(form(MODEL, FILE), content_type).model == "whisper"


@pytest.mark.parametrize("value", ["true", "True", "false", ""])
def test_streams(value: str) -> None:
    if not value:
        with pytest.raises(BadRequest, match="`stream`"):
            read(form(MODEL, FILE, part("stream", b"yes")))
        return
    assert read(form(MODEL, FILE, part("stream", value.encode()))).stream is (value.lower() == "true")


@pytest.mark.parametrize(("name", "value", "hops"), [
    ("url", "https://x/door.wav", ("fetch",)), ("file_url", "https://x", ("fetch",)), ("file_id", "f", ("files",)),
    ("tomorrow", "1", ("other",)), ("known_speaker_references[]", "data:audio/wav;base64,AA", ()),
    ("known_speaker_references[]", "https://x", ("fetch",)), ("timestamp_granularities[]", "word", ()),
])  # fmt: skip
def test_parts_beyond_inference(name: str, value: str, hops: tuple[str, ...]) -> None:
    assert read(form(MODEL, FILE, part(name, value.encode()))).hops == hops
    assert read(form(MODEL, FILE, part(name, value.encode()), part(name, b"AA"))).hops in (hops, ("other",), hops)


@pytest.mark.parametrize(("body", "says"), [
    (b"", "does not begin"),
    (b"preamble\r\n" + form(MODEL, FILE), "does not begin"),
    (b"\r\n" + form(MODEL, FILE), "does not begin"),
    (form(MODEL, FILE, end=b""), "does not end"),
    (form(MODEL, FILE, end=b"--XyZ-7-"), "followed by"),
    (form(MODEL, FILE, end=b"--XyZ-7--\r\nepilogue"), "follows the end"),
    (form(MODEL, FILE, end=b"--XyZ-7 --\r\n"), "followed by"),
    (form(MODEL, part("file", b"a\n--XyZ-7\nb", file="x")), "occurs within"),
    (form(MODEL, part("file", b"a\r\n--XyZ-77\r\nb", file="x")), "followed by"),
    (form(MODEL, MODEL, FILE), "occurs twice"),
    (form(MODEL, FILE, FILE), "occurs twice"),
    (form(MODEL, FILE, part("stream", b"true"), part("stream", b"false")), "occurs twice"),
    (form(FILE), "`model` is required"),
    (form(MODEL), "`file` is required"),
    (form(MODEL, part("file", SOUND)), "is no file"),
    (form(part("model", b"m", file="x"), FILE), "is a file"),
    (form(part("model", b""), FILE), "printable"),
    (form(part("model", b"a\nb"), FILE), "printable"),
    (form(part("model", b"\xff"), FILE), "UTF-8"),
    (form(MODEL, FILE, part("prompt", b"x", more=b"Content-Transfer-Encoding: base64\r\n")), "more than a name"),
    (form(MODEL, FILE, part("prompt", b"x", more=b'Content-Disposition: form-data; name="model"\r\n')), "more than"),
    (form(MODEL, FILE, part('a"; filename="b', b"x")), "is a file"),
    (form(MODEL, FILE, b'--XyZ-7\r\nContent-Disposition: form-data; name=model\r\n\r\nx\r\n'), "more than"),
    (form(MODEL, FILE, b'--XyZ-7\r\nContent-Disposition: form-data; name="model"; name="x"\r\n\r\nx\r\n'), "more than"),
    (form(MODEL, FILE, b'--XyZ-7\r\nContent-Type: text/plain\r\n\r\nx\r\n'), "no name"),
    (form(MODEL, FILE, b'--XyZ-7\nContent-Disposition: form-data; name="a"\n\nx\n'), "followed by"),
    (form(MODEL, FILE, part("prompt", b"x", more=b"X: " + b"y" * 2000 + b"\r\n")), "does not end"),
    (form(MODEL, FILE, part("prompt", b"x" * (MAX_FIELD_BYTES + 1))), "larger than"),
    (form(MODEL, FILE, *[part("prompt", b"x")] * MAX_PARTS), "more than"),
])  # fmt: skip
def test_what_cannot_be_taken_says_why(body: bytes, says: str) -> None:
    with pytest.raises(BadRequest, match=says):
        read(body)


@pytest.mark.parametrize("content_type", [
    b"", b"application/json", b"multipart/form-data", b"multipart/form-data; boundary=", b"multipart/mixed; boundary=a",
    b"multipart/form-data; boundary=a; boundary=b", b"multipart/form-data; boundary=a; charset=utf-16",
    b'multipart/form-data; boundary="a', b"multipart/form-data; boundary=" + b"a" * 71,
])  # fmt: skip
def test_what_is_no_form(content_type: bytes) -> None:
    with pytest.raises(BadRequest, match="multipart/form-data"):
        read(form(MODEL, FILE), content_type)


@given(st.binary(max_size=200), st.sampled_from([b"", form(MODEL, FILE), form(MODEL)]), st.integers(0, 300))
def test_nothing_that_comes_is_worse_than_a_bad_request(noise: bytes, base: bytes, at: int) -> None:
    body: Any = base[:at] + noise + base[at:]
    with contextlib.suppress(BadRequest):
        read(body)


@pytest.mark.parametrize("coding", [b"utf-16", b'"UTF-7"', b"latin-1", b"utf-8; charset=utf-7"])
def test_a_part_in_another_coding_is_refused(coding: bytes) -> None:
    """`+AGgAdAB0AHAAOgAv-` is base64 to us and a URL to who heeds its type."""
    field = part("known_speaker_references[]", b"x", more=b"Content-Type: text/plain; charset=%b\r\n" % coding)
    with pytest.raises(BadRequest):
        read(form(MODEL, field, FILE))
    read(form(MODEL, field.replace(b"charset=" + coding, b"charset=UTF-8"), FILE))
