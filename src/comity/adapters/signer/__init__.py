"""Who signs checkpoints: the key file in the state folder, a process of its own, or a PKCS#11 token.

The ledger knows `Signing` only. `open_signing` reads the stack file's `signer`.
"""

from comity.adapters.signer.opening import open_signing
from comity.adapters.signer.signing import KeyFile, Prove, SignerDown, SignerRefused, Signing

__all__ = ["KeyFile", "Prove", "SignerDown", "SignerRefused", "Signing", "open_signing"]
