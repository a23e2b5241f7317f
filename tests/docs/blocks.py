"""The code blocks of a page."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.tidy.tree import ROOT


class Block(NamedTuple):
    """A fenced block: its language and text, and the heading that it stands under."""

    heading: str
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    found, heading = [], ""
    for match in re.finditer(
        r"^(?P<heading>#+ [^\n]*)$|^```(?P<language>\w*)\n(?P<text>.*?)^```$",
        (ROOT / page).read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    ):
        if match["heading"]:
            heading = match["heading"].lstrip("# ")
        else:
            found.append(Block(heading, match["language"], match["text"]))
    return found
