"""A bar on a terminal after two seconds, nothing anywhere else."""

from __future__ import annotations

import io
from threading import Event

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
    assert "50%, 2 s" in stream.getvalue()
    shown.over()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_without_a_terminal_nothing_is_written() -> None:
    stream, clock = io.StringIO(), Clock()
    shown = Progress("reading", 10, stream, clock)
    clock.now = 60.0
    shown.at(5)
    shown.over()
    assert stream.getvalue() == ""


def test_a_work_that_says_nothing_shows_its_seconds() -> None:
    stream, clock = Terminal(), Clock()
    shown = Progress("scoring", 0, stream, clock)
    clock.now = 1.0
    shown.still()
    assert stream.getvalue() == ""
    clock.now = 3.0
    shown.still()
    shown.over()
    assert stream.getvalue() == "\r\x1b[Kscoring: 3 s\r\x1b[K"


def test_it_is_drawn_while_nobody_tells_how_much_is_done() -> None:
    stream, clock = Terminal(), Clock()
    shown = Progress("deciding", 10, stream, clock)
    clock.now = 5.0
    with shown.alive():
        for _ in range(500):
            if stream.getvalue():
                break
            Event().wait(0.02)
    assert stream.getvalue().startswith("\r\x1b[Kdeciding: [") and stream.getvalue().endswith("\r\x1b[K")
