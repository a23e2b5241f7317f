"""A log over HTTP: its shards, checkpoints and tiles (`comity log audit URL`)."""

from __future__ import annotations

import http.client
import json
import math
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from comity.adapters.deadline import Deadline, Timed, opener
from comity.adapters.ledger.cosigning import WITNESSED
from comity.adapters.ledger.minimum import NAME as MINIMUM
from comity.adapters.ledger.minimum import parse_minimum
from comity.proof.checkpoint import is_shard
from comity.proof.note import MAX_NOTE_BYTES
from comity.proof.tiles import WIDTH, Tile, tile_path

TIMEOUT_S = 15.0
"""Without a byte: whatever is silent for longer hangs."""

WHOLE_S = 60.0
"""For each file: they are small, and the largest bundle comes in this by 2 Mbit/s."""

MAX_TILE_BYTES = WIDTH * (2 + 65_535)
"""The largest bundle that tlog-tiles allows."""

MAX_PAGE_BYTES = 1 << 25
"""Of entries: 256 of them with every block at its limit, spelled as JSON strings."""

MAX_LISTING_BYTES = 1 << 20
"""Of /log/: 60,000 shards."""


ENCODINGS = "gzip, identity"
"""What a client of tlog-tiles should name; a log may send gzip unasked."""


class NotThere(OSError):
    """The server has no such file, or cannot be reached; the message says which."""


class Unreachable(NotThere):
    """The server does not answer, or not now: nothing follows of what it has."""


class Overdue(Exception):
    """All files together took longer than they may. It is no `OSError`: who can do without one file goes on, and with
    this nobody may."""


class RemoteLog:
    """One log below a URL. Proxy variables are ignored, redirects are refused."""

    def __init__(self, url: str, *, whole: float = WHOLE_S, ticks: Callable[[], float] = time.monotonic) -> None:
        """`url` is that of `/log/`, of one shard below it, or of the control port; a file may take `whole` seconds, as
        `ticks` counts them.

        Raises:
            ValueError: it is neither http nor https.
        """
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url} is no http or https URL")
        self._url = url.rstrip("/")
        self._whole = whole
        self._opener = opener()
        self._ticks = ticks
        self._end = math.inf

    def allow(self, seconds: float) -> None:
        """From now on all files together may take so long; then whatever is asked for raises `Overdue`."""
        self._end = self._ticks() + seconds

    def prefixes(self) -> list[str]:
        """The URLs of its shards, without a slash at the end.

        Raises:
            NotThere: no checkpoint and no listing of shards is found.
        """
        try:
            self.get(f"{self._url}/checkpoint", MAX_NOTE_BYTES)
        except NotThere:
            pass
        else:
            return [self._url]
        folder = self._url if self._url.endswith("/log") else f"{self._url}/log"
        lines = self.get(f"{folder}/", MAX_LISTING_BYTES).decode("utf-8", "replace").split()
        if not all(is_shard(line) for line in lines) or len(set(lines)) < len(lines):
            raise NotThere(f"{folder}/ lists no shards, or one twice")
        return [f"{folder}/{line}" for line in lines]

    def checkpoint(self, prefix: str) -> str:
        """The checkpoint of a shard. Raises NotThere, or UnicodeDecodeError if it is no text."""
        return self.get(f"{prefix}/checkpoint", MAX_NOTE_BYTES).decode("utf-8")

    def witnessed(self, prefix: str) -> str | None:
        """The last checkpoint of a shard that enough witnesses have cosigned, if it gives one. Raises Unreachable."""
        try:
            return self.get(f"{prefix}/{WITNESSED}", MAX_NOTE_BYTES).decode("utf-8")
        except Unreachable:
            raise
        except (NotThere, UnicodeDecodeError):
            return None

    def vkey(self, prefix: str) -> str | None:
        """The key that a shard gives as its own (to be pinned by hand, not to be believed), if it gives one."""
        try:
            return self.get(f"{prefix}/vkey", MAX_NOTE_BYTES).decode("utf-8", "replace").strip()
        except NotThere:
            return None

    def tile(self, prefix: str, tile: Tile) -> bytes:
        """A tile or bundle; of the full one if the partial one is gone. Raises NotThere."""
        try:
            return self.get(f"{prefix}/{tile_path(tile)}", MAX_TILE_BYTES)
        except NotThere:
            if tile.width == WIDTH:
                raise
        full = self.get(f"{prefix}/{tile_path(tile._replace(width=WIDTH))}", MAX_TILE_BYTES)
        return full[: tile.width * (len(full) // WIDTH)]

    def minimum(self, prefix: str) -> int:
        """The minimum index of a shard (tlog-tiles, "Pruning"), 0 where it gives none. Raises Unreachable."""
        try:
            return parse_minimum(self.get(f"{prefix}/{MINIMUM}", MAX_NOTE_BYTES)) or 0
        except Unreachable:
            raise
        except NotThere:
            return 0

    def entries(self, prefix: str, first: int, key: str) -> tuple[int, list[dict[str, Any]]]:
        """The minimum index, and entries from `first` on, as the control port gives them to an auditor's key.

        Raises:
            NotThere: no control port is there, or it says something else.
        """
        log, _, shard = prefix.rpartition("/")
        url = f"{log.removesuffix('/log')}/admin/log/{shard}/entries?from={first}"
        try:
            page = json.loads(self.get(url, MAX_PAGE_BYTES, {"Authorization": f"Bearer {key}"}))
            return int(page["minimum"]), [each for each in page["entries"] if isinstance(each, dict)]
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise NotThere(f"{url} gives no entries") from error

    def get(self, url: str, limit: int, headers: Mapping[str, str] = {}) -> bytes:
        """A file of at most `limit` bytes. Raises NotThere, or Overdue."""
        left = self._end - self._ticks()
        if left <= 0:
            raise Overdue(f"there was no time left for {url}")
        try:
            with Deadline(min(self._whole, left)) as deadline:
                request = Timed(url, {"Accept-Encoding": ENCODINGS, **headers}, deadline)
                with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                    data: bytes = answer.read(limit + 1)
            if answer.headers.get("Content-Encoding", "identity").lower() == "gzip":
                data = _unpacked(data, limit)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (401, 403):
                raise Unreachable(f"{url} gives status {error.code}: the key given does not open it") from error
            away = error.code >= 500 or error.code == 429
            raise (Unreachable if away else NotThere)(f"{url} gives status {error.code}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            if self._ticks() >= self._end:
                raise Overdue(f"{url} was still coming") from error
            raise Unreachable(f"{url} cannot be read: {error}") from error
        if len(data) > limit:
            raise NotThere(f"{url} is larger than {limit} bytes")
        return data


def _unpacked(data: bytes, limit: int) -> bytes:
    """At most `limit` + 1 bytes of what gzip packed: a small file may hold a large one. Raises ValueError."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, limit + 1)
    except zlib.error as error:
        raise ValueError(f"it is no gzip: {error}") from error
