"""Bytes of a segment, torn at every offset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.adapters.ledger.segment import (
    Entry,
    Header,
    SegmentError,
    decode_header,
    encode_group,
    encode_header,
    groups,
    has_group_after,
    read_group,
    read_record,
)
from comity.proof.entry import KINDS

blocks = st.binary(max_size=60)
bodies = st.lists(
    st.tuples(st.sampled_from(KINDS), st.none() | st.integers(0, 2**40), blocks, blocks, blocks), min_size=1
)


def entries(drawn: list[tuple[str, int | None, bytes, bytes, bytes]], first: int) -> list[Entry]:
    return [
        Entry(first + at, kind, intent, bytes([at % 256]) * 32, *three)
        for at, (kind, intent, *three) in enumerate(drawn)
    ]


@given(bodies, st.integers(0, 2**50))
def test_groups_round_trip(drawn: list[tuple[str, int | None, bytes, bytes, bytes]], first: int) -> None:
    written = entries(drawn, first)
    data, places = encode_group(written)
    group = read_group(b"before" + data + b"after", 6)
    assert group is not None
    assert (group.start, group.end) == (6, 6 + len(data))
    assert [entry for _, entry in group.entries] == written
    assert [at - 6 for at, _ in group.entries] == places
    assert [read_record(data, at, entry.index) for at, entry in zip(places, written, strict=True)] == written


def sample(first: int, count: int) -> bytes:
    return encode_group([Entry(first + i, "denial", None, bytes(32), b"{}", b'{"a":1}', b"{}") for i in range(count)])[
        0
    ]


def test_a_tail_torn_at_every_byte_is_no_group() -> None:
    whole, torn = sample(0, 3), sample(3, 2)
    for cut in range(len(torn)):
        data = whole + torn[:cut]
        assert [group.end for group in groups(data, 0)] == [len(whole)]
        assert not has_group_after(data, len(whole))
    assert [group.end for group in groups(whole + torn, 0)] == [len(whole), len(whole) + len(torn)]


def test_a_group_altered_at_every_byte_is_no_group() -> None:
    data = sample(0, 3)
    for at in range(len(data)):
        altered = data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :]
        assert read_group(altered, 0) is None, at


def test_damage_before_a_group_is_seen() -> None:
    first, second = sample(0, 3), sample(3, 1)
    data = first[:50] + b"X" + first[51:] + second
    assert list(groups(data, 0)) == []
    assert has_group_after(data, 0)


def test_headers_round_trip_and_are_checked() -> None:
    header = Header(7, (2, 5), "example.org/gw/shard0001", "rotation", 1795406400000)
    data = encode_header(header)
    assert decode_header(data + b"groups") == (header, len(data))
    for at in range(len(data)):
        with pytest.raises((SegmentError, ValueError)):
            decode_header(data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :])
        with pytest.raises(SegmentError):
            decode_header(data[:at])
