"""What an answer is called: nothing in it is drawn or read off a clock here."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

PREFIXES = ("chatcmpl-", "resp_", "msg_")
"""Of an answer's id, in chat, responses and messages."""


class Naming(Struct, frozen=True):
    """`model` as the client asked for it, `now` in Unix seconds; `ids` makes an id of a prefix, always the same."""

    model: str
    now: int
    ids: Callable[[str], str]

    def item(self, prefix: str, number: int) -> str:
        """The id of a part of the answer."""
        return f"{self.ids(prefix)}_{number}"


def after(id: str) -> Callable[[str], str]:
    """Ids made of a deployment's own id for the answer, where nobody gives others."""
    rest = next((id[len(prefix) :] for prefix in PREFIXES if id.startswith(prefix)), id)
    return lambda prefix: prefix + rest
