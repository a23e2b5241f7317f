"""One request of the tour, made with the real OpenAI client, and what came of it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import openai

from comity.cli.tour.gateway import Gateway
from comity.cli.tour.visits import Visit

MODEL = "civic-tiny"
HOLD_S = 0.3
"""How long a stopped node holds a request before it is killed: long enough for the request to have reached it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an application saw of one request."""

    answer: str
    deployment: str
    site: str
    receipt: str
    ruling: str
    pieces: int
    milliseconds: int
    refusal: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


def make(visit: Visit, gateway: Gateway) -> Outcome:
    """Asks what the visit asks; a refusal is an outcome, not an error."""
    client = openai.OpenAI(base_url=gateway.url, api_key=gateway.keys[visit.application], max_retries=0, timeout=60)
    killer = _Killer(gateway.node(visit.kill)) if visit.kill else None  # last: it runs while the request is made
    started = time.perf_counter()
    try:
        with client:
            return _ask(client, visit, started)
    except openai.APIStatusError as error:
        body = error.body if isinstance(error.body, dict) else {}
        return _outcome(error.response.headers, "", 0, started, body, error.status_code)
    finally:
        if killer is not None:
            killer.done()


def _ask(client: openai.OpenAI, visit: Visit, started: float) -> Outcome:
    messages: Any = [{"role": "user", "content": visit.question}]
    headers = dict(visit.headers)
    if not visit.stream:
        raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=messages, extra_headers=headers)
        answer = raw.parse().choices[0].message.content or ""
        return _outcome(raw.headers, answer, 1, started)
    streamed = client.chat.completions.with_raw_response.create(
        model=MODEL, messages=messages, extra_headers=headers, stream=True
    )
    pieces = [
        chunk.choices[0].delta.content for chunk in streamed.parse() if chunk.choices and chunk.choices[0].delta.content
    ]
    return _outcome(streamed.headers, "".join(pieces), len(pieces), started)


def _outcome(
    headers: Mapping[str, str],
    answer: str,
    pieces: int,
    started: float,
    body: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Outcome:
    return Outcome(
        answer=answer,
        deployment=headers.get("comity-deployment", ""),
        site=headers.get("comity-site", ""),
        receipt=headers.get("comity-receipt", ""),
        ruling=headers.get("comity-ruling", ""),
        pieces=pieces,
        milliseconds=round((time.perf_counter() - started) * 1000),
        refusal=body or {},
        status=status,
    )


class _Killer:
    """Stops a node, lets the request reach it, and kills it: the gateway is left waiting on the dead."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        os.kill(pid, signal.SIGSTOP)
        self._timer = threading.Timer(HOLD_S, self._kill)
        self._timer.start()

    def _kill(self) -> None:
        try:
            os.kill(self._pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def done(self) -> None:
        """Waits until the node has been killed."""
        self._timer.join()
