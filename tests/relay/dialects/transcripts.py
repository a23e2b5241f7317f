"""Golden transcripts: what one dialect says, as its public reference shows it, and what it becomes in the two others.

`python -m tests.relay.dialects.transcripts` writes what the code makes of them; the difference is then to be read.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple, get_args

from comity.relay.body import BadRequest
from comity.relay.dialects import Dialect, StreamTranslation, translate_request, whole_translation

FOLDER = Path(__file__).parent / "transcripts"
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
NOW = 1_760_000_000


def ids(prefix: str) -> str:
    return f"{prefix}t1"


class Transcript(NamedTuple):
    """One file. `said` has documents, or the text of streams, by dialect; `refused` the fields that cannot be said."""

    path: Path
    about: str
    speaks: Dialect
    said: dict[str, Any]
    status: int = 200
    refused: dict[str, str] | None = None

    @property
    def raw(self) -> bytes:
        said = self.said[self.speaks]
        return said.encode() if isinstance(said, str) else json.dumps(said, ensure_ascii=False).encode()


def transcripts(kind: str) -> list[Transcript]:
    """Those of `request`, `answer` or `stream`."""
    return [read(path) for path in sorted(FOLDER.glob(f"{kind}-*"))]


def read(path: Path) -> Transcript:
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        file = json.loads(text)
        return Transcript(path, file["about"], file["from"], file["said"], file.get("status", 0), file.get("refused"))
    about, *parts = re.split(r"^=== (.*)\n", text, flags=re.MULTILINE)
    said = {title.removeprefix("from "): body for title, body in zip(parts[::2], parts[1::2], strict=True)}
    return Transcript(path, about.strip("# \n"), parts[0].removeprefix("from "), said)  # type: ignore[arg-type]


def becomes(transcript: Transcript, dialect: Dialect) -> Any:
    """What the code says in `dialect`."""
    kind = transcript.path.name.partition("-")[0]
    if kind == "request":
        try:
            return json.loads(translate_request(transcript.raw, transcript.speaks, dialect, "served"))
        except BadRequest as error:
            return {"refused": error.field}
    if kind == "answer":
        done = whole_translation(dialect, transcript.speaks, "alias", now=NOW, ids=ids)(
            transcript.status, transcript.raw
        )
        return {"status": done.status, "body": json.loads(done.body), "finish": done.finish}
    stream = StreamTranslation(dialect, transcript.speaks, "alias", include_usage=True, now=NOW, ids=ids)
    return (stream.feed(transcript.raw) + stream.close() + stream.tail).decode()


def write(transcript: Transcript) -> None:
    """Write the file anew."""
    speaks = transcript.speaks
    others = {dialect: becomes(transcript, dialect) for dialect in DIALECTS if dialect != speaks}
    if transcript.path.suffix == ".json":
        file = json.loads(transcript.path.read_text("utf-8"))
        file["said"] = {speaks: transcript.said[speaks], **others}
        transcript.path.write_text(json.dumps(file, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return
    text = f"# {transcript.about}\n=== from {speaks}\n{transcript.said[speaks]}"
    text += "".join(f"=== {dialect}\n{stream}" for dialect, stream in others.items())
    transcript.path.write_text(text, "utf-8")


if __name__ == "__main__":
    for each in (*transcripts("request"), *transcripts("answer"), *transcripts("stream")):
        write(each)
