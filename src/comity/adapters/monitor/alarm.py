"""What a monitor says: alarms by name, and where."""

from __future__ import annotations

from typing import NamedTuple

from comity.proof.inspect import Finding


class Alarm(NamedTuple):
    """Something that must not be.

    Attributes:
        name: as in docs/spec/verification.md, "A whole log".
        shard: id of the shard, empty for the log as a whole.
        place: URL of the file, or of the log.
        sentence: for a person.
        index: of the entry, where it is one.
        evidence: file that holds what proves it, where something does.
    """

    name: str
    shard: str
    place: str
    sentence: str
    index: int | None = None  # type: ignore[assignment]  # of all tuple methods the least missed here
    evidence: str | None = None

    @property
    def about(self) -> tuple[str, str, str]:
        """The same alarm in two rounds has the same name, shard and place."""
        return self.name, self.shard, self.place


class Rise(NamedTuple):
    """The minimum index of a shard rose: entries below it are no longer kept.

    Attributes:
        shard: id of the shard.
        place: URL of the file that says so, which nobody signs.
        before, minimum: the index before, as the cursor has it, and now.
    """

    shard: str
    place: str
    before: int
    minimum: int


def alarm_of(finding: Finding, shard: str, prefix: str) -> Alarm:
    """A finding of an inspection; its place, a path below the prefix or an origin, becomes a URL."""
    path = finding.place if finding.place.startswith(("tile/", "minimum")) else "checkpoint"
    return Alarm(finding.name, shard, f"{prefix}/{path}", finding.sentence, finding.index)
