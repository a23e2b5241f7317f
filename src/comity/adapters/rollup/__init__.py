"""The roll-up of a log: its requests counted by what they asked, one row set for each shard and day, kept beside it.

Off the path of requests: it follows the segments that the ledger has written. It can be deleted at any time, and is
then made again from the ledger; it says up to which index of each shard it counts.
"""

from comity.adapters.rollup.following import Followed, follow
from comity.adapters.rollup.kept import FILE, Kept, Position, RollupFault
from comity.adapters.rollup.rollup import Rollup, groups_of

__all__ = ["FILE", "Followed", "Kept", "Position", "Rollup", "RollupFault", "follow", "groups_of"]
