"""A gateway in processes of its own, three deployments behind it, for clients that nobody changed."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from comity.testing.gateway import Gateway
from comity.testing.provider import provider
from comity.testing.upstream import Request, Upstream

STACK = """
origin: test.example/clients
law: []
parties:
  acme: {{seat: FR}}
sites:
  paris: {{jurisdiction: FR, operator: acme}}
models:
  all: {{developer: FR}}
  talker: {{developer: FR}}
  thinker: {{developer: FR}}
aliases:
  text-embedding-3-small: [all]
deployments:
  everything:
    model: all
    site: paris
    url: "{all}"
    price: {{input: 1, output: 2}}
    serves: [chat, completions, responses, messages, embeddings, rerank, moderations, transcriptions, speech, images]
  chat-alone: {{model: talker, site: paris, url: "{talker}"}}
  messages-alone: {{model: thinker, site: paris, url: "{thinker}", serves: [messages]}}
applications:
  desk: {{controller: acme, purpose: general, data: [], subjects: [FR]}}
"""


@dataclass
class Served:
    """The gateway's address and key, and the upstreams by model."""

    url: str
    key: str
    folder: Path
    upstreams: dict[str, Upstream]

    @property
    def root(self) -> str:
        return self.url.removesuffix("/v1")

    def last(self, model: str = "all") -> Request:
        """The last request that reached the deployment of a model."""
        return self.upstreams[model].requests[-1]

    def outcome(self, receipt: str) -> dict[str, Any]:
        """What the receipt says was exchanged: `content` of the outcome, usage included."""
        request = urllib.request.Request(f"{self.url}/receipts/{receipt}", headers={"x-api-key": self.key})
        with urllib.request.urlopen(request, timeout=60) as answer:
            content: dict[str, Any] = json.load(answer)["outcome"]["blocks"]["content"]
        return content


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("clients")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def on_loop(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)

    upstreams = {name: Upstream(provider) for name in ("all", "talker", "thinker")}
    for upstream in upstreams.values():
        on_loop(upstream.start())
    file = folder / "comity.yaml"
    file.write_text(STACK.format(**{name: upstream.url for name, upstream in upstreams.items()}))
    gateway = Gateway(file)
    key = gateway.new_key("--app", "desk")
    on_loop(gateway.start())
    try:
        yield Served(gateway.url, key, folder, upstreams)
    finally:
        on_loop(gateway.stop())
        for upstream in upstreams.values():
            on_loop(upstream.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
