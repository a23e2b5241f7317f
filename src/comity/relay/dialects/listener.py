"""What an answer says, piece by piece, in words of no dialect.

Each dialect has a reader that tells a `Listener` what it reads, event by event or a whole answer at once, and a writer
that is one. The pieces are calls, not objects: a stream has thousands of them.
"""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from comity.relay.usage import Usage

MAX_CALLS = 1024
"""Tool calls in one answer; eight times the tools that OpenAI lets a request define."""


class Unreadable(Exception):
    """A deployment's answer that is not of its dialect, or not of what was asked; the message quotes nothing of it."""


class Tokens(Struct, frozen=True, gc=False):
    """What an answer took, as the deployment reported it; -1 where it did not.

    `input` is the whole prompt: with what was read from a cache (`cached`) and written to one (`written`).
    `reasoning` is a part of `output`.
    """

    input: int = -1
    output: int = -1
    cached: int = -1
    written: int = -1
    reasoning: int = -1

    @property
    def usage(self) -> Usage:
        """As entries have it."""
        return Usage(prompt_tokens=self.input, completion_tokens=self.output)


class Failure(Struct, frozen=True, gc=False):
    """Why there is no answer, or no more of it. `status` is HTTP's, `code` and `param` are OpenAI's words."""

    status: int
    message: str
    code: str = ""
    param: str = ""


class Listener(Protocol):
    """Is told what an answer says, in its order: `started` first, and nothing after `ended` or `failed`."""

    def started(self, id: str) -> None:
        """The answer begins; `id` is the deployment's name for it."""

    def thought(self, text: str) -> None:
        """A piece of the model's thoughts, as far as it shows them."""

    def text(self, text: str) -> None:
        """A piece of the answer."""

    def declined(self, text: str) -> None:
        """A piece of what is said instead of an answer."""

    def called(self, id: str, name: str) -> None:
        """The model calls a tool."""

    def arguments(self, text: str) -> None:
        """A piece of the arguments of the last call, as JSON text."""

    def stopped(self, reason: str, sequence: str = "") -> None:
        """Why it ends, in the words of chat; and the caller's own stop sequence where that is why."""

    def used(self, tokens: Tokens) -> None:
        """What it took so far; the last word holds."""

    def failed(self, failure: Failure) -> None:
        """It breaks off."""

    def ended(self) -> None:
        """The answer is complete."""


def counted(*values: int) -> int:
    """The sum of what is known; -1 where nothing is."""
    known = [value for value in values if value >= 0]
    return sum(known) if known else -1
