"""The parent's side: start the child, hold its key, hear of its death."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .shelf import NodeError

START_LIMIT_S = 120  # a few GB from a slow disk; the shipped model takes a tenth of a second
STOP_LIMIT_S = 2  # the child has nothing to finish
COMPLAINT_LINES = 3  # of the engine, in our message
KEY_BYTES = 32

# Of our environment the child sees only what an interpreter needs: the rest holds upstreams' keys.
INHERITED = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")

_STAMP = re.compile(r"^[\d.]+ [EWI] \s*")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a running node answers: `http://host:port/v1`, with `Authorization: Bearer key`."""

    host: str
    port: int
    key: str = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/v1"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Tokens of context for each request, requests at a time, threads of computation."""

    context: int = 1024
    slots: int = 4
    threads: int = 1


class EmbeddedNode:
    """One model in one child process. `start` after a death gives a fresh child, port and key.

    The child dies with this process, however this one ends. `on_exit` is called once in the event loop, with
    the child's exit status, when it ends without `stop`: negative is the signal that killed it.
    """

    def __init__(
        self,
        model: Path,
        *,
        alias: str | None = None,
        sizes: Sizes | None = None,
        on_exit: Callable[[int], None] | None = None,
    ) -> None:
        self.model = model
        self.alias = alias or model.stem
        self.endpoint: Endpoint | None = None
        self._sizes = sizes or Sizes()
        self._on_exit = on_exit
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether requests can be sent now, as far as this process has heard."""
        return self.endpoint is not None

    async def start(self) -> Endpoint:
        """Start the child and wait until it answers.

        Raises `NodeError` if the engine is not installed, the model does not load, or nothing comes in
        `START_LIMIT_S`. Must not be called while the node is alive.
        """
        if self._process is not None:
            raise NodeError(f"the embedded node for {self.alias} is already running")
        if importlib.util.find_spec("xllamacpp") is None:
            raise NodeError(f'the embedded node for {self.alias} needs xllamacpp: pip install "comity[node]"')
        key = secrets.token_hex(KEY_BYTES)
        process = self._process = await self._spawn()
        try:
            async with asyncio.timeout(START_LIMIT_S):
                port = await _first_words(process, key)
        except TimeoutError:
            raise NodeError(f"the embedded node for {self.alias} did not answer within {START_LIMIT_S} s") from None
        except NodeError as cause:
            raise NodeError(f"the embedded node cannot serve {self.model}: {cause}") from None
        else:
            self.endpoint = Endpoint("127.0.0.1", port, key)
            self._watch = asyncio.create_task(self._until_it_ends(process), name=f"node {self.alias}")
            return self.endpoint
        finally:
            if self.endpoint is None:
                self._process = None
                await _end(process)

    async def stop(self) -> None:
        """End the child; nothing happens if there is none. `on_exit` is not called."""
        process, watch = self._process, self._watch
        self._process = self._watch = self.endpoint = None
        if watch is not None:
            watch.cancel()
        if process is not None:
            await _end(process)

    async def _spawn(self) -> Process:
        # -P: a folder named like a module of ours, where the gateway was started, must not be imported.
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", __package__ or "comity.adapters.node"),
            *(str(self.model), "--alias", self.alias),
            *("--context", str(self._sizes.context)),
            *("--slots", str(self._sizes.slots)),
            *("--threads", str(self._sizes.threads)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
        )

    async def _until_it_ends(self, process: Process) -> None:
        status = await process.wait()
        self._process = self._watch = self.endpoint = None
        if self._on_exit is not None:
            self._on_exit(status)


async def _end(process: Process) -> None:
    """Close its standard input, which it takes for our death; kill it if that does not help."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _first_words(process: Process, key: str) -> int:
    """Give the child its key; its port in return. Raises `NodeError` with the child's reason."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(json.dumps({"key": key}).encode() + b"\n")
    line = await process.stdout.readline()
    if not line:
        complaint = _complaint(await process.stderr.read())
        raise NodeError(f"the child ended before it answered: {complaint}")
    said = json.loads(line)
    if "error" in said:
        complaint = _complaint(await process.stderr.read())
        raise NodeError(f"{said['error']} {complaint}".strip())
    return int(said["port"])


def _complaint(standard_error: bytes) -> str:
    """The engine's first few lines, less its time stamps: the cause comes before its consequences."""
    lines = standard_error.decode(errors="replace").splitlines()
    return "; ".join(_STAMP.sub("", line).strip() for line in lines[:COMPLAINT_LINES])
