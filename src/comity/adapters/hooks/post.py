"""Sending one message of a hook. Blocking: its caller gives it a thread."""

from __future__ import annotations

import http.client
import ssl

from comity.adapters.hooks.sign import signature
from comity.stack.urls import Url

TIMEOUT_S = 10.0
"""A hook should answer at once and work later; one that takes longer is tried again."""

MAX_ANSWER_BYTES = 4096
"""Read so that the connection can be kept, and thrown away; a longer answer closes it."""


class NotTaken(Exception):
    """The other side did not take the message; the reason has nothing of the message in it."""


class Hook:
    """One hook's server. A connection is kept while it can be; nothing is followed, and no proxy is used."""

    def __init__(self, url: Url, secret: str = "", timeout: float = TIMEOUT_S) -> None:
        self._url = url
        self._secret = secret
        self._timeout = timeout
        self._context = ssl.create_default_context() if url.scheme == "https" else None
        self._connection: http.client.HTTPConnection | None = None

    def send(self, body: bytes, identity: str, seconds: int) -> None:
        """Send a message of JSON; a further try bears the same `identity`, so that it can be told from another.

        Raises:
            NotTaken: it was not answered with 2xx.
        """
        headers = {
            "content-type": "application/json",
            "user-agent": "comity",
            "webhook-id": identity,
            "webhook-timestamp": str(seconds),
        }
        if self._secret:
            headers["webhook-signature"] = signature(self._secret, identity, seconds, body)
        connection = self._connection or self._connect()
        self._connection = None
        try:
            connection.request("POST", self._url.path or "/", body, headers)
            response = connection.getresponse()
            held = response.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise NotTaken(f"{self._url.host} cannot be told ({type(error).__name__})") from None
        if len(held) < MAX_ANSWER_BYTES and not response.will_close:
            self._connection = connection
        else:
            connection.close()
        if not http.client.OK <= response.status < http.client.MULTIPLE_CHOICES:
            raise NotTaken(f"{self._url.host} answered {response.status}")

    def close(self) -> None:
        """Close the kept connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        host = self._url.host.strip("[]")
        if self._context is not None:
            return http.client.HTTPSConnection(host, self._url.port, timeout=self._timeout, context=self._context)
        return http.client.HTTPConnection(host, self._url.port, timeout=self._timeout)
