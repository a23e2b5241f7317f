"""Audit of a shard on disk: everything, entries too (`comity log audit DIR`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from comity.adapters.ledger.cosigning import read_witnessed
from comity.adapters.ledger.failures import LedgerCorrupt
from comity.adapters.ledger.minimum import minimum_of
from comity.adapters.ledger.segment import Entry, Header, groups, has_group_after, read_group, values_of
from comity.adapters.ledger.segment_files import ledger_folder, read_segment, segment_path, segment_starts
from comity.adapters.ledger.tile_files import read_checkpoint, read_tile
from comity.proof.checkpoint import Checkpoint
from comity.proof.follow import Follower
from comity.proof.growth import Growth
from comity.proof.inspect import MAX_FINDINGS, Finding, inspect_tree
from comity.proof.note import NoteError
from comity.proof.policy import Policy
from comity.proof.reader import TreeReader
from comity.proof.tiles import ENTRIES, WIDTH, Tile, unpack_bundle, width_in
from comity.proof.tree import HASH_SIZE
from comity.proof.verify import CheckpointRefused, open_last


@dataclass(slots=True)
class ShardAudit:
    """What an audit of one shard found. It holds if `findings` is empty.

    Attributes:
        signed: entries under the last checkpoint.
        entries: entries in the segments; those above `signed` wait for the next checkpoint.
        lost: intents whose outcome is lost.
        open: intents without an outcome.
        torn: bytes after the last whole group, of a write that was under way or cut off.
        minimum: entries below it are pruned.
        erased: entries of which only the leaf value is left.
        summaries: days that were summed up, and the sums hold.
        unsummed: days that have ended without a summary so far.
    """

    shard: str
    origin: str | None = None
    signed: int = 0
    entries: int = 0
    lost: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    torn: int = 0
    minimum: int = 0
    erased: int = 0
    summaries: int = 0
    unsummed: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, name: str, place: object, sentence: str) -> None:
        """Note that something is wrong."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(name, str(place), sentence))


def audit_shard(state: Path, shard: str, policy: Policy, since: Checkpoint | None = None) -> ShardAudit:
    """Recompute all leaves, tiles and the root of a shard, and follow every intent to its outcome.

    Reads only. A shard that is being written can be audited: what came after the checkpoint that was read first is
    counted, not judged against it.
    """
    audit = ShardAudit(shard)
    checkpoint = _checkpoint(state, shard, policy, audit)
    folder = state / "log" / shard
    try:
        audit.minimum = minimum_of(folder)
    except LedgerCorrupt as error:
        audit.add("unreadable", folder, f"{error}.")
    if checkpoint is not None:
        audit.findings += inspect_tree(checkpoint, lambda tile: read_tile(folder, tile), since, minimum=audit.minimum)
    _Walk(state, audit, checkpoint).walk()
    if checkpoint is not None and audit.entries < checkpoint.size:
        place = ledger_folder(state, shard)
        audit.add("shrunk", place, f"{checkpoint.size} entries are signed, but {audit.entries} are there.")
    return audit


def _checkpoint(state: Path, shard: str, policy: Policy, audit: ShardAudit) -> Checkpoint | None:
    path = state / "log" / shard / "checkpoint"
    try:
        text = read_checkpoint(state / "log" / shard)
        if text is None:
            audit.add("missing-file", path, "A shard has a checkpoint from its first start on.")
            return None
        checkpoint = open_last((text, read_witnessed(path.parent)), policy)
    except CheckpointRefused as error:
        audit.add(error.failure.name, path, error.failure.sentence)
        return None
    except (OSError, NoteError, UnicodeDecodeError) as error:
        audit.add("unreadable", path, f"It is no checkpoint: {error}.")
        return None
    audit.origin, audit.signed = checkpoint.origin, checkpoint.size
    return checkpoint


