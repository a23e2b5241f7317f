"""What a monitor has seen of a log, kept durably: a monitor that forgets can be shown another history."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from comity.adapters.state import write_durably
from comity.proof.checkpoint import is_shard
from comity.terms.errors import UsageFault

VERSION = 1

MAX_BYTES = 1 << 26
"""Some 20,000 shards with a checkpoint of 3 kB each."""


@dataclass(slots=True)
class Seen:
    """One shard.

    Attributes:
        checkpoint: the last checkpoint under which everything held, as it was fetched; empty before the first.
        first: when the shard was first listed, Unix ms.
        grown: when it was last seen to have grown; 0 if never since it was first listed.
        witnessed: when its checkpoint last had the witnesses that the policy requires.
        swept: when all of its files were last read.
        minimum: its minimum index, which never comes down.
        sizes: how many entries were signed at some time (Unix ms), a pair a day, while the owner's time to keep them
            is watched over and not past.
    """

    checkpoint: str = ""
    first: int = 0
    grown: int = 0
    witnessed: int = 0
    swept: int = 0
    minimum: int = 0
    sizes: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Cursor:
    """A log, by its URL, and its shards."""

    path: Path
    log: str
    shards: dict[str, Seen] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, log: str) -> Cursor:
        """The cursor in a file, or a new one where there is no file.

        Raises:
            UsageFault: the file holds no cursor, or that of another log.
        """
        try:
            with path.open("rb") as file:
                document = json.loads(file.read(MAX_BYTES))
            if document["monitor"] != VERSION:
                raise ValueError("its version is another")
            shards = {name: Seen(**seen) for name, seen in document["shards"].items() if is_shard(name)}
            kept = str(document["log"])
        except FileNotFoundError:
            return cls(path, log)
        except OSError as error:
            raise UsageFault(f"the cursor {path} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UsageFault(f"{path} is no cursor of a monitor: {error}; name another file with --cursor") from error
        if kept != log:
            raise UsageFault(f"{path} is the cursor of {kept}; name another file for {log} with --cursor")
        return cls(path, log, shards)

    def keep(self) -> None:
        """Write it, so that it is whole or as it was, whatever happens.

        Raises:
            UsageFault: it cannot be written.
        """
        shards = {name: asdict(seen) for name, seen in sorted(self.shards.items())}
        document = {"monitor": VERSION, "log": self.log, "shards": shards}
        try:
            write_durably(self.path, json.dumps(document, indent=1).encode() + b"\n")
        except OSError as error:
            raise UsageFault(f"the cursor {self.path} cannot be written: {error.strerror}") from error
