"""Entries of a shard as the control port gives them to an auditor, each against the tree that is signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from comity.adapters.ledger.remote import NotThere, RemoteLog, Unreachable
from comity.adapters.monitor.alarm import Alarm
from comity.proof.follow import Follower
from comity.proof.inspect import MAX_FINDINGS
from comity.proof.leaf import leaf_value
from comity.proof.reader import Fetch
from comity.proof.tiles import ENTRIES, WIDTH, Tile, unpack_bundle, width_in
from comity.terms.digests import from_base64


class Entries:
    """One shard, read from its first entry on when the monitor begins: sums need all of a day.

    Attributes:
        minima: what its `erasure` entries that are signed tell of minimum indices, by shard; the highest of each.
    """

    def __init__(self, log: RemoteLog, prefix: str, key: str) -> None:
        self._log = log
        self._prefix = prefix
        self._shard = prefix.rpartition("/")[2]
        self._key = key
        self._follower = Follower()
        self._next = 0
        self._found: list[Alarm] = []
        self.minima: dict[str, int] = {}

    @property
    def follower(self) -> Follower:
        """What the entries that were read say together."""
        return self._follower

    def read(self, size: int, fetch: Fetch) -> Iterator[Alarm]:
        """Read on, up to the `size` that is signed; what is wrong, and what was found wrong before. The bundles that
        `fetch` gives were checked.

        Raises:
            Unreachable: the control port does not answer, or not to this key.
        """
        yield from self._read(size, fetch)
        yield from self._found

    def _read(self, size: int, fetch: Fetch) -> Iterator[Alarm]:
        while self._next < size:
            try:
                minimum, page = self._log.entries(self._prefix, self._next, self._key)
            except Unreachable:
                raise
            except NotThere as error:
                yield self._alarm("gap", f"{error}.", self._next)
                return
            if self._next < minimum <= size:
                # asked once more: it may have risen since the look began
                if minimum > self._log.minimum(self._prefix):
                    told = f"An auditor is told that entries are pruned below {minimum}, and nobody else is."
                    yield self._alarm("gap", told, self._next)
                    return
                self._follower.begin(minimum, None)
                self._next = minimum
                if minimum == size:
                    return
            page = [each for each in page if isinstance(each.get("index"), int) and each["index"] < size]
            if not page or [each["index"] for each in page] != list(range(self._next, self._next + len(page))):
                yield self._alarm("gap", f"{size} entries are signed, and entry {self._next} is not there.", self._next)
                return
            try:
                values = self._values(self._next, len(page), size, fetch)
            except ValueError as error:  # altered since it was checked
                yield self._alarm("altered-bundle", f"The bundle of entry {self._next} is none: {error}.", self._next)
                return
            if len(values) != len(page):
                yield self._alarm("altered-bundle", f"The bundle of entry {self._next} has not all.", self._next)
                return
            for each, signed in zip(page, values, strict=True):
                self._next += 1
                self._found += self._entry(each, signed)
                del self._found[MAX_FINDINGS:]

    def _entry(self, each: dict[str, Any], signed: bytes) -> Iterator[Alarm]:
        index, intent = each["index"], each.get("intent")
        try:
            kind, salt = str(each["kind"]), from_base64(str(each["salt"]))
            if "party" not in each:
                value, wrong = salt, self._follower.gone(index, kind, intent)
            else:
                blocks = {name: str(each[name]).encode() for name in ("party", "decision", "content")}
                value = leaf_value(kind, salt, blocks["party"], blocks["decision"], blocks["content"])
                wrong = self._follower.entry(index, kind, intent, blocks)
        except (ValueError, KeyError, TypeError) as error:
            yield self._alarm("bad-entry", f"Entry {index} is none: {error}.", index)
            return
        if value != signed:
            yield self._alarm("altered-entry", f"Entry {index} is not the one that was signed.", index)
        elif kind == "erasure" and "party" in each and not wrong:
            for told in json.loads(blocks["content"]).get("pruned", ()):
                self.minima[told["shard"]] = max(self.minima.get(told["shard"], 0), told["minimum"])
        for name, sentence in wrong:
            yield self._alarm(name, sentence, index)

    def _values(self, first: int, count: int, size: int, fetch: Fetch) -> list[bytes]:
        values: list[bytes] = []
        for number in range(first // WIDTH, (first + count - 1) // WIDTH + 1):
            values += unpack_bundle(fetch(Tile(ENTRIES, number, width_in(ENTRIES, number, size))))
        begin = first - first // WIDTH * WIDTH
        return values[begin : begin + count]

    def _alarm(self, name: str, sentence: str, index: int) -> Alarm:
        return Alarm(name, self._shard, f"{self._prefix}/tile/entries", sentence, index)
