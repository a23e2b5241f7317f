"""A data port with doubles around it, and a client that shows every byte."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import openai
import uvloop

from comity.adapters.http.limits import Limits
from comity.adapters.http.port import Port
from comity.adapters.http.serve import Listener, listen
from comity.relay.target import Target, Timeouts
from comity.relay.tenant import Tenant
from comity.testing.gate import OpenGate
from comity.testing.ledger import MemoryLedger
from comity.testing.upstream import Upstream
from comity.testing.wire import Response, Wire, chat

__all__ = ["House", "Response", "Wire", "chat", "run", "until"]

QUICK = Limits(sweep_seconds=0.01)
PATIENCE = 20.0
"""Seconds after which a test that waits has failed; none should come near."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a test on uvloop; an error that nobody caught fails it."""
    troubles: list[dict[str, Any]] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context))
        async with asyncio.timeout(PATIENCE):
            await main

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(watched())
    assert not troubles, troubles


async def until(condition: Any) -> None:
    """Wait for a condition that other tasks bring about."""
    while not condition():  # noqa: ASYNC110 - the condition has no event
        await asyncio.sleep(0.002)


class House:
    """One upstream for each deployment of `tiers`, a gate over them, a ledger in memory, a port."""

    def __init__(self, *tiers: tuple[str, ...], limits: Limits = QUICK, timeouts: Timeouts | None = None) -> None:
        self.tiers = tiers or (("paris",),)
        self.limits = limits
        self.timeouts = timeouts or Timeouts()
        self.gate = OpenGate(*self.tiers)
        self.log = MemoryLedger()
        self.upstreams: dict[str, Upstream] = {}
        self.port: Port
        self.listener: Listener

    async def __aenter__(self) -> House:
        for name in (name for tier in self.tiers for name in tier):
            await self.add(name)
        self.port = Port(self.gate, self.log, receipts=self._receipt, limits=self.limits)
        self.listener = await listen(self.port, "127.0.0.1", 0, reuse_port=False)
        return self

    async def add(self, name: str) -> Upstream:
        upstream = self.upstreams[name] = Upstream()
        await upstream.start()
        self.gate.reached[name] = self.target(name, upstream.port)
        return upstream

    def target(self, name: str, port: int, **more: Any) -> Target:
        usual = {"site": "lyon", "timeouts": self.timeouts, "stream_usage": False}
        credentials = b"authorization: Bearer up\r\n"
        return Target(name, "served", host="127.0.0.1", port=port, credentials=credentials, **usual | more)

    async def __aexit__(self, *_: object) -> None:
        self.log.held = False
        self.log.release()
        for upstream in self.upstreams.values():
            await upstream.stop()
        await self.listener.drain(0)
        if self.log.healthy and self.log.check:
            self.log.release()
            await until(lambda: self.log.open_intents == 0)
        assert self.port.in_flight == 0
        assert self.port.buffered == 0
        assert all(load.in_flight == 0 for load in self.port.live.values())

    async def _receipt(self, receipt: str, tenant: Tenant) -> dict[str, Any] | None:
        try:
            return await self.log.receipt(receipt)
        except LookupError:
            return None

    @property
    def upstream(self) -> Upstream:
        return next(iter(self.upstreams.values()))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.address[1]}/v1"

    def client(self) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(base_url=self.url, api_key="sk-test", max_retries=0)

    async def connect(self) -> Wire:
        reader, writer = await asyncio.open_connection(*self.listener.address)
        return Wire(reader, writer)

    async def ask(self, body: Any = None, *, headers: str = "", key: str = "sk-test", **more: Any) -> Response:
        """One chat request on its own connection; keyword arguments are added to the body."""
        wire = await self.connect()
        await wire.send(chat(body, headers=headers, key=key, **more))
        response = await wire.response()
        wire.close()
        return response

    async def get(self, path: str, *, method: str = "GET", headers: str = "x-api-key: sk-test\r\n") -> Response:
        wire = await self.connect()
        await wire.send(f"{method} {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n".encode())
        response = await wire.response(bodiless=method == "HEAD")
        wire.close()
        return response

    def outcomes(self) -> list[Any]:
        return [entry for entry in self.log.kept if entry.kind == "outcome"]

    async def outcome(self) -> Any:
        """The last entry, once it is an outcome."""
        await until(lambda: self.log.kept and self.log.kept[-1].kind == "outcome")
        return self.log.kept[-1]
