"""Bytes that were right, changed somewhere."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any

TOKENS = (
    *(b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\0", b"0\r\n\r\n", b"ffffffffffffffff\r\n", b"content-length: 5\r\n"),
    *(b"transfer-encoding: chunked\r\n", b"expect: 100-continue\r\n", b"connection: close\r\n", b"HTTP/1.0"),
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b"null", b"true", b"1e999", b"-1", b"-0", b"0.1", b"NaN", b'"":'),
    *(b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\ud800", b"\\u0000", b"[" * 200, b'{"a":' * 200, b"9" * 40),
    *(b"data: ", b"data: [DONE]\n\n", b"event: error\n", b": \n", b"id: 1\n", b"\n\n", b"data:\n\n"),
    *(b'"stream":true,', b'"type":"tool_use"', b'"content":', b'"role":"system"', b'"usage":null', b'"model":"m",'),
)


def mutated(dice: random.Random, data: bytes) -> bytes:
    """`data` with a few changes: bits, pieces left out, doubled or moved, and words that mean something to a parser."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 4, 8))):
        at = dice.randrange(len(changed) + 1)
        piece = dice.randrange(1, 64)
        match dice.randrange(6):
            case 0 if at < len(changed):
                changed[at] ^= 1 << dice.randrange(8)
            case 1:
                del changed[at : at + piece]
            case 2:
                changed[at:at] = dice.randbytes(dice.randrange(1, 9))
            case 3:
                changed[at:at] = changed[max(0, at - piece) : at]
            case 4:
                changed[at:at] = dice.choice(TOKENS)
            case _:
                changed[at : at + 1] = dice.choice(TOKENS)
    return bytes(changed)


VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 0.5, "", "x", "\ud800", "\x00", "x" * 5000, [], {}, [[]], [{}], {"type": "text"}),
    *(
        {"type": "text", "text": "x"},
        {"role": "user"},
        "m",
        "*",
        "speaks-chat",
        "data:image/png;base64,",
        "https://x/y",
    ),
)
NAMES = ("\ud800", "type", "content", "tools", "stop", "n", "logprobs", "user")


def reshaped(dice: random.Random, document: dict[str, Any]) -> bytes:
    """A document of JSON with a few of its values or members changed for others."""
    document = deepcopy(document)
    for _ in range(dice.choice((1, 1, 2, 4))):
        _reshape(dice, document)
    return json.dumps(document, ensure_ascii=dice.random() < 0.5).encode(errors="surrogatepass")


def _reshape(dice: random.Random, node: Any) -> None:
    while True:
        keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = dice.choice(keys)
        if isinstance(node[key], dict | list) and node[key] and dice.random() < 0.7:
            node = node[key]
            continue
        if isinstance(node, dict) and dice.random() < 0.3:
            node[dice.choice(("\ud800", "type", "content", "tools", "stop", "n", "logprobs", "user"))] = deepcopy(
                node[key]
            )
        node[key] = deepcopy(dice.choice(VALUES))
        return
