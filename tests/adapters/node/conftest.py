"""A running node with the shipped model, the training questions, and a plain HTTP client."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.node import EmbeddedNode, Endpoint, locate

REPLY_LIMIT_S = 30


@dataclass(frozen=True)
class Running:
    """A child that answers while the event loop of its parent rests."""

    endpoint: Endpoint
    pid: int


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with asyncio.Runner() as runner:
        node = EmbeddedNode(locate("embedded:civic-tiny", models=None))
        endpoint = runner.run(node.start())
        assert node.pid is not None
        yield Running(endpoint, node.pid)
        runner.run(node.stop())


@pytest.fixture(scope="session")
def workshop() -> Path:
    """The folder that civic-tiny is made in."""
    return Path(__file__).parents[3] / "models" / "civic-tiny"


@pytest.fixture(scope="session")
def pairs(workshop: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (workshop / "data.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def post() -> Callable[..., tuple[int, str]]:
    """Status and body of one chat completion; `key` instead of the endpoint's, an empty one for none."""

    def send(endpoint: Endpoint, body: dict[str, Any], *, key: str | None = None) -> tuple[int, str]:
        bearer = endpoint.key if key is None else key
        headers = {"content-type": "application/json"}
        if bearer:
            headers["authorization"] = f"Bearer {bearer}"
        connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=REPLY_LIMIT_S)
        try:
            connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    return send


@pytest.fixture(scope="session")
def ask(post: Callable[..., tuple[int, str]]) -> Callable[..., dict[str, Any]]:
    """The first choice of the answer to one question."""

    def send(endpoint: Endpoint, question: str, **fields: Any) -> dict[str, Any]:
        status, reply = post(endpoint, {"messages": [{"role": "user", "content": question}], **fields})
        assert status == 200, reply
        choice: dict[str, Any] = json.loads(reply)["choices"][0]
        return choice

    return send
