"""Active checks: a deployment that does not answer rests before a request has to find out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable

from comity.relay.reading.betas import VERSION
from comity.relay.target import Check, Target

MAX_STATUS_LINE = 1_024
"""Bytes read of an answer: its first line says all that is asked."""

LOOK_SECONDS = 1.0
"""Between two looks at which deployments there are: a reload brings new ones at any time."""

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: |\r?\n)")

Heard = Callable[[str, bool], None]
"""Told a deployment's id and whether it is well, after each check."""


class Checks:
    """Checks every target that asks for it, one at a time each, for as long as it is the target of its deployment."""

    def __init__(self, targets: Callable[[], Iterable[Target]], heard: Heard, *, look: float = LOOK_SECONDS) -> None:
        """`targets` are those in force when it is called; `heard` is called on the event loop's thread."""
        self._targets = targets
        self._heard = heard
        self._every = look
        self._under_way: dict[str, tuple[Target, asyncio.Task[None]]] = {}
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; needs the running loop."""
        self._watch = asyncio.get_running_loop().create_task(self._look(), name="health")

    def stop(self) -> None:
        """End every check at once."""
        for task in (self._watch, *(task for _, task in self._under_way.values())):
            if task is not None:
                task.cancel()
        self._under_way.clear()

    async def _look(self) -> None:
        while True:
            wanted = {target.deployment: target for target in self._targets() if target.check is not None}
            for name, (target, task) in list(self._under_way.items()):
                if wanted.get(name) is not target:
                    task.cancel()
                    del self._under_way[name]
                    self._heard(name, True)  # nobody checks it any more, so its answers speak for it again
            for name, target in wanted.items():
                if name not in self._under_way and target.check is not None:
                    task = asyncio.create_task(self._keep(target, target.check), name=f"health {name}")
                    self._under_way[name] = target, task
            await asyncio.sleep(self._every)

    async def _keep(self, target: Target, check: Check) -> None:
        while True:
            self._heard(target.deployment, await well(target, check))
            await asyncio.sleep(check.every)


async def well(target: Target, check: Check) -> bool:
    """Ask once. Well is any answer below 500 that is not about our credentials (401, 403) or our share (429)."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(check.timeout):
            reader, writer = await _connect(target)
            writer.write(_request(target, check))
            line = await reader.readuntil(b"\n")
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return False
    finally:
        if writer is not None:
            writer.transport.abort()
    status = _STATUS.match(line)
    return status is not None and int(status[1]) < 500 and int(status[1]) not in (401, 403, 429)


async def _connect(target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if target.unix:
        return await asyncio.open_unix_connection(target.unix, limit=MAX_STATUS_LINE)
    return await asyncio.open_connection(
        target.host,
        target.port,
        ssl=target.tls,
        server_hostname=target.host if target.tls else None,
        limit=MAX_STATUS_LINE,
    )


def _request(target: Target, check: Check) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    version = b"anthropic-version: %b\r\n" % VERSION if "messages" in target.surfaces else b""
    return (
        b"GET %b%b%b HTTP/1.1\r\nhost: %b:%d\r\n%b%baccept: */*\r\nuser-agent: comity\r\nconnection: close\r\n\r\n"
        % (
            target.path.encode(),
            check.path.encode(),
            target.query.encode(),
            host.encode(),
            target.port,
            target.credentials,
            version,
        )
    )
