"""The stack file's `signer`: which one it names."""

from __future__ import annotations

from pathlib import Path

from comity.adapters.signer.signing import Signing
from comity.adapters.signer.unix import SocketSigning
from comity.terms.errors import Fault


def open_signing(signer: str, origin: str) -> Signing:
    """The signer that `unix:PATH` or `pkcs11:…` (RFC 7512) names, asked for its key. Blocking.

    Raises:
        Fault: neither form, or what it names is not there, not for this origin, or lacks an extra.
        SignerDown: it does not answer.
    """
    scheme, colon, rest = signer.partition(":")
    if colon and scheme == "unix" and rest.startswith("/"):
        return SocketSigning(Path(rest), origin)
    if colon and scheme == "pkcs11":
        # lazily: it loads the token's library, and comes with an extra
        from comity.adapters.signer.hsm import TokenSigning

        return TokenSigning(signer, origin)
    raise Fault(f"signer: {signer!r} is neither unix:/PATH nor a pkcs11: URI; leave it out to keep the key in log.key")
