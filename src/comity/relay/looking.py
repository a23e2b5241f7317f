"""Looking at a request for what its application asks to be looked for, before law is asked (DESIGN rule 6).

What is found becomes an addition, as a header's words are, so it can only remove candidates. Files are not looked into.
"""

from __future__ import annotations

from comity.detect import VERSION
from comity.detect.found import Seen
from comity.detect.look import Look
from comity.detect.text import Read, text_of
from comity.detect.wanted import Looks
from comity.law.case import Addition, ordered
from comity.relay.body import BadRequest
from comity.relay.exchange import Exchange
from comity.relay.reading.multipart import boundary, parts
from comity.stack.detection import Detection
from comity.stack.types import Application

TOO_LONG = "text_too_long"

_FORM = b"content-type: "


def looks_of(application: Application, detection: Detection) -> Looks | None:
    """How the requests of an application are looked at; None: not at all."""
    find = ordered((*detection.always, *application.detect))
    return Looks(find, detection.characters, detection.beyond) if find else None


def added(addition: Addition, seen: Seen) -> Addition:
    """What headers added, and what was found: united."""
    if not seen.found and not seen.subjects:
        return addition
    return Addition(
        ordered((*addition.data, *seen.data)), ordered((*addition.subjects, *seen.subjects)), addition.purposes
    )


def detected(seen: Seen) -> dict[str, object]:
    """What was looked for and found, as entries show it: classes and counts, never a text (docs/spec/entry.md)."""
    document: dict[str, object] = {"looked": list(seen.looked), "version": VERSION}
    if seen.found:
        document["found"] = [{"count": count, "data": data} for data, count in seen.found]
    if seen.subjects:
        document["subjects"] = list(seen.subjects)
    if seen.language:
        document["language"] = seen.language
    if seen.unread:
        document["unread"] = seen.unread
    if seen.beyond:
        document["beyond"] = True
    return document


class Looking:
    """One request that is being looked at. `step` until it says that it is done; then `exchange` has what was found."""

    __slots__ = ("_exchange", "_look", "_looks")

    def __init__(self, exchange: Exchange, looks: Looks) -> None:
        self._exchange = exchange
        self._looks = looks
        self._look = Look(_text(exchange), looks)

    def step(self) -> bool:
        """Look at the next slice; returns whether it was the last.

        Raises:
            BadRequest: the text is longer than what is looked at, and the stack file says to refuse it.
        """
        if self._look.beyond and self._looks.beyond == "refuse":
            raise BadRequest(
                f"The text of the request is longer than the {self._looks.characters} characters that are looked into"
                " here, and what was not looked into is not passed on."
            )
        done = self._look.step()
        if done:
            exchange = self._exchange
            exchange.seen = self._look.seen
            exchange.addition = added(exchange.addition, exchange.seen)
        return done


def _text(exchange: Exchange) -> Read:
    """All text of a body in JSON; of a form, its fields."""
    body = exchange.body
    if exchange.ask.at[0] < 0:
        return text_of(body)
    content_type = exchange.ask.lines.removeprefix(_FORM).strip()
    fields = [part for part in parts(body, boundary(content_type)) if not part.is_file]
    text = b"\n".join(body[part.start : part.end] for part in fields)
    return Read(text.decode("utf-8", "replace"), len(body) - len(text))
