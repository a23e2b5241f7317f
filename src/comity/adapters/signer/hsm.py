"""A key in a PKCS#11 token: it signs there and never leaves it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from comity.adapters.signer.signing import Prove, SignerDown, noted
from comity.proof.checkpoint import Checkpoint
from comity.proof.note import ED25519, VerifierKey
from comity.terms.errors import Fault

_PATH = frozenset({"token", "object", "id", "serial"})
_QUERY = frozenset({"module-path", "pin-source"})


def read_uri(uri: str) -> dict[str, str]:
    """The attributes of a PKCS#11 URI (RFC 7512): token, serial, object, id; module-path, pin-source.

    Raises:
        Fault: an attribute is not known, given twice, or missing.
    """
    path, _, query = uri.removeprefix("pkcs11:").partition("?")
    found: dict[str, str] = {}
    for known, part in ((_PATH, path.split(";")), (_QUERY, query.split("&"))):
        for pair in filter(None, part):
            name, equals, value = pair.partition("=")
            if name == "pin-value":
                raise Fault("signer: a PIN does not belong into a stack file; say pin-source=env:NAME or file:/PATH")
            if name not in known or not equals or name in found:
                raise Fault(f"signer: {name!r} in a pkcs11: URI is not known, or given twice")
            found[name] = unquote(value)
    if "token" not in found and "serial" not in found:
        raise Fault("signer: a pkcs11: URI names a token, as in pkcs11:token=comity;object=log?module-path=/usr/lib/…")
    if "module-path" not in found or not ("object" in found or "id" in found):
        raise Fault("signer: a pkcs11: URI names an object (or id) and a module-path, the token's library")
    return found


class TokenSigning:
    """Ed25519 by CKM_EDDSA. A token does not know what a log is: it signs what it is given."""

    def __init__(self, uri: str, origin: str) -> None:
        """Log in and find the key.

        Raises:
            Fault: the extra is missing, or the token, the key or the PIN is not as it must be.
        """
        self._uri = read_uri(uri)
        self._session: Any = None
        self._private: Any = None
        public = self._open()
        self._key = VerifierKey(origin, ED25519, public)

    @property
    def key(self) -> VerifierKey:
        """See Signing."""
        return self._key

    def sign(self, checkpoint: Checkpoint, prove: Prove) -> str:
        """See Signing."""
        import pkcs11

        try:
            if self._private is None:
                self._open()
            signature = bytes(self._private.sign(checkpoint.text.encode(), mechanism=pkcs11.Mechanism.EDDSA))
        except (pkcs11.exceptions.PKCS11Error, Fault, OSError) as error:
            self.close()
            raise SignerDown(f"the token does not sign: {type(error).__name__} {error}".rstrip()) from error
        return noted(self._key, checkpoint, signature, "the token")

    def close(self) -> None:
        """See Signing; the next signature logs in anew."""
        session, self._session, self._private = self._session, None, None
        if session is not None:
            # a session that is gone cannot be closed, and need not
            with suppress(Exception):
                session.close()

    def _open(self) -> bytes:
        try:
            import pkcs11
        except ModuleNotFoundError as error:
            raise Fault("signer: a pkcs11: URI needs python-pkcs11: pip install 'comity[hsm]'") from error
        uri = self._uri
        try:
            token = pkcs11.lib(uri["module-path"]).get_token(
                token_label=uri.get("token"), token_serial=uri["serial"].encode() if "serial" in uri else None
            )
            session = token.open(user_pin=_pin(uri.get("pin-source", "")))
            label, key_id = uri.get("object"), uri["id"].encode("latin-1") if "id" in uri else None
            private = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=label, id=key_id)
            public = session.get_key(pkcs11.ObjectClass.PUBLIC_KEY, label=label, id=key_id)
            point = bytes(public[pkcs11.Attribute.EC_POINT])
        except (pkcs11.exceptions.PKCS11Error, RuntimeError) as error:
            name = type(error).__name__
            raise Fault(f"signer: the key cannot be opened in the token: {name} {error}".rstrip()) from error
        # PKCS#11 3.0 wraps the 32 bytes into an octet string, some tokens do not
        if len(point) not in (32, 34):
            raise Fault("signer: the object in the token is no Ed25519 key")
        self._session, self._private = session, private
        return point[-32:]


def _pin(source: str) -> str | None:
    if not source:
        return None
    scheme, _, rest = source.partition(":")
    if scheme == "env":
        if rest not in os.environ:
            raise Fault(f"signer: the environment has no {rest}, which pin-source names")
        return os.environ[rest]
    path = Path(rest if scheme == "file" else source)
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise Fault(f"signer: the file that pin-source names cannot be read: {error}") from error
