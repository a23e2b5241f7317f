"""TLS towards clients."""

from __future__ import annotations

import ssl

from comity.runtime.failures import CannotServe


def server_context(certificate: str, key: str) -> ssl.SSLContext | None:
    """The context of a port that speaks TLS with these PEM files; None without them.

    Raises:
        CannotServe: a file cannot be read, or they do not belong together.
    """
    if not certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise CannotServe(f"TLS cannot be spoken with {certificate} and {key}: {error}") from error
    context.set_alpn_protocols(["http/1.1"])
    return context


class ServerContext:
    """The context of a port, whose certificate can be replaced while it serves.

    Attributes:
        context: for the port; None where it speaks no TLS.
    """

    def __init__(self, certificate: str, key: str) -> None:
        """Raises CannotServe as `server_context`."""
        self._files = certificate, key
        self.context = server_context(certificate, key)

    def renew(self) -> None:
        """Read the files again; handshakes from now on show what they hold. Raises CannotServe, and nothing changes."""
        if self.context is not None:
            server_context(*self._files)
            self.context.load_cert_chain(*self._files)
