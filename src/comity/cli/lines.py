"""What a gateway writes to standard error: a line for each event, as text or JSON, without any content."""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from comity.relay.finished import Finished
from comity.runtime.shown import document
from comity.stack.types import Stack

Format = Literal["text", "json"]
FORMATS: tuple[Format, ...] = ("text", "json")

MAX_WAITING = 20_000
"""Lines of the access log that wait to be written: a second of them. If nobody reads, they are dropped and counted."""

Write = Callable[[str], None]


def to_stderr(text: str) -> None:
    """Write whole lines."""
    sys.stderr.write(text)
    sys.stderr.flush()


class Lines:
    """Writes events as they come, and the access log on a thread of its own: who stops reading must stop no request."""

    def __init__(self, form: Format, write: Write = to_stderr) -> None:
        self._form = form
        self._write = write
        self._waiting: queue.Queue[str] = queue.Queue(MAX_WAITING)
        self._thread: threading.Thread | None = None
        self._dropped = 0

    def say(self, text: str) -> None:
        """An event of the gateway's life."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if self._form == "json":
            self._write(_json({"time": now, "event": "said", "message": text}))
        else:
            self._write(f"{now} {text}\n")

    def entered(self, record: Finished, stack: Stack) -> None:
        """A request that is over: what hooks are told, and nothing else."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._drain, name="access log", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(self._line(record, stack))
        except queue.Full:
            self._dropped += 1

    def _line(self, record: Finished, stack: Stack) -> str:
        at = datetime.fromtimestamp(record.finished / 1000, UTC)
        now = f"{at:%Y-%m-%dT%H:%M:%S}.{record.finished % 1000:03d}Z"
        shown = document(record, stack)
        shown["event"] = "request" if record.event == "outcome" else "denial"
        if self._form == "json":
            return _json({"time": now, **shown})
        words = (f"{name}={value}" for name, value in _flat(shown) if name != "event")
        return f"{now} {shown['event']} {' '.join(words)} ms={record.finished - record.received}\n"

    def _drain(self) -> None:
        while True:
            lines = [self._waiting.get()]
            while len(lines) < MAX_WAITING:
                try:
                    lines.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            self._write("".join(lines))
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                self.say(f"{dropped} lines of the access log were dropped: nobody read them in time")


def _flat(shown: dict[str, object]) -> list[tuple[str, object]]:
    """The document without its inner ones: `usage.input_tokens` is `input_tokens`; times are said as one figure."""
    flat: list[tuple[str, object]] = []
    for name, value in shown.items():
        if name == "times":
            continue
        if isinstance(value, dict):
            flat += [(f"cost_{inner}" if name == "cost" else inner, each) for inner, each in value.items()]
        else:
            flat.append((name, str(value).lower() if isinstance(value, bool) else value))
    return flat


def _json(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
