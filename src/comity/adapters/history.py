"""What a log holds of past requests: read from its ledger, and counted by what a decision rests on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from comity.adapters.ledger import entries, shards
from comity.posture.diff.replayed import Logged, logged
from comity.terms.instants import Instant


class History:
    """Requests of a log by what is to be decided again; `unreadable` are those that this version cannot."""

    def __init__(self) -> None:
        self.counts: Counter[Logged] = Counter()
        self.unreadable = 0


def history(state: Path, since: Instant) -> History:
    """The requests received from `since` on of every shard in the state folder `state`. Blocking.

    Raises:
        LedgerCorrupt: a segment of the log is damaged.
    """
    found = History()
    for shard in shards(state):
        for entry in entries(state, shard):
            if entry.kind not in ("intent", "denial"):
                continue
            if json.loads(entry.content)["times"]["received"] < since:
                continue
            try:
                found.counts[logged(json.loads(entry.party), json.loads(entry.decision))] += 1
            except ValueError:
                found.unreadable += 1
    return found
