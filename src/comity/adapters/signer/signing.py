"""What the ledger asks of whoever holds the log's key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from comity.proof.checkpoint import Checkpoint
from comity.proof.note import Signature, Signer, VerifierKey
from comity.terms.errors import Fault

Prove = Callable[[int], Sequence[bytes]]
"""Gives the consistency proof (RFC 6962 section 2.1.2) from the tree of a size to that of the checkpoint."""


class SignerDown(Fault):
    """It does not answer now: ask again later."""


class SignerRefused(Fault):
    """It answers, and will not sign this: asking again changes nothing."""


class Signing(Protocol):
    """Signs the checkpoints of the shards of one log. Called on one thread; may block."""

    @property
    def key(self) -> VerifierKey:
        """The log's public key, under the origin's name."""

    def sign(self, checkpoint: Checkpoint, prove: Prove) -> str:
        """The signed note of a checkpoint, under the checkpoint's own name.

        Raises:
            SignerDown: it cannot be reached.
            SignerRefused: it will not sign this.
        """

    def close(self) -> None:
        """Let go of it."""


class KeyFile:
    """Signs with a key that lies in this process."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._named = signer

    @property
    def key(self) -> VerifierKey:
        """See Signing."""
        return self._signer.key

    def sign(self, checkpoint: Checkpoint, prove: Prove) -> str:
        """See Signing; `prove` is not asked, for whoever holds the process holds the key."""
        if self._named.key.name != checkpoint.origin:
            self._named = self._signer.named(checkpoint.origin)
        return self._named.sign(checkpoint.text)

    def close(self) -> None:
        """See Signing."""


def noted(key: VerifierKey, checkpoint: Checkpoint, signature: bytes, who: str) -> str:
    """The signed note, from a signature that another made, if it verifies.

    Raises:
        SignerRefused: it does not; `who` is named.
    """
    named = key.named(checkpoint.origin)
    if not named.verifies(checkpoint.text.encode(), signature):
        raise SignerRefused(f"{who} gave a signature that does not verify under {key.text}")
    return f"{checkpoint.text}\n{Signature(named.name, named.id, signature).line}"
