"""The tour's gateway: `comity serve` as a process of its own, as a user would run it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from comity.adapters.keys import KeyStore
from comity.adapters.state import open_state
from comity.terms.errors import Fault

READY_S = 60.0
"""Six nodes and a worker start in about two seconds; a busy two-core machine may take ten times that."""

STOP_S = 40.0
ANSWER_S = 60.0
LOOPBACK = "127.0.0.1"


class Gateway:
    """A gateway in a child process, with one key for each application and one for its owner."""

    def __init__(self, folder: Path, port: int | None, control: int | None) -> None:
        """Prepares stack file, state and keys in `folder`; None leaves a port to the system."""
        self.folder = folder
        self.stack_file = folder / "comity.yaml"
        self.stack_file.write_text(stack_text(datetime.now(UTC).year + 1))
        self.state = open_state(folder / ".comity")
        self.port = port or 0
        self.control = control or 0
        self._child: subprocess.Popen[bytes] | None = None
        self.keys: dict[str, str] = {}
        self._log = folder / "gateway.log"
        self._said = folder / "gateway.json"

    @property
    def url(self) -> str:
        """Where an OpenAI client points to."""
        return f"http://{LOOPBACK}:{self.port}/v1"

    def start(self, applications: list[str]) -> None:
        """Starts it, and waits until it is ready.

        Raises:
            Fault: if it ends, or is not ready in time; the message has what it printed.
        """
        now = time.time_ns() // 1_000_000
        with KeyStore(self.state) as store:
            for application in applications:
                _, self.keys[application] = store.add(application=application, now=now)
            _, self.keys["owner"] = store.add(role="owner", now=now)
        command = [sys.executable, "-m", "comity", "serve", "-c", str(self.stack_file), "--state", str(self.state)]
        command += ["--port", str(self.port), "--control-port", str(self.control), "--json"]
        with self._log.open("wb") as log, self._said.open("wb") as said:
            self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=log)
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                raise Fault(f"the tour's gateway ended at once:\n{self._log.read_text()}")
            if self._serves() and self._ready():
                return
            time.sleep(0.05)
        raise Fault(f"the tour's gateway was not ready within {READY_S:.0f} s:\n{self._log.read_text()}")

    def _serves(self) -> bool:
        """Whether it has said where it serves: its ports are known from then on."""
        said = self._said.read_text()
        if not said.endswith("\n"):
            return False
        ports = json.loads(said)
        (_, self.port), (_, self.control) = ports["data"], ports["control"]
        return True

    def _ready(self) -> bool:
        try:
            return self._get(self.port, "/health/readiness")[0] == http.client.OK
        except OSError:
            return False

    def node(self, deployment: str) -> int:
        """The process id of a deployment's node.

        Raises:
            Fault: if it does not run.
        """
        _, body = self._get(self.control, "/admin/status", self.keys["owner"])
        for node in json.loads(body)["nodes"]:
            if node["deployment"] == deployment and node["pid"]:
                return int(node["pid"])
        raise Fault(f"the node of {deployment} does not run")

    def receipt(self, receipt_id: str, application: str) -> dict[str, Any]:
        """The receipt of that id, fetched with the application's key."""
        status, body = self._get(self.port, f"/v1/receipts/{receipt_id}", self.keys[application])
        if status != http.client.OK:
            raise Fault(f"no receipt {receipt_id}: {status} {body[:200]!r}")
        return dict(json.loads(body))

    @property
    def vkey(self) -> str:
        """The log's public key, as an auditor pins it."""
        return (self.state / "log.vkey").read_text().strip()

    def _get(self, port: int, path: str, key: str = "") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWER_S)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait(self) -> int:
        """Stays until the gateway ends."""
        assert self._child is not None
        return self._child.wait()

    def stop(self) -> None:
        """Ends it, gently first."""
        if self._child is None or self._child.poll() is not None:
            return
        self._child.terminate()
        try:
            self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def stack_text(year: int) -> str:
    """The tour's stack file, its instruments good until the end of `year`."""
    text = (files("comity.cli.tour") / "stack.yaml").read_text(encoding="utf-8")
    return text.replace("NEXT_YEAR", f"{year}-12-31")


def usual_port(port: int) -> int | None:
    """`port` if it is free, so that a tour that stays up is where people look for it; else None."""
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return None
    return port
