"""A translated stream where the relay reads it: the receipt is told, the end held back, and nothing lost."""

from __future__ import annotations

import re

import pytest

from comity.proof.commitment import Commitment
from comity.relay.dialects import StreamTranslation
from comity.relay.splice import StreamAnswer
from comity.relay.telling.tellings import TELLINGS
from comity.relay.translated import TranslatedStream

from .transcripts import DIALECTS, NOW, Transcript, ids, transcripts

KEY = bytes(32)
RECEIPT = re.compile(r',"comity":\{"receipt":"abc\.1"\}')
LAST = (b"[DONE]", b"message_stop", b"response.completed", b"response.incomplete")


@pytest.mark.parametrize("transcript", transcripts("stream"), ids=lambda each: each.path.stem)
@pytest.mark.parametrize("size", [37, 100_000])
def test_a_translated_stream_in_the_relay(transcript: Transcript, size: int) -> None:
    raw = transcript.raw
    for dialect in DIALECTS:
        if dialect == transcript.speaks:
            continue
        translation = StreamTranslation(dialect, transcript.speaks, "alias", include_usage=True, now=NOW, ids=ids)
        client = StreamAnswer("abc.1", Commitment(KEY), Commitment(KEY), TELLINGS[dialect])
        answer = TranslatedStream(translation, client, Commitment(KEY))
        said = b"".join(answer.feed(raw[at : at + size]) for at in range(0, len(raw), size))
        whole = answer.close(clean=True)
        assert whole == (not translation.failed)
        assert any(mark in answer.tail for mark in LAST) == whole
        assert not any(mark in said for mark in LAST)
        assert RECEIPT.sub("", (said + answer.tail).decode()) == transcript.said[dialect]
        assert not whole or RECEIPT.search((said + answer.tail).decode())
