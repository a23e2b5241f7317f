"""A gateway in processes of its own, as an operator runs it.

Example::

    gateway = Gateway(folder / "comity.yaml", workers=2)
    key = gateway.new_key("--app", "desk")
    async with gateway:
        client = openai.AsyncOpenAI(base_url=gateway.url, api_key=key)
        ...
"""

from __future__ import annotations

import asyncio
import io
import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from asyncio.subprocess import PIPE, Process
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from comity.cli.main import main

COMITY = (sys.executable, "-P", "-m", "comity")
STARTING_S = 60


class Gateway:
    """`comity serve` on free ports of loopback, and its state folder beside the stack file."""

    def __init__(
        self,
        stack_file: Path,
        *,
        workers: int = 1,
        options: tuple[str, ...] = (),
        program: tuple[str, ...] = COMITY,
        said: Path | None = None,
    ) -> None:
        """`program` takes the place of `comity`; what it says on standard error is added to the file `said`."""
        self.stack_file = stack_file
        self.state = stack_file.parent / ".comity"
        self.first: dict[str, Any] = {}
        self._program = program
        self._said = said
        self._options = ("--workers", str(workers), "--port", "0", "--control-port", "0", *options)
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """Base URL of the data port, as a client takes it."""
        host, port = self.first["data"]
        return f"http://{host}:{port}/v1"

    @property
    def pid(self) -> int:
        """The supervisor's process."""
        assert self._process is not None
        return self._process.pid

    def new_key(self, *holder: str) -> str:
        """A key by `comity keys new`; `holder` is `--app APP` or `--role ROLE`. Raises RuntimeError if there is none.

        The command runs in this process: a gateway has several keys, and a process for each would take longer than it.
        """
        said = io.StringIO()
        with redirect_stdout(said):
            status = main(("keys", "new", *holder, "-c", str(self.stack_file)))
        if status:
            raise RuntimeError(f"comity keys new {' '.join(holder)} ended with status {status}")
        return said.getvalue().splitlines()[-1]

    def comity(self, *arguments: str) -> str:
        """What a command on this gateway's stack file prints; raises CalledProcessError if it fails."""
        command = (*COMITY, *arguments, "-c", str(self.stack_file))
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    async def start(self) -> None:
        """Start it, and wait until it serves; raises RuntimeError with what it said if it does not."""
        command = (*self._program, "serve", "-c", str(self.stack_file), "--json", *self._options)
        with self._said.open("ab") if self._said else nullcontext() as said:
            self._process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=said)
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), STARTING_S)
        if not line:
            raise RuntimeError(f"the gateway ended with status {await self._process.wait()}")
        self.first = json.loads(line)

    async def stop(self) -> int:
        """SIGTERM, and its exit status."""
        return await self.end(signal.SIGTERM)

    async def kill(self) -> int:
        """SIGKILL of the supervisor, and its exit status."""
        return await self.end(signal.SIGKILL)

    async def end(self, number: signal.Signals) -> int:
        """A signal to the supervisor, and its exit status."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """A signal to the supervisor, which may live on."""
        assert self._process is not None
        self._process.send_signal(number)

    async def get(self, path: str, key: str = "") -> tuple[int, dict[str, str], bytes]:
        """GET on the control port: status, headers, body."""
        return await self.ask("GET", path, key)

    async def ask(
        self, method: str, path: str, key: str = "", body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """A request to the control port, with a body of JSON if there is one: status, headers, body."""
        host, port = self.first["control"]
        headers = {"authorization": f"Bearer {key}"} if key else {}
        if body is not None:
            headers["content-type"] = "application/json"
        request = urllib.request.Request(f"http://{host}:{port}{path}", body, headers, method=method)
        return await asyncio.to_thread(_fetch, request)

    async def status(self, key: str) -> dict[str, Any]:
        """`/admin/status`, with the key of a role."""
        status, _, body = await self.get("/admin/status", key)
        if status != 200:
            raise RuntimeError(f"/admin/status answered {status}")
        overview: dict[str, Any] = json.loads(body)
        return overview

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _fetch(request: urllib.request.Request) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(request, timeout=STARTING_S) as answer:  # noqa: S310 - http, of our own making
            return answer.status, _lower(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, _lower(refusal.headers.items()), refusal.read()


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}
