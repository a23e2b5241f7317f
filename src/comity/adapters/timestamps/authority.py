"""A timestamp authority over HTTP (RFC 3161 section 3.4). Blocking: its caller gives it a thread."""

from __future__ import annotations

import http.client
import ssl
from typing import NamedTuple

from comity.adapters.deadline import Deadline
from comity.adapters.timestamps.trust import MAX_TOKEN_BYTES, NotStamped, Trust, library
from comity.stack.urls import Url

TIMEOUT_S = 15.0
"""For one response: public authorities answer in one second, or not at all."""


class Stamped(NamedTuple):
    """A response that verifies, and its time in Unix seconds."""

    response: bytes
    time: int


class Authority:
    """Asks one authority. Redirects are not followed, proxies not used; it gets a hash and a nonce, nothing else."""

    def __init__(
        self, url: Url, trust: Trust, *, context: ssl.SSLContext | None = None, timeout: float = TIMEOUT_S
    ) -> None:
        """`context` is for https; without it the system's authorities are trusted."""
        self._url = url
        self._trust = trust
        self._timeout = timeout
        self._context = context or (ssl.create_default_context() if url.scheme == "https" else None)

    def stamp(self, data: bytes) -> Stamped:
        """Have `data` stamped; what comes back is verified, its nonce too.

        Raises:
            NotStamped: it cannot be reached, does not grant it, or what it gives does not verify.
        """
        client = library()
        builder = client.TimestampRequestBuilder().data(data).hash_algorithm(client.HashAlgorithm.SHA256)
        request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
        response = self._asked(request.as_bytes())
        return Stamped(response, self._trust.time_of(response, data, request.nonce))

    def _asked(self, query: bytes) -> bytes:
        host = self._url.host.strip("[]")
        connection = (
            http.client.HTTPConnection(host, self._url.port, timeout=self._timeout)
            if self._context is None
            else http.client.HTTPSConnection(host, self._url.port, timeout=self._timeout, context=self._context)
        )
        try:
            with Deadline(self._timeout) as deadline:
                deadline.watch_opening(connection)
                kind = {"content-type": "application/timestamp-query"}
                connection.request("POST", self._url.path or "/", query, kind)
                answer = connection.getresponse()
                response = answer.read(MAX_TOKEN_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            raise NotStamped(f"the authority does not answer: {error or type(error).__name__}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise NotStamped(f"the authority answered with status {answer.status}")
        return response
