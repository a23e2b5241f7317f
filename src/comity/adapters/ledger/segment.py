"""The bytes of a segment: write-ahead log and database of a shard (docs/spec/shards.md, "Private files")."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from comity.proof.entry import KINDS
from comity.proof.leaf import leaf_value, leaf_values
from comity.terms import canon

MAGIC = b"CMTYSEG1"
GROUP = b"CMTG"
SALT_SIZE = 32

MAX_GROUP_ENTRIES = 4096
"""A group is one write: at 1 kB an entry this is 4 MB, some milliseconds of a slow disk."""

MAX_HEADER_BYTES = 4_194_304
"""Room for a list of 200,000 open intents; a worker holds a few thousand requests at most."""

_HEADER = struct.Struct(">8sII")
_GROUP_HEAD = struct.Struct(">4sIQII")
_GROUP_REST = struct.Struct(">QII")
RECORD = struct.Struct(">BHHHQ")
RECORD_HEAD = RECORD.size + SALT_SIZE
GROUP_HEAD = _GROUP_HEAD.size

CODES: dict[str, int] = {kind: code for code, kind in enumerate(KINDS, 1)}
_KINDS: dict[int, str] = dict(enumerate(KINDS, 1))


class SegmentError(ValueError):
    """Bytes that are no segment, or a damaged one."""


class Entry(NamedTuple):
    """One entry as it lies in a segment; blocks are canonical JSON bytes, `intent` is set for outcomes.

    Of one that was erased kind, `intent` and leaf value are left: its blocks are empty, and the value is in `salt`.
    """

    index: int  # type: ignore[assignment]  # of all tuple methods the least missed here
    kind: str
    intent: int | None
    salt: bytes
    party: bytes
    decision: bytes
    content: bytes

    @property
    def erased(self) -> bool:
        """Whether the entry was destroyed."""
        return not self.party


def values_of(entries: Sequence[Entry]) -> list[bytes]:
    """The leaf values of entries, erased ones too."""
    if not entries:
        return []
    if all(entry.party for entry in entries):
        columns = list(zip(*entries, strict=True))
        return leaf_values(columns[1], *columns[3:])
    return [
        entry.salt if entry.erased else leaf_value(entry.kind, entry.salt, entry.party, entry.decision, entry.content)
        for entry in entries
    ]


class Header(NamedTuple):
    """The head of a segment: where it begins, why it was begun and when (Unix ms), and the intents open then.

    `relaxed` says that its groups are not synced one by one: a power cut may tear several of the last.
    """

    first: int
    open: tuple[int, ...]
    origin: str
    reason: str
    time: int
    relaxed: bool = False


class Group(NamedTuple):
    """A group that reads: its place in the file, and its entries with the place of each record."""

    start: int
    end: int
    entries: list[tuple[int, Entry]]


def encode_header(header: Header) -> bytes:
    """The bytes of a segment's head."""
    rest = canon.encode(
        {
            "first": header.first,
            "open": sorted(header.open),
            "origin": header.origin,
            "reason": header.reason,
            "time": header.time,
            **({"relaxed": True} if header.relaxed else {}),
        }
    )
    return _HEADER.pack(MAGIC, len(rest), zlib.crc32(rest)) + rest


def decode_header(data: bytes | memoryview) -> tuple[Header, int]:
    """The head of a segment, and where its groups begin.

    Raises:
        SegmentError: not a segment, or damaged.
    """
    if len(data) < _HEADER.size:
        raise SegmentError("too short for a segment")
    magic, length, checksum = _HEADER.unpack_from(data)
    rest = bytes(data[_HEADER.size : _HEADER.size + min(length, MAX_HEADER_BYTES)])
    if magic != MAGIC or len(rest) != length or zlib.crc32(rest) != checksum:
        raise SegmentError("its head is damaged")
    value = canon.parse(rest)
    relaxed = value.get("relaxed") is True
    header = Header(value["first"], tuple(value["open"]), value["origin"], value["reason"], value["time"], relaxed)
    return header, _HEADER.size + length


