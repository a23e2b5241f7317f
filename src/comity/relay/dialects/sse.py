"""Server-sent events out of bytes that arrive in any pieces: what their `data` lines say."""

from __future__ import annotations

from comity.relay.dialects.listener import Unreadable

MAX_EVENT_BYTES = 8 * 1024 * 1024
"""One event. The largest are the last of `responses`, which repeat the whole answer, the instructions and every tool's
schema; a prompt's limit is of this size."""


class Events:
    """Puts events together again. Lines may end in \\n, \\r\\n or \\r, as the standard has it."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The next bytes; returns the content of each event that they complete, comments left out.

        Raises:
            Unreadable: an event is larger than `MAX_EVENT_BYTES`.
        """
        rest = self._rest
        if rest or b"\r" in data:
            known = len(rest)
            rest += data
            data = self._plain(max(0, known - 2))  # where an end may begin
        else:
            found = data.rfind(b"\n\n")
            end = found + 2 if found >= 0 else 0
            rest += data[end:]
            data = data[:end]
        if len(rest) > MAX_EVENT_BYTES:
            raise Unreadable
        return [content for event in data.split(b"\n\n") if event and (content := _content(event))] if data else []

    def close(self) -> list[bytes]:
        """What stands at the end without a blank line behind it."""
        rest, self._rest = bytes(self._rest), bytearray()
        content = _content(rest.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        return [content] if content else []

    def _plain(self, start: int) -> bytes:
        """Take complete events out of the rest, with \\n alone at the end of each line."""
        rest = self._rest
        if rest.find(b"\r", start) >= 0:
            held = rest.endswith(b"\r")  # half of \r\n, or a line's end: the next byte tells
            if held:
                del rest[-1:]
            rest[start:] = rest[start:].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            found = rest.rfind(b"\n\n", start)
            if held:
                rest += b"\r"
        else:
            found = rest.rfind(b"\n\n", start)
        if found < 0:
            return b""
        data = bytes(rest[: found + 2])
        del rest[: found + 2]
        return data


def _content(event: bytes) -> bytes:
    if event.startswith(b"data: ") and b"\n" not in event:
        return event[6:]
    lines = [line[5:] for line in event.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(line[1:] if line.startswith(b" ") else line for line in lines)
