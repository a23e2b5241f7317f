"""The line between supervisor and worker, as asyncio streams over one socket."""

from __future__ import annotations

import asyncio
import socket
from typing import Generic, TypeVar

from msgspec import DecodeError
from msgspec.json import Decoder

from comity.runtime.messages import MAX_LINE_BYTES, ToSupervisor, ToWorker, line

M = TypeVar("M")


class Channel(Generic[M]):
    """One end of the line; `M` is what it hears."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, decoder: Decoder[M]) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder = decoder

    @classmethod
    async def over(cls, end: socket.socket, decoder: Decoder[M]) -> Channel[M]:
        """The channel over a connected socket, which it owns from now on."""
        reader, writer = await asyncio.open_unix_connection(sock=end, limit=MAX_LINE_BYTES)
        return cls(reader, writer, decoder)

    async def hear(self) -> M | None:
        """The next message; None when the other side is gone, or says what is no message."""
        try:
            said = await self._reader.readline()
            return self._decoder.decode(said) if said.endswith(b"\n") else None
        except (OSError, ValueError, DecodeError):
            return None

    def say(self, message: ToWorker | ToSupervisor) -> None:
        """Send a message; silently nothing if the other side is gone, which `hear` will say."""
        if not self._writer.is_closing():
            self._writer.write(line(message))

    @property
    def waiting(self) -> int:
        """Bytes that were said and that the other side has not read yet."""
        return self._writer.transport.get_write_buffer_size()

    async def flush(self) -> None:
        """Wait until what was said is on its way; nothing is raised if the other side is gone."""
        try:
            await self._writer.drain()
        except OSError:
            self.close()

    def close(self) -> None:
        """Hang up."""
        self._writer.close()
