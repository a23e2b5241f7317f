"""A log behind HTTP, and a monitor that watches it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer
from pathlib import Path

import pytest

from tests.adapters.monitor.test_monitor import Watched
from tests.cli.test_mirror import Public


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """What the control port serves of a log, without the port."""
    server = HTTPServer(("127.0.0.1", 0), partial(Public, tmp_path / "state"))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Watched(tmp_path, f"http://127.0.0.1:{server.server_port}/log")
    server.shutdown()
    thread.join()
    server.server_close()
