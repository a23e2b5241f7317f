"""Whose timestamps are believed, and whether a token is one of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cryptography import x509

from comity.terms.errors import Fault

MAX_TOKEN_BYTES = 16_384
"""A response with its certificates has 1 to 8 kB; with room, it still fits thrice into a receipt."""

MAX_PEM_BYTES = 262_144
"""A root, its intermediates and the authority's own certificate are some 10 kB."""

LIBRARY = "rfc3161_client"
MISSING = "timestamps need rfc3161-client, which is not installed: pip install 'comity[timestamps]'"


class NotStamped(Exception):
    """There is no timestamp: the authority gave none, or what is there does not verify. The message says why."""


def available() -> bool:
    """Whether the library is installed; it is not imported."""
    return find_spec(LIBRARY) is not None


@dataclass(frozen=True, slots=True)
class Trust:
    """Certificates from one file or more: roots, what lies between, and the authority's own if it must be that one."""

    roots: tuple[x509.Certificate, ...]
    between: tuple[x509.Certificate, ...] = ()
    own: x509.Certificate | None = None

    def time_of(self, response: bytes, data: bytes, nonce: int | None = None) -> int:
        """When the authority saw `data`, in Unix seconds, by a response of RFC 3161 (DER).

        Certificates must have been valid at that time, not now: a token outlives them.

        Raises:
            NotStamped: it is no response, was not granted, is of other data, or leads to no root that is trusted.
            Fault: the library is not installed.
        """
        if len(response) > MAX_TOKEN_BYTES:
            raise NotStamped(f"the response is longer than {MAX_TOKEN_BYTES} bytes")
        client = library()
        try:
            read = client.decode_timestamp_response(response)
            builder = client.VerifierBuilder(
                roots=list(self.roots), intermediates=list(self.between), tsa_certificate=self.own, nonce=nonce
            )
            builder.build().verify_message(read, data)
            return int(read.tst_info.gen_time.timestamp())
        except (client.VerificationError, ValueError, TypeError) as error:
            raise NotStamped(_short(error)) from error


def read_trust(*files: Path) -> Trust:
    """The certificates of PEM files: those that signed themselves are roots, others of authorities lie between, and one
    of no authority is the timestamp authority's own.

    Raises:
        Fault: a file cannot be read, or there is no root in any.
    """
    roots: list[x509.Certificate] = []
    between: list[x509.Certificate] = []
    own: list[x509.Certificate] = []
    for file in files:
        try:
            with file.open("rb") as stream:
                found = x509.load_pem_x509_certificates(stream.read(MAX_PEM_BYTES))
        except (OSError, ValueError) as error:
            raise Fault(f"{file} holds no certificates in PEM: {error}") from error
        for certificate in found:
            kind = roots if certificate.issuer == certificate.subject else between if _is_ca(certificate) else own
            kind.append(certificate)
    if not roots:
        raise Fault(f"{', '.join(map(str, files))}: no root certificate; a chain must end somewhere")
    return Trust(tuple(roots), tuple(between), own[0] if own else None)


def library() -> Any:
    """`rfc3161_client`. Raises Fault where it is not installed."""
    try:
        import rfc3161_client
    except ModuleNotFoundError as error:
        raise Fault(MISSING) from error
    return rfc3161_client


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False


def _short(error: Exception) -> str:
    """OpenSSL's reason without its stack."""
    text = str(error)
    _, found, reason = text.partition("Verify error: ")
    return reason.partition('"')[0] if found else text.partition("\n")[0][:200]
