"""A second signature on each checkpoint, by an ML-DSA-44 key beside the log's own (docs/spec/shards.md, "Keys")."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.disk import DISK, PRIVATE, PUBLIC, Disk
from comity.adapters.signer.signing import Prove, Signing
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import ML_DSA_44_COSIGNATURE, Cosigner
from comity.proof.note import VerifierKey
from comity.terms.errors import Fault

PRIVATE_FILE, PUBLIC_FILE = "log-mldsa.key", "log-mldsa.vkey"


class BothSigning:
    """Signs as `first` does, and adds the cosignature of a second key. Who knows only the first ignores the line."""

    def __init__(self, first: Signing, second: Cosigner, clock: Callable[[], int] = unix_ms) -> None:
        """`clock` gives Unix milliseconds: a cosignature says when."""
        self._first = first
        self._second = second
        self._clock = clock

    @property
    def key(self) -> VerifierKey:
        """See Signing; the first key's."""
        return self._first.key

    def sign(self, checkpoint: Checkpoint, prove: Prove) -> str:
        """See Signing. The second key signs what the first has signed, and nothing else."""
        note = self._first.sign(checkpoint, prove)
        named = self._second.named(checkpoint.origin)
        return note + named.cosign(checkpoint.text, self._clock() // 1000).line

    def close(self) -> None:
        """See Signing."""
        self._first.close()


def create_second(state: Path, origin: str, rng: Callable[[int], bytes], disk: Disk = DISK) -> Cosigner:
    """Make the second key of a log, if it has none; a gateway signs with it from its next start on.

    Raises:
        Fault: it cannot be made, or ML-DSA-44 is not to be had here.
    """
    try:
        made = Cosigner(origin, ML_DSA_44_COSIGNATURE, rng(32))
        disk.create_durably(state / PRIVATE_FILE, (made.private_text + "\n").encode(), PRIVATE)
    except (OSError, ValueError) as error:
        raise Fault(f"{state / PRIVATE_FILE} cannot be made: {error}") from None
    kept = load_second(state, origin, disk)
    assert kept is not None
    return kept


def load_second(state: Path, origin: str, disk: Disk = DISK) -> Cosigner | None:
    """The second key of a log, or None where it has none. Its vkey is written beside it.

    Raises:
        Fault: it cannot be read, is open to others, is another log's, or is gone while its public half is there.
    """
    private, public = state / PRIVATE_FILE, state / PUBLIC_FILE
    if not private.exists():
        if public.exists():
            raise Fault(f"{private} is gone but {public} is there: bring the key back, or take {public} away too")
        return None
    try:
        if private.stat().st_mode & 0o077:
            raise Fault(f"{private} can be read by others: chmod 600 {private}")
        cosigner = Cosigner.parse(private.read_text("utf-8"))
        disk.create_durably(public, (cosigner.key.text + "\n").encode(), PUBLIC)
        kept = public.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise Fault(f"{private} cannot be used: {error}") from None
    if cosigner.key.name != origin or cosigner.key.kind != ML_DSA_44_COSIGNATURE:
        raise Fault(f"{private} is no ML-DSA-44 key of {origin}")
    if kept != cosigner.key.text:
        raise Fault(f"{public} is not the public half of {private}")
    return cosigner
