"""One look after another at all shards of a log, each compared with what was seen before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from comity.adapters.ledger.remote import NotThere, Overdue, RemoteLog, Unreachable
from comity.adapters.monitor.alarm import Alarm, Rise, alarm_of
from comity.adapters.monitor.beginnings import Beginnings
from comity.adapters.monitor.cursor import Cursor, Seen
from comity.adapters.monitor.entries import Entries
from comity.adapters.state import write_durably
from comity.proof.checkpoint import Checkpoint
from comity.proof.inspect import inspect_tree
from comity.proof.note import Note, NoteError
from comity.proof.policy import Policy
from comity.proof.reader import TreeReader
from comity.proof.tiles import Tile
from comity.proof.tree import verify_consistency
from comity.proof.verify import CheckpointRefused, open_checkpoint
from comity.terms.digests import sha256
from comity.terms.errors import UsageFault

GRACE_MS = 60_000
"""How long a new shard may be without a checkpoint, and a checkpoint without its witnesses: they sign after the log."""

UNREAD = frozenset({"unreachable", "missing-file", "gap", "too-slow"})
"""Alarms after which not all entries are known to have been read."""

SMALL = 65_536
"""Entries up to which all files are read in every look: 500 of them."""

LOOK_S = 900.0
"""For a whole look: 80,000 files, which are ten million entries, come in this at 11 ms each. Each file has its own end,
and a server that takes as long for every one of them could keep a monitor from saying anything for days."""


class _Away(Exception):
    """The server does not answer in the middle of a look: nothing follows of what is not there."""


class Monitor:
    """Watches one log. What it has seen is in `cursor`, which is kept after every look.

    Attributes:
        size: entries of all shards under the checkpoints that held last.
    """

    def __init__(
        self,
        log: RemoteLog,
        cursor: Cursor,
        policy: Policy,
        *,
        clock: Callable[[], int],
        stale_ms: int,
        sweep_ms: int,
        key: str = "",
        keeps_ms: int = 0,
        within: float = LOOK_S,
    ) -> None:
        """`stale_ms` is how long a shard that grows may rest, `sweep_ms` how long a file may go unread once it was
        read; `key` is an auditor's, with which entries are read too; `keeps_ms` is how long the owner says that
        entries are kept; 0: nothing was said; a look ends `within` so many seconds.
        """
        self._log = log
        self._cursor = cursor
        self._policy = policy
        self._clock = clock
        self._stale_ms = stale_ms
        self._sweep_ms = sweep_ms
        self._key = key
        self._within = within
        self._entries: dict[str, Entries] = {}
        self._last_witnessed: dict[str, tuple[str, int]] = {}
        self._beginnings = Beginnings(keeps_ms)
        self.size = 0

    @property
    def rises(self) -> list[Rise]:
        """Where the last look saw a minimum index rise: entries are pruned, which may be as it should."""
        return self._beginnings.rises

    def look(self) -> list[Alarm]:
        """Everything that is wrong now.

        Raises:
            UsageFault: the cursor or evidence cannot be kept.
        """
        now = self._clock()
        self._beginnings.rises = []
        self._log.allow(self._within)
        try:
            prefixes = self._log.prefixes()
        except NotThere as error:
            return [Alarm("unreachable", "", self._cursor.log, f"{error}.")]
        except Overdue as error:
            return [self._too_slow(error)]
        for prefix in prefixes:
            self._cursor.shards.setdefault(prefix.rpartition("/")[2], Seen(first=now, witnessed=now))
        found = list(self._each(prefixes, now))
        if not prefixes:
            found.append(Alarm("missing-file", "", self._cursor.log, "It lists no shard: there is nothing to watch."))
        if self._key and not any(alarm.name in UNREAD for alarm in found):
            found += self._untold(prefixes, now)
        found += self._gone({prefix.rpartition("/")[2] for prefix in prefixes})
        found += self._stale(prefixes, now)
        self._cursor.keep()
        return found

    def _each(self, prefixes: list[str], now: int) -> Iterator[Alarm]:
        """What is wrong with each shard, as far as there is time."""
        self.size = 0
        for prefix in prefixes:
            shard = prefix.rpartition("/")[2]
            try:
                yield from self._shard(prefix, shard, self._cursor.shards[shard], now)
            except (_Away, Unreachable) as error:
                yield Alarm("unreachable", shard, prefix, f"{error}.")
            except NotThere as error:
                yield Alarm("missing-file", shard, prefix, f"{error}.")
            except Overdue as error:
                yield self._too_slow(error)
                return

    def _too_slow(self, error: Overdue) -> Alarm:
        """About the log as a whole: the next look may end elsewhere, and it is the same alarm."""
        sentence = f"A look was not done within {self._within:g} s, and what it had not read yet is not known: {error}."
        return Alarm("too-slow", "", self._cursor.log, sentence)

    def _shard(self, prefix: str, shard: str, seen: Seen, now: int) -> Iterator[Alarm]:
        place = f"{prefix}/checkpoint"
        try:
            text = self._log.checkpoint(prefix)
        except Unreachable:
            raise
        except (NotThere, UnicodeDecodeError) as error:
            if seen.checkpoint or now - seen.first > GRACE_MS:
                yield Alarm("missing-file", shard, place, f"{error}.")
            return
        checkpoint = None
        for each in self._opened(prefix, text, seen, now):
            if isinstance(each, Checkpoint):
                checkpoint = each
            else:
                yield Alarm(each[0], shard, place, each[1])
        if checkpoint is None:
            return
        if not checkpoint.origin.endswith(f"/{shard}"):
            yield Alarm("different-logs", shard, place, f"It is the checkpoint of {checkpoint.origin}.")
            return
        wrong = list(self._grown(prefix, shard, seen, checkpoint, text, now))
        yield from wrong
        if wrong:
            return
        yield from self._held(prefix, shard, seen, checkpoint, text, now)

    def _held(
        self, prefix: str, shard: str, seen: Seen, checkpoint: Checkpoint, text: str, now: int
    ) -> Iterator[Alarm]:
        """The tree is what it signs: it is kept, and held against what witnesses saw and what entries say."""
        if (seen_by := self._last_witnessed.get(prefix)) is not None:
            yield from self._same_tree(prefix, shard, checkpoint, text, *seen_by, now)
        if seen.checkpoint != text:
            if checkpoint.size > self._size_of(seen):
                seen.grown = now if seen.checkpoint else 0
            seen.checkpoint = text
        self.size += checkpoint.size
        if self._key:
            entries = self._entries.setdefault(shard, Entries(self._log, prefix, self._key))
            yield from entries.read(checkpoint.size, lambda tile: self._log.tile(prefix, tile))

    def _opened(self, prefix: str, text: str, seen: Seen, now: int) -> Iterator[Checkpoint | tuple[str, str]]:
        """The checkpoint if it can be believed, and what is wrong with it."""
        try:
            note = Note.parse(text)
            try:
                yield open_checkpoint(note, self._policy)[0]
                seen.witnessed = now
            except CheckpointRefused as error:
                if error.failure.name != "missing-witness":
                    raise
                # the log may still be watched, and its witnesses may be on their way
                yield open_checkpoint(note, replace(self._policy, quorum="none"))[0]
                yield from self._witnessed(prefix, seen, now)
                if now - seen.witnessed > GRACE_MS:
                    yield error.failure.name, error.failure.sentence
        except CheckpointRefused as error:
            yield error.failure.name, error.failure.sentence
        except NoteError as error:
            yield "unreadable", f"It is no checkpoint: {error}."

    def _witnessed(self, prefix: str, seen: Seen, now: int) -> Iterator[tuple[str, str]]:
        """A log that grows has its witnesses' last checkpoint beside its own: it must be of the same tree, and move."""
        text = self._log.witnessed(prefix)
        if text is None or text == self._last_witnessed.get(prefix, ("", 0))[0]:
            return
        try:
            checkpoint = open_checkpoint(Note.parse(text), self._policy)[0]
        except (CheckpointRefused, NoteError) as error:
            yield "bad-signature", f"The checkpoint in `witnessed` does not hold: {error}."
            return
        if not checkpoint.origin.endswith(f"/{prefix.rpartition('/')[2]}"):
            yield "different-logs", f"What is shown as witnessed is the checkpoint of {checkpoint.origin}."
            return
        self._last_witnessed[prefix] = text, now
        seen.witnessed = now

    def _grown(
        self, prefix: str, shard: str, seen: Seen, checkpoint: Checkpoint, text: str, now: int
    ) -> Iterator[Alarm]:
        """Whether the tree grew from what was seen, and all files that are due are those that it signs."""
        kept = None if not seen.checkpoint else Checkpoint.parse(Note.parse(seen.checkpoint).text)
        place = f"{prefix}/checkpoint"
        if kept is not None and kept.size == checkpoint.size and kept.root != checkpoint.root:
            sentence = f"Two trees of {kept.size} entries are signed."
            yield Alarm(
                "forked", shard, place, sentence, None, self._evidence("forked", shard, seen.checkpoint, text, now)
            )
            return
        due = checkpoint.size <= SMALL or now - seen.swept >= self._sweep_ms
        start = 0 if due or kept is None else kept.size

        def fetch(tile: Tile) -> bytes:
            try:
                return self._log.tile(prefix, tile)
            except Unreachable as error:
                raise _Away(str(error)) from error

        minimum = self._log.minimum(prefix)
        yield from self._beginnings.begins(shard, f"{prefix}/minimum", seen, minimum, checkpoint.size, now)
        for finding in inspect_tree(checkpoint, fetch, kept, minimum=minimum, start=start):
            alarm = alarm_of(finding, shard, prefix)
            if alarm.name in ("forked", "shrunk"):
                alarm = alarm._replace(evidence=self._evidence(alarm.name, shard, seen.checkpoint, text, now))
            yield alarm
        if start == 0:
            seen.swept = now

    def _same_tree(
        self, prefix: str, shard: str, checkpoint: Checkpoint, text: str, witnessed: str, fetched: int, now: int
    ) -> Iterator[Alarm]:
        """Whether what the witnesses saw is the beginning of the tree, whose files were checked."""
        older = Checkpoint.parse(Note.parse(witnessed).text)
        if older.size <= checkpoint.size:
            reader = TreeReader(checkpoint.size, lambda tile: self._log.tile(prefix, tile))
            try:
                proof = reader.consistency(older.size)
            except Unreachable:
                raise
            except (NotThere, ValueError):
                return  # what is not there was said when it was looked for
            if verify_consistency(older.size, checkpoint.size, older.root, checkpoint.root, proof):
                return
            name, sentence = "forked", f"Its witnesses saw other entries below {older.size}."
        elif fetched == now:
            return  # it was fetched after the checkpoint, which may have grown meanwhile
        else:
            name, sentence = "shrunk", f"Its witnesses saw {older.size} entries, and it has {checkpoint.size}."
        evidence = self._evidence(name, shard, witnessed, text, now)
        yield Alarm(name, shard, f"{prefix}/witnessed", sentence, None, evidence)

    def _untold(self, prefixes: list[str], now: int) -> Iterator[Alarm]:
        """Where shards begin, against what entries of any shard tell of it."""
        minima: dict[str, int] = {}
        for entries in self._entries.values():
            for shard, told in entries.minima.items():
                minima[shard] = max(minima.get(shard, 0), told)
        places = {prefix.rpartition("/")[2]: f"{prefix}/minimum" for prefix in prefixes}
        return self._beginnings.told(minima, places, self._cursor.shards, now)

    def _size_of(self, seen: Seen) -> int:
        return Checkpoint.parse(Note.parse(seen.checkpoint).text).size if seen.checkpoint else -1

    def _gone(self, listed: set[str]) -> Iterator[Alarm]:
        """Shards that are hidden. Of one that never showed a checkpoint nothing is kept: a log that makes up names
        would fill the cursor with them, until it is larger than any that is read."""
        for shard, seen in list(self._cursor.shards.items()):
            if shard not in listed and not seen.checkpoint:
                del self._cursor.shards[shard]
            elif shard not in listed:
                yield Alarm("shard-gone", shard, self._cursor.log, "It was there before, and is not listed any more.")

    def _stale(self, prefixes: list[str], now: int) -> Iterator[Alarm]:
        """Shards that grew while they were watched, and do not any more: each gets an entry a day at least."""
        for prefix in prefixes:
            shard = prefix.rpartition("/")[2]
            grown = self._cursor.shards[shard].grown
            if grown and now - grown > self._stale_ms:
                sentence = f"It has not grown for {(now - grown) // 1000} seconds, and a shard in use does every day."
                yield Alarm("stale-head", shard, f"{prefix}/checkpoint", sentence)

    def _evidence(self, name: str, shard: str, kept: str, text: str, now: int) -> str:
        """Keep both signed notes, the first time; the name of the file."""
        folder = self._cursor.path.with_name(self._cursor.path.name + ".evidence")
        document = {"alarm": name, "shard": shard, "kept": kept, "shown": text, "seen": now}
        digest = sha256(kept.encode()).hex()[:16]
        path = folder / f"{name}-{shard}-{digest}.json"
        if not path.exists():
            try:
                write_durably(path, json.dumps(document, indent=1).encode() + b"\n")
            except OSError as error:
                raise UsageFault(f"the evidence {path} cannot be written: {error.strerror}") from error
        return str(path)
