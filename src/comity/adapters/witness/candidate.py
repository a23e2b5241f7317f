"""The checkpoint that is being cosigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from comity.adapters.ledger.cosigning import Cosigned
from comity.adapters.signer import Prove
from comity.adapters.witness.client import Given
from comity.proof.checkpoint import Checkpoint
from comity.proof.policy import Policy


@dataclass(slots=True)
class Candidate:
    """A signed checkpoint, its proofs, and the cosignatures that it has, by the witness's name in the policy.

    Attributes:
        number: counts those of a shard.
        fresh: whether it has lines that nobody was given yet.
    """

    number: int
    checkpoint: Checkpoint
    note: str
    prove: Prove
    given: dict[str, Given] = field(default_factory=dict)
    fresh: bool = False

    def cosigned(self, policy: Policy) -> Cosigned:
        """The note with its lines, in the order of the policy."""
        lines = "".join(self.given[name].line.line for name in policy.witnesses if name in self.given)
        return Cosigned(self.note + lines, enough=bool(self.given) and policy.satisfied_by(self.given))


def witnessed_at(policy: Policy, times: Mapping[str, int]) -> int:
    """The latest time, in Unix seconds, of which the cosignatures of that time or later are enough; 0 if none is."""
    for time in sorted(set(times.values()), reverse=True):
        if policy.satisfied_by(name for name, each in times.items() if each >= time):
            return time
    return 0
