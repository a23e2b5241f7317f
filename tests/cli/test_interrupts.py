"""Ctrl-C from the first moment of a command that is ours: no traceback, exit status 130; SIGTERM likewise, 143."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT

STACK = ROOT / "examples" / "trace" / "comity.yaml"
CHECK = ("check", "-c", str(STACK))

AT_IMPORT = """
import posix, sys
from comity.__main__ import main

number, left = int(sys.argv[1]), int(sys.argv[2])
def strike(event, arguments):
    global left
    if event == "import":
        left -= 1
        if left == 0:
            posix.kill(posix.getpid(), number)
del sys.argv[1:3]
sys.addaudithook(strike)
raise SystemExit(main())
"""
"""The signal comes from within, when so many modules have been asked for; what it uses is loaded before."""

LOADING = """
import signal
from comity.cli import interrupts

interrupts.begin()
try:
    import struck
    signal.pause()
except KeyboardInterrupt as ended:
    raise SystemExit(ended.args[0])
"""

STRUCK = """
import os, signal, time
os.kill(os.getpid(), signal.SIGTERM)
for _ in range(10):
    time.sleep(0.01)
print("loaded", flush=True)
"""


def started(*command: str, **options: object) -> subprocess.Popen[str]:
    """A child that hears Ctrl-C: whoever runs the tests in the background has it ignored."""
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        **options,  # type: ignore[call-overload]
    )


@pytest.mark.parametrize(
    ("modules", "number"), [*((each, signal.SIGINT) for each in (1, 3, 10, 30, 100, 300)), (100, signal.SIGTERM)]
)
def test_a_signal_while_modules_are_loaded_ends_without_a_traceback(modules: int, number: signal.Signals) -> None:
    with started(sys.executable, "-c", AT_IMPORT, str(int(number)), str(modules), *CHECK) as ended:
        said, complaint = ended.communicate(timeout=60)
    assert (ended.returncode, complaint) == (128 + number, ""), said


@pytest.mark.parametrize(
    "command",
    [("-m", "comity", *CHECK), ("-c", "import sys; from comity.__main__ import main; sys.exit(main())", "--help")],
)
def test_at_no_moment_is_a_line_of_ours_in_a_traceback(command: tuple[str, ...]) -> None:
    for moment in range(8):
        with started(sys.executable, *command) as ended:
            time.sleep(moment * 0.03)
            ended.send_signal(signal.SIGINT)
            _, complaint = ended.communicate(timeout=60)
        assert ended.returncode in (130, -signal.SIGINT, 0, 1), complaint  # 1: Python itself was starting
        assert str(Path("src", "comity")) not in complaint


def test_a_module_is_loaded_before_its_command_ends(tmp_path: Path) -> None:
    (tmp_path / "struck.py").write_text(STRUCK)
    with started(sys.executable, "-c", LOADING, env={**os.environ, "PYTHONPATH": str(tmp_path)}) as ended:
        said, complaint = ended.communicate(timeout=60)
    assert (ended.returncode, said, complaint) == (143, "loaded\n", "")


def test_who_has_a_signal_ignored_keeps_it_so() -> None:
    asks = "import signal; from comity.cli import interrupts; interrupts.begin(); interrupts.end();"
    asks += "print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    ignored = subprocess.run(
        [sys.executable, "-c", asks],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN) and None,
        check=True,
    )
    assert ignored.stdout == "True\n"
