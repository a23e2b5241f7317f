"""The parent's side of a node over all its lives: start, hear of its death, start again, stop."""

from __future__ import annotations

import asyncio
import importlib.util
import secrets
from asyncio.subprocess import Process
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .child import Sizes, end, launch
from .shelf import NodeError

KEY_BYTES = 32  # as many as the gateway's own keys have


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a running node answers: `http://host:port/v1`, with `Authorization: Bearer key`.

    `engine` is its name and version, `cpu` what it uses of the processor: both are part of an exact profile.
    """

    host: str
    port: int
    key: str = field(repr=False)
    engine: str = ""
    cpu: str = ""

    @property
    def url(self) -> str:
        """The base URL of its API."""
        return f"http://{self.host}:{self.port}/v1"


class EmbeddedNode:
    """One model in one child process. `start` after a death gives a fresh child, port and key.

    The child ends with this process, however this one ends; on Linux, with the thread that called `start`.
    `on_exit` is called in the event loop, with the child's exit status, when it ends without `stop`: a
    negative status is the signal that killed it.
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
        self._life: object | None = None  # from the call of `start` to the end of that child
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, while it answers."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether requests can be sent now, as far as this process has heard."""
        return self.endpoint is not None

    async def start(self) -> Endpoint:
        """Start the child and wait until it answers.

        Raises `NodeError` if the engine is not installed, the model does not load in time, the node runs
        already, or `stop` is called meanwhile.
        """
        if self._life is not None:
            raise NodeError(f"the embedded node for {self.alias} is already running")
        if importlib.util.find_spec("xllamacpp") is None:
            raise NodeError(f'the embedded node for {self.alias} needs xllamacpp: pip install "comity[node]"')
        key = secrets.token_hex(KEY_BYTES)
        life = self._life = object()
        try:
            process, hello = await launch(self.model, self.alias, self._sizes, key)
        except BaseException:
            if self._life is life:
                self._life = None
            raise
        if self._life is not life:
            await end(process)
            raise NodeError(f"the embedded node for {self.alias} was stopped while it started")
        self._process = process
        self._watch = asyncio.create_task(self._until_it_ends(process), name=f"node {self.alias}")
        self.endpoint = Endpoint("127.0.0.1", hello.port, key, hello.engine, hello.cpu)
        return self.endpoint

    async def stop(self) -> None:
        """End the child; nothing happens if there is none. `on_exit` is not called."""
        process, watch = self._process, self._watch
        self._forget()
        if watch is not None:
            watch.cancel()
        if process is not None:
            await end(process)

    async def _until_it_ends(self, process: Process) -> None:
        status = await process.wait()
        self._forget()
        if self._on_exit is not None:
            self._on_exit(status)

    def _forget(self) -> None:
        self._life = self._process = self._watch = self.endpoint = None
