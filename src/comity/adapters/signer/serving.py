"""The signer's process: a Unix socket in front of a key."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path

from comity.adapters.signer.memory import SigningMemory
from comity.adapters.signer.wire import LENGTH, MAX_MESSAGE, framed
from comity.terms.errors import Fault

SOCKET_MODE = 0o660
"""Owner and group may ask: the gateway's user is put into the group, and needs not be the signer's."""

MAX_CLIENTS = 256
"""One for each worker, and some that are starting or ending."""


def listening(path: Path) -> socket.socket:
    """A socket at `path`; one that a dead signer left is replaced. Blocking.

    Raises:
        Fault: something else is at `path`, or a signer that lives.
    """
    if path.exists():
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise Fault(f"{path} is there and is no socket")
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                raise Fault(f"another process answers at {path}")
        path.unlink()
    listener = socket.socket(socket.AF_UNIX)
    # nobody may connect before the socket has its mode
    before = os.umask(0o777 & ~SOCKET_MODE)
    try:
        listener.bind(str(path))
        listener.listen(MAX_CLIENTS)
    except OSError as error:
        listener.close()
        raise Fault(f"no socket can be made at {path}: {error}") from error
    finally:
        os.umask(before)
    return listener


async def serve(memory: SigningMemory, listener: socket.socket) -> asyncio.Server:
    """Answer whoever connects, until the server is closed."""
    clients = 0

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal clients
        clients += 1
        try:
            while clients <= MAX_CLIENTS:
                (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                if length > MAX_MESSAGE:
                    break
                text = (await reader.readexactly(length)).decode("utf-8", "replace")
                writer.write(framed(memory.answer(text)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # whoever asked has gone, or the signer ends
        finally:
            clients -= 1
            writer.close()

    return await asyncio.start_unix_server(client, sock=listener)
