"""The signer as operators run it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def signer(folder: Path, origin: str) -> Iterator[subprocess.Popen[str]]:
    """`comity signer` over `folder`, which gets its key and its socket; ended afterwards if it still runs."""
    command = [sys.executable, "-m", "comity", "signer", "--socket", str(folder / "socket")]
    with subprocess.Popen(
        [*command, "--key", str(folder / "log.key"), "--new", origin], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            assert line.startswith("comity signer: "), line
            while not (folder / "socket").exists():
                time.sleep(0.01)
            yield process
        finally:
            process.terminate()
            process.wait()
