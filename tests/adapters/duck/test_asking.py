"""Ctrl-C within a statement of DuckDB: it ends then, whichever of its threads is at work."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from comity.adapters.duck.asking import ask
from comity.adapters.duck.connection import DuckFault, connected

HANG_S = 60
"""Far beyond what an interrupted statement takes to end, and far below what the statement would take."""

LONG = """
import signal, sys, time
from comity.adapters.duck.asking import ask
from comity.adapters.duck.connection import connected, watched

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests in the background has it ignored
try:
    with connected(()) as duck, watched(duck, lambda hundredths: print("at work", flush=True)):
        ask(duck, lambda: duck.execute("SELECT sum(sqrt(range)) FROM range(1000000000000)").fetchall())
except KeyboardInterrupt:
    raise SystemExit(130)
"""


def test_ctrl_c_ends_a_statement_that_would_take_an_hour() -> None:
    with subprocess.Popen([sys.executable, "-c", LONG], stdout=subprocess.PIPE, text=True) as asking:
        try:
            assert asking.stdout is not None and asking.stdout.readline() == "at work\n"
            asking.send_signal(signal.SIGINT)
            assert asking.wait(HANG_S) == 130
        finally:
            asking.kill()


def test_what_a_statement_raises_is_raised() -> None:
    with pytest.raises(DuckFault, match="nowhere"), connected(()) as duck:
        ask(duck, lambda: duck.execute("SELECT nowhere"))


def test_a_connection_can_be_asked_again() -> None:
    with connected(()) as duck:
        for each in range(3):
            assert ask(duck, lambda each=each: duck.execute("SELECT $n", {"n": each}).fetchall()) == [(each,)]
