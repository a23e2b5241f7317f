"""What an entry says of an answer that can be run again: under which profile it was made, and how it was sampled."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from comity.terms import canon

SLOTS = 1
"""Requests at a time of a node whose answers repeat: beside another one, the bits of a logarithm come out otherwise."""


class Profile(Struct, frozen=True):
    """Under which an answer repeats bit for bit: with no prompt kept between requests, and one request at a time.

    Attributes:
        weights: SHA-256 of the GGUF, hex.
        engine: its name and version; the same wheel gives the same bits.
        cpu: the features that the engine uses, or empty where they are not known.
        context, threads: tokens of context, threads of computation.
    """

    weights: str
    engine: str
    cpu: str = ""
    context: int = 1024
    threads: int = 1
    slots: int = SLOTS

    @property
    def text(self) -> bytes:
        """Canonical JSON, as the outcome's `profile` has it."""
        document: dict[str, object] = {name: getattr(self, name) for name in self.__struct_fields__}
        if not self.cpu:
            del document["cpu"]
        return canon.encode(document)


class _Asked(Struct, gc=False):
    temperature: float | None = None
    seed: int | None = None


_asked = msgspec.json.Decoder(_Asked)


def sampling(body: bytes) -> bytes:
    """How a request asks to be sampled, as the outcome's `sampling` has it: what it leaves out is left out."""
    try:
        asked = _asked.decode(body)
    except msgspec.MsgspecError:
        return b"{}"  # the deployment takes it or not; nothing is known here
    said: dict[str, object] = {}
    if asked.seed is not None and 0 <= asked.seed <= canon.MAX_INT:
        said["seed"] = asked.seed
    if asked.temperature is not None:
        said["temperature"] = repr(asked.temperature)
    return canon.encode(said)
