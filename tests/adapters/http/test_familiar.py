"""A head that is known is read as the parser would read it, or not at all."""

from __future__ import annotations

import httptools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.adapters.http.familiar import Familiar, learn

BEFORE = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Length: "
AFTER = b"\r\nAccept: */*\r\n\r\n"


class Parser:
    """What httptools makes of a request."""

    def __init__(self, data: bytes) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.complete = 0
        parser = httptools.HttpRequestParser(self)
        try:
            parser.feed_data(data)
        except httptools.HttpParserError:
            self.complete = -1

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.complete += 1


def known() -> Familiar[str]:
    learned = learn(BEFORE + b"5" + AFTER + b"hello", 4, b"5", "read")
    assert learned is not None
    return learned


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_the_same_head_with_another_length(body: bytes) -> None:
    data = BEFORE + b"%d" % len(body) + AFTER + body
    at = known().body(data)
    assert data[at:] == body
    assert at


@settings(deadline=None)
@given(st.data())
def test_whatever_it_takes_the_parser_reads_alike(data: st.DataObject) -> None:
    message = bytearray(BEFORE + b"12" + AFTER + data.draw(st.sampled_from([b"", b"hello world!"])))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(message)))
        how = data.draw(st.sampled_from(["insert", "delete", "replace"]))
        piece = data.draw(
            st.sampled_from([b"\r\n", b"\n", b"\r", b" ", b"0", b"1", b"+", b"_", b":", b"x", b"Content-Length: 3\r\n"])
        )
        if how == "insert":
            message[at:at] = piece
        else:
            message[at : at + len(piece)] = b"" if how == "delete" else piece
    if known().alone(bytes(message)):
        parsed = Parser(bytes(message))
        assert (parsed.complete, parsed.body, len(parsed.headers)) == (0, b"", 4)
        assert bytes(message).endswith(AFTER)
    at = known().body(bytes(message))
    if at:
        parsed = Parser(bytes(message))
        assert parsed.complete == 1
        assert parsed.body == bytes(message[at:])
        assert [name for name, _ in parsed.headers] == [b"Host", b"Authorization", b"Content-Length", b"Accept"]
        assert dict(parsed.headers)[b"Authorization"] == b"Bearer k"


@pytest.mark.parametrize(
    ("data", "lines", "length"),
    [
        (b"POST / HTTP/1.1\r\ncontent-length: 5\r\nContent-Length: 5\r\n\r\nhello", 2, b"5"),
        (b"POST / HTTP/1.1\r\nx: content-length: 5\r\n\r\nhello", 1, b"5"),
        (b"POST / HTTP/1.1\r\ncontent-length: 5\n\r\n\r\nhello", 1, b"5"),
        (b"POST / HTTP/1.1\r\ncontent-length: 5\r\nx: a\r\n b\r\n\r\nhello", 2, b"5"),
        (b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello", 1, b"6"),
        (b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello", 2, b"5"),
        (b"POST / HTTP/1.1\r\ncontent-length:\t5\r\n\r\nhello", 1, b"5"),
        (b"POST / HTTP/1.1\r\ncontent-length: 5\r\n", 1, b"5"),
        (b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", 2, b"2"),
    ],
)
def test_what_may_be_in_doubt_is_not_learned(data: bytes, lines: int, length: bytes) -> None:
    assert learn(data, lines, length, None) is None


@pytest.mark.parametrize("number", [b"", b"-1", b"+5", b" 5", b"5 ", b"0x5", b"5,5", b"1_0", b"\xb2", b"0000000005"])
def test_a_length_is_digits(number: bytes) -> None:
    assert not known().alone(BEFORE + number + AFTER)
    assert known().body(BEFORE + number + AFTER + b"hello") == 0
