"""Requests that two parsers could read differently; the key in them is `sk-test`."""

from __future__ import annotations

BODY = b'{"model":"civic","messages":[{"role":"user","content":"x"}]}'
LINE = b"POST /v1/chat/completions HTTP/1.1\r\n"
KEY = b"host: x\r\nx-api-key: sk-test\r\n"
LENGTH = b"content-length: %d\r\n" % len(BODY)
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)

SHAPES = {
    "length and chunks": LINE + KEY + LENGTH + b"transfer-encoding: chunked\r\n\r\n" + CHUNKS,
    "chunks and length": LINE + KEY + b"transfer-encoding: chunked\r\n" + LENGTH + b"\r\n" + CHUNKS,
    "two lengths": LINE + KEY + LENGTH + b"content-length: 3\r\n\r\n" + BODY,
    "the same length twice": LINE + KEY + LENGTH + LENGTH + b"\r\n" + BODY,
    "a list of lengths": LINE + KEY + b"content-length: %d, %d\r\n\r\n" % (len(BODY), len(BODY)) + BODY,
    "a length with a sign": LINE + KEY + b"content-length: +%d\r\n\r\n" % len(BODY) + BODY,
    "a negative length": LINE + KEY + b"content-length: -1\r\n\r\n" + BODY,
    "a length that overflows": LINE + KEY + b"content-length: 99999999999999999999999\r\n\r\n" + BODY,
    "an unknown coding": LINE + KEY + b"transfer-encoding: gzip, chunked\r\n\r\n" + CHUNKS,
    "chunked, but not last": LINE + KEY + b"transfer-encoding: chunked, gzip\r\n\r\n" + CHUNKS,
    "identity": LINE + KEY + b"transfer-encoding: identity\r\n" + LENGTH + b"\r\n" + BODY,
    "chunked twice": LINE + KEY + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n" + CHUNKS,
    "a coding in disguise": LINE + KEY + b"transfer-encoding: \x0bchunked\r\n\r\n" + CHUNKS,
    "a space before the colon": LINE + KEY + b"transfer-encoding : chunked\r\n\r\n" + CHUNKS,
    "chunks in HTTP/1.0": LINE.replace(b"1.1", b"1.0") + KEY + b"transfer-encoding: chunked\r\n\r\n" + CHUNKS,
    "bare line feeds": (LINE + KEY + LENGTH + b"\r\n").replace(b"\r\n", b"\n") + BODY,
    "a bare line feed in a header": LINE + KEY + b"x-a: b\nx-c: d\r\n" + LENGTH + b"\r\n" + BODY,
    "a bare carriage return": LINE + KEY + b"x-a: b\rc\r\n" + LENGTH + b"\r\n" + BODY,
    "a folded header": LINE + KEY + b"x-a: b\r\n c\r\n" + LENGTH + b"\r\n" + BODY,
    "a zero byte in a header": LINE + KEY + b"x-a: b\x00c\r\n" + LENGTH + b"\r\n" + BODY,
    "a space in a header's name": LINE + KEY + b"x a: b\r\n" + LENGTH + b"\r\n" + BODY,
    "a chunk size with a bare line feed": LINE
    + KEY
    + b"transfer-encoding: chunked\r\n\r\n3c\n"
    + BODY
    + b"\r\n0\r\n\r\n",
    "a chunk size that overflows": LINE + KEY + b"transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + BODY,
    "a chunk longer than it says": LINE + KEY + b"transfer-encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
    "no host": LINE + b"x-api-key: sk-test\r\n" + LENGTH + b"\r\n" + BODY,
    "two hosts": LINE + KEY + b"host: y\r\n" + LENGTH + b"\r\n" + BODY,
    "two keys": LINE + KEY + b"x-api-key: sk-other\r\n" + LENGTH + b"\r\n" + BODY,
    "HTTP/2 by prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an upgrade to HTTP/2": LINE + KEY + LENGTH + b"connection: upgrade\r\nupgrade: h2c\r\n\r\n" + BODY,
    "HTTP/0.9": b"GET /v1/models\r\n\r\n",
    "HTTP/1.2": LINE.replace(b"1.1", b"1.2") + KEY + LENGTH + b"\r\n" + BODY,
    "TLS on a plain port": bytes.fromhex("160301020001000001fc0303") + b"\x00" * 64,
    "rubbish": b"\xff\xfe\xfd\r\n\r\n",
}
