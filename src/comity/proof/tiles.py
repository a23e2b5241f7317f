"""Paths and widths of C2SP tlog-tiles, and what may be served of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""

MAX_LEVEL = 63

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


class Tile(NamedTuple):
    """One tile: `level` -1 is an entry bundle, `width` 256 is a full one."""

    level: int
    number: int
    width: int


ENTRIES = -1
"""The level under which entry bundles are asked for."""


def number_path(number: int) -> str:
    """`<N>`: three digits at a time, all but the last with an `x` before them."""
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03d}")
    return "/".join(reversed(parts))


def tile_path(tile: Tile) -> str:
    """Path of a tile or bundle below the log's prefix."""
    level = "entries" if tile.level == ENTRIES else str(tile.level)
    suffix = "" if tile.width == WIDTH else f".p/{tile.width}"
    return f"tile/{level}/{number_path(tile.number)}{suffix}"


def parse_path(path: str) -> Tile | None:
    """The tile that a path below the prefix names, or None if the path is not of the tlog-tiles grammar."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level_text, number_text, width_text = match.groups()
    level = ENTRIES if level_text == "entries" else int(level_text)
    width = int(width_text) if width_text else WIDTH
    number = int(number_text.replace("/", "").replace("x", ""))
    tile = Tile(level, number, width)
    if level > MAX_LEVEL or (width_text and width >= WIDTH) or tile_path(tile) != path:
        return None
    return tile


_LENGTH = b"\x00\x20"

PUBLIC = frozenset({"checkpoint", "vkey", "minimum", "witnessed", "timestamped"})
"""Files of a shard that are served, besides those whose names have a number."""

_TIMESTAMP = re.compile(r"timestamp/(0|[1-9][0-9]{0,18})(\.tsr)?", re.ASCII)


def is_public(path: str) -> bool:
    """Whether `/log/<shard>/<path>` may be served: checkpoints, vkey, minimum, timestamps, tiles, bundles."""
    return path in PUBLIC or _TIMESTAMP.fullmatch(path) is not None or parse_path(path) is not None


def tiles_of(size: int) -> list[Tile]:
    """The rightmost tile of each level and the rightmost bundle, where they are partial, for a tree of `size`."""
    partial = []
    if size % WIDTH:
        partial.append(Tile(ENTRIES, size // WIDTH, size % WIDTH))
    level = 0
    while (hashes := size >> (8 * level)) > 0:
        if hashes % WIDTH:
            partial.append(Tile(level, hashes // WIDTH, hashes % WIDTH))
        level += 1
    return partial


def width_in(level: int, number: int, size: int) -> int:
    """Width of a tile in a tree of `size`; 0 if it is not there."""
    hashes = size >> (8 * max(level, 0))
    return min(max(hashes - number * WIDTH, 0), WIDTH)


def pack_bundle(values: Sequence[bytes]) -> bytes:
    """An entry bundle of 32-byte leaf values: each with its big-endian uint16 length before it."""
    return _LENGTH + _LENGTH.join(values) if values else b""


def unpack_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        ValueError: the bundle ends inside an entry.
    """
    step = len(_LENGTH) + 32
    if len(data) % step == 0 and data[::step].strip(b"\x00") == b"" == data[1::step].strip(b"\x20"):
        # as ours are, at a fifth of the price
        return [data[at : at + 32] for at in range(2, len(data), step)]
    entries = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise ValueError("the bundle ends inside an entry")
        entries.append(data[at + 2 : end])
        at = end
    return entries
