"""`/audio/speech` and `/audio/transcriptions`: what they may say."""

from __future__ import annotations

from comity.relay.reading.parameters import BEYOND, FETCHED, KEPT_FILE, OURS
from comity.relay.reading.plain import decoder
from comity.relay.reading.shapes import BYTES, PASS, Either, Members, Row, Shape, passing

SPEAKING = passing("instructions response_format speed stream_format language seed task_type user")
SPEECH = Members(
    {
        **OURS,
        **SPEAKING,
        **BEYOND,
        "input": Either(PASS, what="not text"),
        "voice": Either(PASS, object=Row("files", "a voice that is kept at the upstream"), what="not a name"),
    }
)
PLAIN_SPEECH = decoder({"input": str, "voice": str | None}, raw=SPEAKING)

FILE = "file"
"""The part that holds the sound. Its bytes are not looked into."""

PARTS: dict[str, Shape] = {
    **passing("model stream response_format"),
    **passing("include include[] keywords keywords[] language languages languages[] prompt temperature"),
    **passing("timestamp_granularities timestamp_granularities[] chunking_strategy user"),
    **passing("known_speaker_names known_speaker_names[] stream_include_usage"),
    **passing("frequency_penalty max_completion_tokens min_p presence_penalty repetition_penalty seed to_language"),
    **passing("top_k top_p vad_filter"),
    **dict.fromkeys(("known_speaker_references", "known_speaker_references[]"), BYTES),
    **dict.fromkeys(("url", "file_url"), Row("fetch", FETCHED)),
    "file_id": Row("files", KEPT_FILE),
}
"""Parts of a form besides the file. Any other asks for `other`, as a field of a body in JSON does."""
