"""An answer that streams: server-sent events pass untouched, except that the last ones bear the receipt.

Events are put together again across whatever pieces arrive. Only what may carry a reason to finish, a usage, an error
or the end is looked into; a piece with none of those costs a few searches and no parse.
"""

from __future__ import annotations

import itertools
import re

from msgspec.structs import replace

from comity.proof.commitment import Commitment
from comity.relay.answer import BadAnswer
from comity.relay.telling.telling import Telling
from comity.relay.telling.tellings import CHAT
from comity.relay.usage import NOTHING, Usage, united

_END = re.compile(rb"\n\r?\n")
_EOL = re.compile(rb"\r?\n")
_DONE = re.compile(rb"^(?:\xef\xbb\xbf)?data:[ \t]*\[DONE\]", re.MULTILINE)
"""The end as any client might see it: some look at each line alone, some strip it."""

_NAME = re.compile(rb"^(?:\xef\xbb\xbf)?event:[ ]?([^\r\n]*)", re.MULTILINE)
_LONE_CR = re.compile(rb"\r[^\n]")


class StreamAnswer:
    """Reads a stream of events and gives back what may go on to the client.

    `ended` is true from the last event on (`[DONE]`, `message_stop`, `response.completed`): that event is in `tail`,
    and whatever comes after it is dropped. The commitment to the client's bytes is brought up to date by `feed` and
    `close`; that to the deployment's bytes too. `changed` says whether the two differ. `events` counts what came.

    `disclosures` are words, told with the receipt, for what must be said of the answer to whom it reaches.

    With `hide_usage`, chunks with nothing but a usage are kept from the client, who did not ask for them.
    """

    __slots__ = (
        "_held",
        "_hide",
        "_limit",
        "_rest",
        "_splice",
        "_telling",
        "_worth",
        "changed",
        "ended",
        "events",
        "failed",
        "finish",
        "response",
        "tail",
        "upstream",
        "usage",
    )
    streams = True
    status = 0

    def __init__(
        self,
        receipt: str,
        response: Commitment,
        upstream: Commitment,
        telling: Telling = CHAT,
        *,
        hide_usage: bool = False,
        disclosures: tuple[str, ...] = (),
    ) -> None:
        self._rest = bytearray()  # an event of which the end has not come
        self._held = b""  # an event that may be the last one
        more = b',"disclosure":["%b"]' % '","'.join(disclosures).encode() if disclosures else b""
        self._splice = b',"comity":{"receipt":"%b"%b}' % (receipt.encode(), more)
        self._telling = telling
        self._worth = telling.worth
        self._limit = telling.event_bytes
        self._hide = hide_usage
        self.response = response
        self.upstream = upstream
        self.changed = False
        self.ended = False
        self.events = 0
        self.failed = False
        self.finish = ""
        self.usage: Usage | None = None
        self.tail = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes from the deployment; returns those that may go to the client now.

        Raises:
            BadAnswer: an event is too large, or lines end where clients disagree about it.
        """
        if self.ended:
            return b""
        rest = self._rest
        if rest:
            known = max(0, len(rest) - 2)  # no end lies in the rest; one may begin in its last two bytes
            rest += data
            cut = last_end(rest, known)
            data = bytes(rest[:cut])
            del rest[:cut]
        elif not data.endswith(b"\n\n"):  # as most pieces do
            cut = last_end(data, 0)
            rest += data[cut:]
            data = data[:cut]
        if len(rest) > self._limit:
            raise BadAnswer(f"an event of more than {self._limit} bytes")
        if not data:
            return b""
        if b"\r" in data and _LONE_CR.search(data):
            raise BadAnswer("a carriage return alone, which ends a line for some clients only")
        self.events += data.count(b"\n\n")
        if self._held or self._worth(data):
            return self._read(data)
        self.upstream.update(data)
        self.response.update(data)
        return data

    def close(self, clean: bool) -> bool:
        """The deployment's answer is over; `clean` if its framing says that it is whole. Returns whether it is.

        Leaves in `tail` what still has to go to the client, once the outcome is durable.
        """
        if not self.ended and self._rest:
            rest, self._rest = bytes(self._rest), bytearray()
            if _LONE_CR.search(rest):
                rest, clean = b"", False
            if not clean and not _DONE.search(rest):
                rest = b""  # what broke off within an event is none to any client, and would swallow the error
            tail = self._read(rest)
            self.tail = tail + self.tail
        if self._held:
            self.response.update(self._held)
            self.tail += self._held
            self._held = b""
        whole = self.ended or (clean and self.finish != "")
        if not whole:
            error = self._telling.broken("The deployment's answer broke off.", "upstream_broken")
            self.changed = True
            self.response.update(error)
            self.tail += error
        return whole and not self.failed

    def _read(self, data: bytes) -> bytes:
        """Look into the events that are worth it; splice, note, and stop at the end."""
        out: list[bytes] = []
        taken = 0
        for event in cut_events(data):
            taken += len(event)
            if self._held:  # something follows it: it was not the last
                out.append(self._held)
                self._held = b""
            if not self._worth(event):
                out.append(event)
                continue
            if b"[DONE]" in event and _DONE.search(event):
                self.ended = True
                self.tail = event
            else:
                out.append(self._note(event, _content(event)))
            if self.ended:
                self._rest = bytearray()
                break
        passed = b"".join(out)
        self.upstream.update(data[:taken])
        self.response.update(passed + self.tail if self.ended else passed)
        return passed

    def _note(self, event: bytes, content: bytes) -> bytes:
        """Note what an event says; returns what of it may go on now."""
        said = self._telling.event(content) if content else None
        if self._telling.last and (said is None or not said.end):
            name = _NAME.findall(event)
            end = self._telling.end(name[-1].decode("latin-1") if name else "", content if said is None else b"")
            said = replace(said or NOTHING, end=end) if end else said
        if said is None:
            return event
        self.usage = united(self.usage, said.usage)
        self.failed = self.failed or said.failed
        self.finish = said.finish or self.finish
        if said.usage_only and self._hide:
            self.changed = True
            return b""
        if said.bears:
            # last in the object, so that ours is what a parser keeps whatever the deployment wrote under that name
            self.changed = True
            at = event.rfind(b"}")
            if said.within and said.within in event:
                at = event.index(said.within) + len(said.within) - 1
            event = event[:at] + self._splice + event[at:]
        if said.end == "final":
            self.ended = True
            self.tail = event
            return b""
        if said.end == "held":
            self._held = event
            return b""
        return event


def last_end(data: bytes | bytearray, start: int) -> int:
    """Offset behind the last blank line from `start` on, 0 if there is none. A line may end in \\r\\n."""
    plain, carriage = data.rfind(b"\n\n", start), data.rfind(b"\n\r\n", start)
    return max(plain + 2 if plain >= 0 else 0, carriage + 3 if carriage >= 0 else 0)


def cut_events(data: bytes) -> list[bytes]:
    """Cut into events, each with the blank line that ends it; the last may have none."""
    if b"\r" not in data:
        events = [event + b"\n\n" for event in data.split(b"\n\n")]
        rest = events.pop()[:-2]
    else:
        ends = [0, *(match.end() for match in _END.finditer(data))]
        events = [data[start:end] for start, end in itertools.pairwise(ends)]
        rest = data[ends[-1] :]
    return [*events, rest] if rest else events


def _content(event: bytes) -> bytes:
    """What the `data` lines of an event say, joined as the standard says."""
    lines = [line[5:] for line in _EOL.split(event.removeprefix(b"\xef\xbb\xbf")) if line.startswith(b"data:")]
    return b"\n".join(line[1:] if line.startswith(b" ") else line for line in lines)
