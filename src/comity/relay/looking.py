"""Looking at a request for what its application asks to be looked for, before law is asked (DESIGN rule 6).

What is found becomes an addition, as a header's words are, so it can only remove candidates. Files are not looked into.
"""

from __future__ import annotations

from comity.detect import VERSION
from comity.detect.found import Seen
from comity.detect.look import Look
from comity.detect.text import Read, text_of
from comity.detect.wanted import CLASSES, Looks
from comity.law.case import Addition, ordered
from comity.relay.body import BadRequest
from comity.relay.exchange import Exchange
from comity.relay.pseudonyms import MOST, Pseudonyms, TooMany
from comity.relay.reading.multipart import boundary, parts
from comity.stack.detection import Detection
from comity.stack.types import Application
from comity.terms.digests import hmac_sha256

TOO_LONG = "text_too_long"

PSEUDONYMOUS = "pseudonymous"
"""The class of data that is added where something was replaced; all that was found stays in the case beside it."""

_PSEUDONYMS = b"comity/pseudonyms/v1\n"

_FORM = b"content-type: "


def looks_of(application: Application, detection: Detection) -> Looks | None:
    """How the requests of an application are looked at; None: not at all."""
    replace = ordered(application.pseudonymise)
    find = ordered((*detection.always, *application.detect, *replace))
    return Looks(find, detection.characters, detection.beyond, replace) if find else None


def added(addition: Addition, seen: Seen) -> Addition:
    """What headers added, and what was found: united."""
    if not seen.found and not seen.subjects:
        return addition
    return Addition(
        ordered((*addition.data, *seen.data)), ordered((*addition.subjects, *seen.subjects)), addition.purposes
    )


def replaced(seen: Seen, looks: Looks) -> tuple[str, ...]:
    """The class that is added where some of what was found is replaced before it leaves; else none."""
    data = {CLASSES[name] for name in looks.replace}
    return (PSEUDONYMOUS,) if any(name in data and count for name, count in seen.found) else ()


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

    __slots__ = ("_exchange", "_look", "_looks", "_text")

    def __init__(self, exchange: Exchange, looks: Looks) -> None:
        self._exchange = exchange
        self._looks = looks
        read = _text(exchange)
        self._text = read.text
        self._look = Look(read, looks)

    def step(self) -> bool:
        """Look at the next slice; returns whether it was the last.

        Raises:
            BadRequest: the text is longer than what is looked at, and the stack file says to refuse it; or there is
                more to be replaced than is.
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
            if self._looks.replace and exchange.ask.at[0] < 0:
                self._replace()
        return done

    def _replace(self) -> None:
        """Put tokens in the place of what was found, in the bytes that go upstream."""
        exchange, data = self._exchange, {CLASSES[name] for name in self._looks.replace}
        things = [thing for thing in self._look.things if thing.data in data]
        if not things:
            return
        key = hmac_sha256(exchange.tenant.salt, _PSEUDONYMS + exchange.nonce)
        pseudonyms = Pseudonyms(key, (exchange.body, self._text.encode("utf-8", "replace")))
        try:
            exchange.outgoing = pseudonyms.replace(exchange.body, things)
        except TooMany:
            raise BadRequest(
                f"The request holds more than {MOST} different texts that would have to be pseudonymised here."
            ) from None
        if pseudonyms.count:
            exchange.pseudonyms = pseudonyms
            more = exchange.addition
            exchange.addition = Addition(ordered((*more.data, PSEUDONYMOUS)), more.subjects, more.purposes)


def _text(exchange: Exchange) -> Read:
    """All text of a body in JSON; of a form, its fields."""
    body = exchange.body
    if exchange.ask.at[0] < 0:
        return text_of(body)
    content_type = exchange.ask.lines.removeprefix(_FORM).strip()
    fields = [part for part in parts(body, boundary(content_type)) if not part.is_file]
    text = b"\n".join(body[part.start : part.end] for part in fields)
    return Read(text.decode("utf-8", "replace"), len(body) - len(text))
