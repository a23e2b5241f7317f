"""Writes past the page cache: the same bytes as other writes, durable each, and only where they are to be had."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.adapters.disk import BLOCK, DISK, Disk
from comity.adapters.ledger.segment import Header, encode_header
from comity.adapters.ledger.segment_files import SegmentWriter
from comity.adapters.ledger.through import Through

LENGTHS = st.one_of(st.integers(0, 3 * BLOCK), st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 1, (1 << 20) - 1, 3 << 20]))


@settings(max_examples=60)
@given(st.integers(0, 2 * BLOCK), st.lists(st.tuples(LENGTHS, st.sampled_from([0, 0, 1, 8192])), max_size=6))
def test_what_is_appended_is_there_and_zeroes_after_it(head: int, appended: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _append(Path(folder) / "file", head, appended)


def _append(path: Path, head: int, appended: list[tuple[int, int]]) -> None:
    expected = os.urandom(head)
    path.write_bytes(expected)
    through = Through.opened(path, head, DISK)
    assert through is not None
    for length, zeroes in appended:
        data = os.urandom(length)
        end = through.append(data, len(expected), zeroes)
        expected += data
        assert end % BLOCK == 0
        assert end >= len(expected) + zeroes
        there = path.read_bytes()
        assert there[: len(expected)] == expected
        assert not any(there[len(expected) :])
        assert len(there) >= end
    os.close(through.handle)


def test_the_handle_is_one_whose_writes_are_durable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    handle = DISK.open_through(tmp_path / "file")
    assert handle is not None
    flags = fcntl.fcntl(handle, fcntl.F_GETFL)
    assert flags & os.O_DIRECT
    assert flags & os.O_DSYNC == os.O_DSYNC
    os.close(handle)


class OtherBlocks(Disk):
    """A file system whose blocks are larger, or which has no such writes at all."""

    def __init__(self, *, opens: bool) -> None:
        self._opens = opens

    def open(self, path: Path | str, flags: int, mode: int = 0o600) -> int:
        """Refused with O_DIRECT unless it opens."""
        if flags & os.O_DIRECT and not self._opens:
            raise OSError(errno.EOPNOTSUPP, "no such flag")
        return super().open(path, flags, mode)

    def write_through(self, handle: int, data: memoryview, at: int) -> int:
        """Refused."""
        raise OSError(errno.EINVAL, "not aligned")


def test_without_them_a_segment_is_written_as_any_file(tmp_path: Path) -> None:
    for opens in (True, False):
        folder = tmp_path / str(opens)
        folder.mkdir()
        writer = SegmentWriter(folder, "example.org/gw", disk=OtherBlocks(opens=opens))
        writer.begin(0, (), "start", 0)
        at = writer.write(b"group")
        writer.sync()
        writer.close()
        (path,) = folder.iterdir()
        assert path.read_bytes()[at:] == b"group"


def test_without_them_also_where_the_head_fills_its_block(tmp_path: Path) -> None:
    origin = "o" * (BLOCK - len(encode_header(Header(0, (), "", "start", 0))))
    writer = SegmentWriter(tmp_path, origin, disk=OtherBlocks(opens=True))
    writer.begin(0, (), "start", 0)
    assert writer.write(b"group") == BLOCK
    writer.close()
    (path,) = tmp_path.iterdir()
    assert path.read_bytes()[BLOCK:] == b"group"


class Unread(Disk):
    """The file is gone once it is open."""

    def open_through(self, path: Path) -> int | None:
        """Opened, then taken away."""
        handle = super().open_through(path)
        path.unlink()
        return handle


def test_a_file_that_cannot_be_read_is_not_left_open(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"head")
    handles = Path("/proc/self/fd")
    before = sum(1 for _ in handles.iterdir())
    with pytest.raises(FileNotFoundError):
        Through.opened(path, 4, Unread())
    assert sum(1 for _ in handles.iterdir()) == before


class Filling(Disk):
    """Full as long as a test says so."""

    full = False

    def write(self, handle: int, data: bytes | memoryview, at: int) -> int:
        """Refused while it is full."""
        if self.full:
            raise OSError(errno.ENOSPC, "no space left")
        return super().write(handle, data, at)


def test_after_a_segment_that_cannot_be_begun_nothing_is_written_by_the_handle_of_the_one_before(
    tmp_path: Path,
) -> None:
    disk = Filling()
    writer = SegmentWriter(tmp_path, "example.org/gw", disk=disk)
    writer.begin(0, (), "start", 0)
    disk.full = True
    with pytest.raises(OSError, match="no space left"):
        writer.begin(1, (), "rotation", 0)
    disk.full = False
    with (tmp_path / "other").open("wb"), pytest.raises(OSError, match="Bad file descriptor"):
        writer.write(b"group")
    assert (tmp_path / "other").read_bytes() == b""