class _Walk:
    """The segments of a shard, from the first entry to the last."""

    def __init__(self, state: Path, audit: ShardAudit, checkpoint: Checkpoint | None) -> None:
        self._state = state
        self._folder = ledger_folder(state, audit.shard)
        self._audit = audit
        self._checkpoint = checkpoint
        self._growth = Growth()
        self._public_holds = not audit.findings
        self._bundle: list[bytes] = []
        self._last_start = 0
        self._next = 0
        self._follower = Follower()

    def walk(self) -> None:
        starts = segment_starts(self._folder)
        if starts and 0 < starts[0] <= self._audit.minimum:
            self._begin(starts[0])
        for first in starts:
            if not self._segment(first, last=first == starts[-1]):
                break
        self._audit.entries = self._next
        follower = self._follower
        self._audit.open, self._audit.lost, self._audit.erased = sorted(follower.open), follower.lost, follower.erased
        self._audit.summaries, self._audit.unsummed = follower.complete.summaries, follower.complete.unsummed
        for intent in self._audit.open:
            if intent < self._last_start:
                sentence = f"Intent {intent} is open since before the shard's last start, which did not close it."
                self._audit.add("open-intent", self._folder, sentence)

    def _begin(self, first: int) -> None:
        """Begin with the first entry that is kept; of those before it the tiles speak."""
        self._next = first
        try:
            header = read_segment(self._folder, first)[1]
        except (LedgerCorrupt, OSError):
            return  # said when the segment is read
        self._follower.begin(first, header.open)
        if self._checkpoint is None or self._checkpoint.size < first or not self._public_holds:
            return
        reader = TreeReader(self._checkpoint.size, lambda tile: read_tile(self._folder.parent, tile))
        levels: list[list[bytes]] = []
        while count := first >> (8 * len(levels)):
            level = len(levels)
            levels.append(reader.tile(level, count // WIDTH)[0][: count % WIDTH] if count % WIDTH else [])
        self._growth = Growth(levels, [bytes(HASH_SIZE)] * (first % WIDTH))

    def _segment(self, first: int, *, last: bool) -> bool:
        path = segment_path(self._folder, first)
        if first != self._next:
            self._audit.add("gap", path, f"It begins with entry {first}, but entry {self._next} comes next.")
            return False
        try:
            data, header, start = read_segment(self._folder, first)
        except (LedgerCorrupt, OSError) as error:
            self._audit.add("damaged", path, f"It cannot be read: {error}.")
            return False
        self._header(header, path)
        for group in groups(data, start):
            if group.entries[0][1].index != self._next:
                self._audit.add("gap", path, f"Entry {self._next} is not where it must be.")
                return False
            for _, entry in group.entries:
                self._entry(entry, path)
            start = group.end
        torn = len(data[start:].rstrip(b"\0"))  # zeroes are what was written ahead
        if torn:
            any_order = header.relaxed and self._growth.size >= self._audit.signed
            if not last or (has_group_after(data, start) and not any_order and _still_torn(path, start)):
                self._audit.add("damaged", path, f"The group at byte {start} does not read, and others follow it.")
                return False
            self._audit.torn = torn
        return True

    def _header(self, header: Header, path: Path) -> None:
        if header.reason == "start":
            self._last_start = header.first
        if self._audit.origin is not None and header.origin != self._audit.origin:
            self._audit.add("different-logs", path, f"It belongs to {header.origin}.")
        if set(header.open) != self._follower.open:
            self._audit.add(
                "altered-entry", path, "The intents that were open when it was begun are not those it names."
            )

    def _entry(self, entry: Entry, path: Path) -> None:
        if entry.erased:
            wrong = self._follower.gone(entry.index, entry.kind, entry.intent)
        else:
            blocks = {"party": entry.party, "decision": entry.decision, "content": entry.content}
            wrong = self._follower.entry(entry.index, entry.kind, entry.intent, blocks)
        for name, sentence in wrong:
            self._audit.add(name, path, sentence)
        (value,) = values_of([entry])
        self._next += 1
        if self._growth.size != entry.index:
            return  # the tree below the entries that are kept is not known
        self._compare(value, entry.index, path)
        self._growth.push(value)
        self._growth.take_full()
        checkpoint = self._checkpoint
        if checkpoint is None or self._growth.size != checkpoint.size or self._audit.findings:
            return
        if self._growth.edge.root() != checkpoint.root:
            sentence = f"The first {self._growth.size} entries give another root than the one that was signed."
            self._audit.add("altered-entry", path, sentence)

    def _compare(self, value: bytes, index: int, path: Path) -> None:
        """An entry against the bundle that shows it, where the public files are those that were signed."""
        if self._checkpoint is None or not self._public_holds or index >= self._checkpoint.size:
            return
        if index // WIDTH < self._audit.minimum // WIDTH:
            return  # its bundle may be gone; the root tells
        if index % WIDTH == 0 or not self._bundle:
            width = width_in(ENTRIES, index // WIDTH, self._checkpoint.size)
            self._bundle = unpack_bundle(read_tile(self._folder.parent, Tile(ENTRIES, index // WIDTH, width)))
        if self._bundle[index % WIDTH] != value:
            self._audit.add("altered-entry", path, f"Entry {index} is not the one that was signed.")


def _still_torn(path: Path, at: int) -> bool:
    """Whether the group there does not read now either. A file is not read at one moment: of one that is being written
    a group may have been seen before it was whole, and after it those that were written since.
    """
    with path.open("rb") as file:
        file.seek(at)
        return read_group(file.read(), 0) is None
