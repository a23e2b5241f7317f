"""What detectors find in a text: for `comity explain --text`, which adds it to the case as the gateway would."""

from __future__ import annotations

import sys
from pathlib import Path

from comity.detect.found import Seen
from comity.detect.look import Look
from comity.detect.text import text_of
from comity.relay.looking import looks_of, replaced
from comity.stack.types import Stack
from comity.terms.errors import UsageFault

MAX_TEXT = 32 * 1024 * 1024  # bytes; as large as a request may be


def looked(name: str, application: str | None, stack: Stack) -> tuple[Seen, tuple[str, ...]]:
    """What the application's detectors find in the file `name`, a request's body or any text; `-` is standard input.

    With it the classes of data that are added to the case.

    Raises:
        UsageFault: it cannot be read, or no application that looks for anything is named.
    """
    if application is None or application not in stack.applications:
        raise UsageFault("--text goes with --app: whose detectors are to look at it")
    looks = looks_of(stack.applications[application], stack.detection)
    if looks is None:
        raise UsageFault(
            f"--text: {application} looks for nothing; `detect: [identifiers, …]` in the stack file says what"
        )
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_TEXT + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_TEXT + 1)
    except OSError as error:
        raise UsageFault(f"{name}: cannot be read: {error.strerror}") from error
    look = Look(text_of(data), looks)
    if len(data) > MAX_TEXT or (look.beyond and looks.beyond == "refuse"):
        raise UsageFault(
            f"{name}: longer than the {looks.characters} characters that are looked into; it would be refused"
        )
    seen = look.whole()
    return seen, (*seen.data, *replaced(seen, looks))


def as_line(seen: Seen) -> str:
    """What was found, in a sentence, without its text."""
    found = ", ".join(f"{data} ({count})" if count else data for data, count in seen.found) or "nothing"
    told = f"; subjects of {', '.join(seen.subjects)}" if seen.subjects else ""
    language = f"; language {seen.language}" if seen.language else ""
    unread = f"; {seen.unread} bytes that cannot be read" if seen.unread else ""
    return f"Looked for {', '.join(seen.looked)}. Found: {found}{told}{language}{unread}."
