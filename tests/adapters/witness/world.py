"""A log in memory that a witness can be asked about, and a witness of a folder."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from comity.adapters.disk import DISK, Disk
from comity.adapters.witness.logs import KnownLog, Logs
from comity.adapters.witness.memory import WitnessMemory
from comity.adapters.witness.witness import Answer, Witness
from comity.proof.add_checkpoint import ask
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import ED25519_COSIGNATURE, Cosigner
from comity.proof.growth import Growth
from comity.proof.note import Signer
from comity.proof.reader import TreeReader
from comity.terms.digests import sha256

ORIGIN = "example.org/gw"
SIGNER = Signer(ORIGIN, b"\x01" * 32)
COSIGNER = Cosigner("witness.example/w1", ED25519_COSIGNATURE, b"\x07" * 32)
NOW_MS = 1_795_406_400_000


class MadeLog:
    """A log whose leaf values are `name/0`, `name/1`, …; two of the same name have the same beginning."""

    def __init__(self, name: str = "a", signer: Signer = SIGNER, forked_at: int | None = None) -> None:
        self.signer = signer
        self._name = name
        self._forked = forked_at

    def _leaf(self, index: int) -> bytes:
        own = self._forked is not None and index >= self._forked
        return sha256(f"{self._name}{'!' if own else ''}/{index}".encode())

    def reader(self, size: int) -> TreeReader:
        growth = Growth()
        growth.extend([self._leaf(index) for index in range(size)])
        tiles = dict(growth.take())
        return TreeReader(size, lambda tile: tiles[tile])

    def note(self, size: int) -> str:
        return self.signer.sign(Checkpoint(self.signer.key.name, size, self.reader(size).root()).text)

    def ask(self, old: int, new: int) -> bytes:
        return ask(old, self.reader(new).consistency(old), self.note(new))


def logs(shards: int = 0, per_minute: int = 6000) -> Logs:
    return Logs(COSIGNER.key.name, {ORIGIN: KnownLog(ORIGIN, (SIGNER.key,), shards, per_minute)})


def witness(
    folder: Path, known: Logs | None = None, disk: Disk = DISK, ticks: Callable[[], float] | None = None
) -> tuple[Witness, WitnessMemory]:
    """A witness whose clock moves a second at each look."""
    clock = itertools.count(NOW_MS, 1000)
    memory = WitnessMemory(folder, (COSIGNER.key,), disk)
    ticking = itertools.count(1.0)
    made = Witness(
        (COSIGNER,), known or logs(), memory, clock=lambda: next(clock), ticks=ticks or (lambda: next(ticking))
    )
    return made, memory


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body
