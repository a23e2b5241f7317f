"""The content vault: what was asked and answered, sealed, for as long as its application wants it kept.

    keeper = Keeper(state)
    keeper.keep(kept, done)         # `done` on the loop's thread: the last day for which it is durable, or nothing
    find(state, "triage", "k3v9…41")
    destroy(state, "triage")        # with the erasure salt; or destroy(state, "triage", ref)
    purge(state, today, holds)

Content lies on the disk as ciphertext alone (docs/spec/vault.md). Its keys lie in a folder apart, one for each
application, last day and erasure ref, so that what is kept ends by destroying 32 bytes, wherever copies of it are.
"""

from .ending import destroy, purge, sever
from .keeper import Keeper
from .sealing import Kept
from .shelves import Erased, find

__all__ = ["Erased", "Keeper", "Kept", "destroy", "find", "purge", "sever"]
