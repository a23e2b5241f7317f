"""Logs that hold their files back: a look ends, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from comity.adapters.monitor.monitor import GRACE_MS
from tests.adapters.monitor.conftest import looked_at
from tests.adapters.monitor.test_monitor import Watched
from tests.cli.test_mirror import Public


class Dripping(Public):
    """As the public files of a log are; while `slow`, what ends so comes a byte every twentieth of a second."""

    slow = Event()
    ends = ""

    def do_GET(self) -> None:
        """Answer, dripping or not."""
        if self.slow.is_set() and self.path.endswith(self.ends):
            self.wfile = _Drops(self.wfile)  # type: ignore[assignment]
        with suppress(OSError):  # whoever asked has hung up
            super().do_GET()

    def finish(self) -> None:
        """The end of a connection that may be gone."""
        with suppress(OSError):
            super().finish()


class _Drops:
    def __init__(self, file) -> None:  # type: ignore[no-untyped-def]
        self._file = file

    def write(self, data: bytes) -> None:
        for byte in data:
            self._file.write(bytes([byte]))
            Event().wait(0.05)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


@pytest.fixture(params=["/log/", "/checkpoint", "/tile/entries/000", "/tile/0/000"])
def dripping(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A log of which a file drips while `Dripping.slow` is set."""
    Dripping.ends = request.param
    with looked_at(tmp_path, Dripping) as made:
        made.within = 0.5
        made.begin()
        yield made
        Dripping.slow.clear()


def test_a_look_at_a_log_that_drips_ends_and_says_so(dripping: Watched) -> None:
    assert dripping.names() == []
    Dripping.slow.set()
    (alarm,) = dripping.look()
    assert (alarm.name, alarm.shard, alarm.place) == ("too-slow", "", dripping.url)
    assert "within 0.5 s" in alarm.sentence and Dripping.ends in alarm.sentence
    Dripping.slow.clear()
    assert dripping.names() == []


def test_what_was_found_before_is_told_too_and_what_comes_after_is_not_known(tmp_path: Path) -> None:
    """A shard that is ended by the clock leaves the others unread, and none of them is said to be as it should."""
    Dripping.ends = "/tile/0/000"
    with looked_at(tmp_path, Dripping) as watched:
        fresh = watched.state / "log" / "000000000"
        fresh.mkdir()
        watched.within = 0.5
        watched.begin()
        assert watched.names() == []
        watched.now += GRACE_MS
        Dripping.slow.set()
        assert [(alarm.name, alarm.shard) for alarm in watched.look()] == [
            ("missing-file", fresh.name),
            ("too-slow", ""),
        ]
        assert watched.monitor.size == 0
        Dripping.slow.clear()
        assert watched.names() == ["missing-file"]
        assert watched.monitor.size == 300