def seal(first: int, count: int, records: bytes) -> bytes:
    """The bytes of a group of consecutive entries, from those of its records."""
    rest = _GROUP_REST.pack(first, count, len(records))
    checksum = zlib.crc32(records, zlib.crc32(rest))
    return b"".join((GROUP, checksum.to_bytes(4, "big"), rest, records))


def encode_group(entries: Sequence[Entry]) -> tuple[bytes, list[int]]:
    """The bytes of a group of consecutive entries, and the place of each record in them."""
    records = [
        RECORD.pack(CODES[kind], len(party), len(decision), len(content), 0 if intent is None else intent + 1)
        + b"".join((salt, party, decision, content))
        for _, kind, intent, salt, party, decision, content in entries
    ]
    places = list(accumulate(map(len, records), initial=GROUP_HEAD))[:-1]
    return seal(entries[0].index, len(entries), b"".join(records)), places


def groups(data: bytes | memoryview, start: int) -> Iterator[Group]:
    """The groups from `start` on, up to the end or to the first that does not read."""
    while (group := read_group(data, start)) is not None:
        yield group
        start = group.end


def read_group(data: bytes | memoryview, start: int) -> Group | None:
    """The group at `start`, or None if there is none that reads: torn, damaged, or the end."""
    if start + _GROUP_HEAD.size > len(data):
        return None
    magic, checksum, first, count, length = _GROUP_HEAD.unpack_from(data, start)
    body = start + _GROUP_HEAD.size
    end = body + length
    if magic != GROUP or count == 0 or end > len(data):
        return None
    if zlib.crc32(data[start + 8 : end]) != checksum:
        return None
    entries = []
    at = body
    for index in range(first, first + count):
        if at + RECORD_HEAD > end:
            return None
        entry = read_record(data, at, index)
        if entry is None:
            return None
        entries.append((at, entry))
        at += RECORD_HEAD + len(entry.party) + len(entry.decision) + len(entry.content)
    return Group(start, end, entries) if at == end else None


def read_record(data: bytes | memoryview, at: int, index: int) -> Entry | None:
    """The record at `at`, or None if no record can be there."""
    code, party, decision, content, link = RECORD.unpack_from(data, at)
    if code not in _KINDS:
        return None
    salt_at = at + RECORD.size
    party_at = salt_at + SALT_SIZE
    decision_at = party_at + party
    content_at = decision_at + decision
    return Entry(
        index,
        _KINDS[code],
        link - 1 if link else None,
        bytes(data[salt_at:party_at]),
        bytes(data[party_at:decision_at]),
        bytes(data[decision_at:content_at]),
        bytes(data[content_at : content_at + content]),
    )


def record_size(head: bytes) -> int:
    """Length of the record that begins with these bytes (at least 15)."""
    _, party, decision, content, _ = RECORD.unpack_from(head)
    return RECORD_HEAD + int(party) + int(decision) + int(content)


def group_length(head: bytes) -> int | None:
    """Length of the group that begins with these bytes (at least `GROUP_HEAD`), or None if none begins so."""
    magic, _, _, count, length = _GROUP_HEAD.unpack_from(head)
    return GROUP_HEAD + int(length) if magic == GROUP and count else None


def group_end(head: bytes) -> int:
    """The entry after the last one of the group that begins with these bytes; a large number if none begins so."""
    if len(head) < GROUP_HEAD or group_length(head) is None:
        return 1 << 64
    _, _, first, count, _ = _GROUP_HEAD.unpack_from(head)
    return int(first) + int(count)


def has_group_after(data: bytes, start: int) -> bool:
    """Whether a group that reads lies anywhere after `start`: then what is there is no torn tail but damage."""
    at = start
    while (at := data.find(GROUP, at + 1)) != -1:
        if read_group(data, at) is not None:
            return True
    return False
