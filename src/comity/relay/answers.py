"""Which reader an answer gets: by the surface that was asked, the one that the deployment serves, and how it comes."""

from __future__ import annotations

from comity.relay.answer import Answer, WholeAnswer
from comity.relay.dialects import StreamTranslation, whole_translation
from comity.relay.exchange import Exchange
from comity.relay.restoring import Restored
from comity.relay.splice import StreamAnswer
from comity.relay.surfaces import Surface
from comity.relay.telling.tellings import TELLINGS
from comity.relay.translated import TranslatedStream, TranslatedWhole


def answer_for(
    exchange: Exchange,
    asked: Surface,
    served: Surface,
    *,
    status: int,
    streams: bool,
    hide_usage: bool,
    now: int,
    disclosures: tuple[str, ...] = (),
) -> Answer:
    """A reader for the answer of a deployment that was asked at `served`, for a client that asked at `asked`.

    `streams` says that events come (`text/event-stream`); `hide_usage` that the usage in them was asked for by us and
    is kept from the client.
    `disclosures` is what must be said of it, in a stream's last chunks. `now` is in milliseconds since the epoch.
    """
    inner = _reader(
        exchange,
        asked,
        served,
        status=status,
        streams=streams,
        hide_usage=hide_usage,
        now=now,
        disclosures=disclosures,
    )
    if exchange.pseudonyms is None:
        return inner
    limit = TELLINGS[served.name].event_bytes
    return Restored(inner, exchange.pseudonyms, exchange.commitment("upstream-response"), limit)


def _reader(
    exchange: Exchange,
    asked: Surface,
    served: Surface,
    *,
    status: int,
    streams: bool,
    hide_usage: bool,
    now: int,
    disclosures: tuple[str, ...],
) -> Answer:
    response, telling = exchange.commitment("response"), TELLINGS[asked.name]
    if asked is served and not streams:
        return WholeAnswer(response, telling)
    upstream = exchange.commitment("upstream-response")
    if asked is served:
        return StreamAnswer(
            exchange.receipt, response, upstream, telling, hide_usage=hide_usage, disclosures=disclosures
        )
    source, target, model, seconds = asked.dialect, served.dialect, exchange.ask.model, now // 1000
    assert source and target  # or nothing could have been said to the deployment

    def ids(prefix: str) -> str:
        return prefix + exchange.receipt

    if not streams:
        translate = whole_translation(source, target, model, now=seconds, ids=ids)
        return TranslatedWhole(translate, status, response, upstream)
    shown = exchange.ask.usage
    translation = StreamTranslation(source, target, model, include_usage=shown, now=seconds, ids=ids)
    # what the inner reader takes for the deployment's bytes are ours: they have no part in the commitment to theirs
    ours = exchange.commitment("upstream-response")
    inner = StreamAnswer(exchange.receipt, response, ours, telling, disclosures=disclosures)
    return TranslatedStream(translation, inner, upstream)
