"""A gateway started as systemd starts it says when it serves, over the socket that it was handed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

from comity.testing.gateway import COMITY

STACK = """
origin: test.example/gateway
law: []
sites: {paris: {jurisdiction: FR, operator: FR}}
models: {small: {developer: FR}}
deployments: {first: {model: small, site: paris, url: "https://one.example/v1"}}
applications: {desk: {controller: FR, purpose: general, data: [], subjects: [FR]}}
"""
PATIENCE_S = 60.0  # for a gateway to stand up on a busy machine; no claim about speed


def test_ready_is_told_once_it_serves(tmp_path: Path) -> None:
    (tmp_path / "comity.yaml").write_text(STACK)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE_S)
        gateway = subprocess.Popen(
            [*COMITY, "serve", "-c", "comity.yaml", "--port", "0", "--control-port", "0", "--json"],
            cwd=tmp_path,
            env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")},
            stdout=subprocess.PIPE,
        )
        try:
            assert manager.recv(4096) == b"READY=1\nSTATUS=serves test.example/gateway"
            assert gateway.stdout is not None and gateway.stdout.readline().startswith(b"{")  # it said so to people too
        finally:
            gateway.send_signal(signal.SIGTERM)
            gateway.communicate(timeout=PATIENCE_S)
    assert gateway.returncode == 0
