"""Ctrl-C in the middle of every command that takes a while: no half file, no traceback, and the log as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bench.made import log

from tests.tidy.tree import ROOT

SCENARIOS = ROOT / "examples" / "scenarios"
COMMANDS = {
    "replay": (
        "replay",
        "--log",
        "LOG",
        "--scenario",
        str(SCENARIOS / "dpf-invalidated.yaml"),
        "--html",
        "OUT/r.html",
    ),
    "first look": (
        *("replay", "--from", "litellm", str(ROOT / "examples/usage/litellm-spend-logs.json")),
        *("--seat", "FR", "--html", "OUT/l.html"),
    ),
    "future": ("replay", "--scenario", str(SCENARIOS / "open-source-convergence.yaml"), "--html", "OUT/f.html"),
    "posture": (
        *("posture", "-c", str(ROOT / "examples/trace/comity.yaml"), "--as", "FR"),
        *("--log", "LOG", "--html", "OUT/p.html"),
    ),
    "atlas": ("atlas", str(ROOT / "examples/atlas/report-2026.yaml"), "--html", "OUT/a.html"),
    "export": ("log", "export", "LOG", "--to", "OUT/x.parquet"),
}

INTERRUPTED_AT = """
import os, signal, sys
from comity.__main__ import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests in the background has it ignored
out, at, number, struck = sys.argv[1], sys.argv[2], int(sys.argv[3]), []
def strike(event, arguments):
    begins = event == "os.mkdir" or (event == "open" and "w" in str(arguments[1]))
    ends = event == "os.rename"
    if not struck and (begins if at == "begins" else ends) and any(str(each).startswith(out) for each in arguments):
        struck.append(event)
        os.kill(os.getpid(), number)
sys.addaudithook(strike)
del sys.argv[1:4]
raise SystemExit(main())
"""
"""The signal comes from within, at the very moment when a file or folder is begun, or is about to get its name."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("trace") / "trace.log"
    log.write(state, 2_000)
    return state


@pytest.mark.parametrize(
    ("name", "at", "number"),
    [
        *((name, "ends", signal.SIGINT) for name in COMMANDS),
        *((name, "begins", signal.SIGINT) for name in ("replay", "export")),
        *((name, "ends", signal.SIGTERM) for name in ("replay", "export")),
    ],
)
def test_no_half_file_is_left(name: str, at: str, number: signal.Signals, made: Path, tmp_path: Path) -> None:
    arguments = [each.replace("OUT", str(tmp_path)).replace("LOG", str(made)) for each in COMMANDS[name]]
    held = sorted(made.rglob("*"))
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT, str(tmp_path), at, str(int(number)), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert ended.returncode == 128 + number, ended.stderr
    assert "Traceback" not in ended.stderr and "fault of its own" not in ended.stderr
    assert list(tmp_path.iterdir()) == []
    assert sorted(made.rglob("*")) == held
