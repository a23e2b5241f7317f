"""A log behind HTTP, and a monitor that watches it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import HTTPServer
from pathlib import Path

import pytest

from tests.adapters.monitor.test_monitor import Watched
from tests.cli.test_mirror import Public


@contextmanager
def looked_at(folder: Path, public: type[Public]) -> Iterator[Watched]:
    """What the control port serves of the log in `folder`, without the port."""
    server = HTTPServer(("127.0.0.1", 0), partial(public, folder / "state"))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Watched(folder, f"http://127.0.0.1:{server.server_port}/log")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A log that is watched."""
    with looked_at(tmp_path, Public) as made:
        yield made
