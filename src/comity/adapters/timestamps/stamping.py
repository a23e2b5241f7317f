"""Timestamps of a shard at work: one thread, which has the last witnessed checkpoint stamped now and then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Condition, Thread

from comity.adapters.timestamps.authority import Authority
from comity.adapters.timestamps.files import Stamp, read_stamp, write_stamp
from comity.proof.checkpoint import Checkpoint
from comity.proof.note import Note

FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 600.0
"""Between tries after a failure, doubled each time, and never longer than the stamps' own interval."""

LOOK_S = 1.0
"""Between looks for a first checkpoint to stamp."""

CLOSE_S = 1.0


class Stamping:
    """Has a shard stamped.

    Attributes:
        time: of the last stamp that was got, in Unix seconds; 0 for none since the start.
        trouble: why the last try failed, or empty.
    """

    def __init__(
        self,
        folder: Path,
        read: Callable[[], str | None],
        authority: Authority,
        *,
        every: float,
        ticks: Callable[[], float],
    ) -> None:
        """`read` gives the checkpoint to be stamped, its note, if there is one; the stamps lie in `folder`, the
        shard's. `every` is in seconds, and `ticks` never goes back.
        """
        self.time = 0
        self.trouble = ""
        self._folder = folder
        self._authority = authority
        self._every = every
        self._read = read
        self._ticks = ticks
        self._closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._work, name="timestamps", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Ask no more; at most a second."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(CLOSE_S)

    def stamp(self) -> bool:
        """Have the present checkpoint stamped, unless it is already; False if there is none. Blocking.

        Raises:
            NotStamped, Fault, OSError: it was not stamped, or not kept.
        """
        note = self._read()
        if note is None:
            return False
        size = Checkpoint.parse(Note.parse(note).text).size
        last = read_stamp(self._folder)
        if last is None or last.size < size:
            stamped = self._authority.stamp(note.encode())
            write_stamp(self._folder, Stamp(size, note, stamped.response))
            self.time = stamped.time
        return True

    def _work(self) -> None:
        failures = 0
        while True:
            try:
                wait = self._every if self.stamp() else LOOK_S
                self.trouble, failures = "", 0
            except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again, and shown
                self.trouble = str(error)
                wait = min(FIRST_WAIT_S * 2**failures, LONGEST_WAIT_S, self._every)
                failures = min(failures + 1, 10)
            end = self._ticks() + wait
            with self._changed:
                while not self._closed and (left := end - self._ticks()) > 0:
                    self._changed.wait(left)
                if self._closed:
                    return
