"""A Dockerfile, as its instructions."""

from __future__ import annotations

import json
import re
from typing import NamedTuple


class Step(NamedTuple):
    """One instruction: its word, its flags, its text, and the number of the stage that it is in."""

    word: str
    flags: dict[str, str]
    text: str
    stage: int

    @property
    def words(self) -> list[str]:
        """The arguments of a step in exec form; raises ValueError if a shell would read it."""
        listed = json.loads(self.text)
        assert isinstance(listed, list)
        return [str(each) for each in listed]


def steps(text: str) -> list[Step]:
    """Every instruction, lines that continue joined, remarks left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[Step] = []
    stage = -1
    for line in filter(None, map(str.strip, whole.splitlines())):
        word, _, rest = line.partition(" ")
        stage += word == "FROM"
        flags = {}
        while flag := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
            flags[flag[1]] = flag[2]
            rest = rest[flag.end() :]
        found.append(Step(word, flags, rest.strip(), stage))
    return found
