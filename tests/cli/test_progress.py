"""A bar on a terminal after two seconds, nothing anywhere else."""

from __future__ import annotations

import io

from comity.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_quick_shows_nothing() -> None:
    stream, clock = Terminal(), Clock()
    shown = Progress("reading", 10, stream, clock)
    clock.now = 1.9
    shown.at(9)
    shown.over()
    assert stream.getvalue() == ""


def test_what_is_slow_shows_a_bar_and_takes_it_away() -> None:
    stream, clock = Terminal(), Clock()
    shown = Progress("reading", 10, stream, clock)
    clock.now = 2.0
    shown.at(5)
    shown.at(6)  # at once: not drawn again
    assert stream.getvalue().count("reading") == 1
    assert "50%" in stream.getvalue()
    shown.over()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_without_a_terminal_nothing_is_written() -> None:
    stream, clock = io.StringIO(), Clock()
    shown = Progress("reading", 10, stream, clock)
    clock.now = 60.0
    shown.at(5)
    shown.over()
    assert stream.getvalue() == ""
