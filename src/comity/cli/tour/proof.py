"""The tour's last step: a receipt, verified by a process that cannot reach the gateway, and one byte changed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SEALED = """
import sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError("the verifier tried to use the network")
    if event == "open" and isinstance(arguments[0], str) and ".comity" in arguments[0]:
        raise RuntimeError("the verifier tried to read the gateway's state")
sys.addaudithook(refuse)
from comity.cli.main import main
sys.exit(main(["verify", sys.argv[1], "--key", sys.argv[2]]))
"""
"""The verifier, walled in: an audit hook refuses every socket and every file of the gateway's state."""


def verify(receipt: Path, vkey: str) -> tuple[int, str]:
    """Exit status and output of `comity verify` in a separate, walled-in process, in the receipt's own folder."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", SEALED, str(receipt), vkey],
        capture_output=True,
        text=True,
        cwd=receipt.parent,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def altered(receipt: dict[str, Any], deployment: str) -> str:
    """The receipt with one byte changed: the first letter of the deployment that it says answered."""
    text = json.dumps(receipt, ensure_ascii=False)
    place = text.index(f'"{deployment}"') + 1
    return text[:place] + ("q" if text[place] != "q" else "p") + text[place + 1 :]
