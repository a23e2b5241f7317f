"""The unit: that systemd understands it, that it is as closed as it says, and that the gateway understands its words."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from comity.cli.main import parser
from comity.runtime.settings import DRAIN_S
from tests.tidy.tree import ROOT

UNIT = ROOT / "deploy" / "systemd" / "comity.service"
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")

MOST_EXPOSED = 15  # tenths of systemd's own scale of exposure, where 100 is a service without any restriction


def _service() -> configparser.SectionProxy:
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[method-assign,assignment]
    read.read_string(UNIT.read_text())
    return read["Service"]


@needs_systemd
def test_systemd_understands_it(tmp_path: Path) -> None:
    """Every key and value; the program itself is not where the unit expects it on this machine."""
    unit = tmp_path / "comity.service"
    unit.write_text(UNIT.read_text().replace("/opt/comity/bin/comity", sys.executable))
    assert ANALYZE is not None
    ran = subprocess.run([ANALYZE, "verify", "--man=no", str(unit)], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")


@needs_systemd
def test_it_is_as_closed_as_a_gateway_can_be() -> None:
    assert ANALYZE is not None
    closed = [ANALYZE, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", str(UNIT)]
    ran = subprocess.run(closed, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def test_the_command_is_one_of_ours() -> None:
    program, *words = _service()["ExecStart"].split()
    assert program == "/opt/comity/bin/comity"
    options = parser("serve").parse_args(words)
    state = Path("/var/lib") / _service()["StateDirectory"]
    assert options.state.is_relative_to(state)
    assert options.state != state  # systemd owns the folder itself; Comity makes its own inside


def test_a_drain_has_its_time() -> None:
    assert float(_service()["TimeoutStopSec"]) > DRAIN_S + 10
    assert _service()["KillMode"] == "mixed"  # SIGTERM to all would end workers in the middle of answers


def test_keys_come_as_credentials_and_never_by_the_environment() -> None:
    text = UNIT.read_text()
    assert "LoadCredential=" in text
    assert "Environment" not in text
