"""A segment read group by group: what is in memory is one group, however long the segment is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from comity.adapters.ledger.failures import LedgerCorrupt
from comity.adapters.ledger.segment import (
    GROUP_HEAD,
    MAX_HEADER_BYTES,
    Group,
    Header,
    SegmentError,
    decode_header,
    group_end,
    group_length,
    has_group_after,
    read_group,
)
from comity.adapters.ledger.segment_files import segment_path

_HEAD = 4096
"""Read at once for a segment's head: longer than most are."""


class OpenSegment:
    """A segment as it is on disk while this is open, whoever replaces it meanwhile.

    Attributes:
        header: its head.
        start: where its groups begin.
        end: where the last group ended that `groups` gave.
    """

    def __init__(self, folder: Path, first: int) -> None:
        """Raises LedgerCorrupt: it is no segment, or begins elsewhere than its name says."""
        self.path = segment_path(folder, first)
        self._handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        self._size = os.fstat(self._handle).st_size
        try:
            self.header, self.start = self._head()
        except (SegmentError, ValueError, KeyError, TypeError) as error:
            os.close(self._handle)
            raise LedgerCorrupt(f"{self.path}: {error}") from error
        self.end = self.start
        if self.header.first != first:
            os.close(self._handle)
            raise LedgerCorrupt(f"{self.path} begins with entry {self.header.first}")

    def _head(self) -> tuple[Header, int]:
        try:
            return decode_header(os.pread(self._handle, _HEAD, 0))
        except SegmentError:
            # with many open intents it is longer
            return decode_header(os.pread(self._handle, MAX_HEADER_BYTES + _HEAD, 0))

    def __enter__(self) -> Self:
        """It is closed at the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        os.close(self._handle)

    def groups(self, start: int = 0) -> Iterator[Group]:
        """Its groups, up to the first that does not read; their places and those of their entries are in the file.

        Those that end below entry `start` are passed over unread.
        """
        at = self.start
        while (head := os.pread(self._handle, GROUP_HEAD, at)) and group_end(head) <= start:
            at += group_length(head) or 0
        while (data := self.raw(at)) is not None and (group := read_group(data, 0)) is not None:
            self.end = at + len(data)
            yield Group(at, self.end, [(at + place, entry) for place, entry in group.entries])
            at = self.end

    def raw(self, at: int) -> bytes | None:
        """The bytes that stand for a group at this place, unchecked; None if none can be there."""
        head = os.pread(self._handle, GROUP_HEAD, at)
        length = group_length(head) if len(head) == GROUP_HEAD else None
        if length is None or at + length > self._size:
            return None
        return os.pread(self._handle, length, at)

    @property
    def rest(self) -> int:
        """Bytes after `end`."""
        return self._size - self.end

    def goes_on(self) -> bool:
        """Whether a group that reads lies anywhere after `end`: then what is there is no torn tail but damage."""
        return has_group_after(os.pread(self._handle, self.rest, self.end), 0)
