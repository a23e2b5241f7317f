"""Shards that nobody writes any more: what a killed gateway left open in them is closed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

from comity.adapters.clock import unix_ms
from comity.adapters.ledger import Ledger
from comity.adapters.ledger.ledger import Options
from comity.adapters.ledger.shard import is_held, writable
from comity.runtime.messages import Watch
from comity.runtime.witnessing import witnesses_of

DYING_S = 3.0
"""Workers end within two seconds of their supervisor's death; so long their shards may still be held."""

_STEP_S = 0.05


def await_the_dying(state: Path) -> bool:
    """Wait until no shard is held, so that workers take theirs instead of making new ones; False if some still are.

    Blocking. Call while holding the state folder's lock: then only workers of a killed supervisor hold shards.
    """
    patience = time.monotonic() + DYING_S
    while any(is_held(state, shard) for shard in writable(state)):
        if time.monotonic() > patience:
            return False
        time.sleep(_STEP_S)
    return True


def close_abandoned(
    state: Path,
    origin: str,
    durability: Literal["strict", "relaxed"],
    signer: str | None = None,
    watch: Watch | None = None,
) -> int:
    """Open and close every shard that no worker holds, which enters the lost outcomes; returns how many.

    Blocking. There are such shards where a gateway ran with more workers than now. Without this their open intents
    would stay open for good.

    Raises:
        LedgerBroken: a shard cannot be recovered.
        Fault: the log's signer cannot be used, or does not answer.
    """
    opened: list[Ledger] = []
    try:
        while any(not is_held(state, shard) for shard in writable(state)):
            witnesses = None if watch is None else witnesses_of(watch, unix_ms)
            options = Options(unix_ms, durability=durability, signer=signer, cosigning=witnesses)
            ledger = Ledger.reopen(state, origin, options)
            if ledger is None:  # a worker was faster, or all that was left are backups
                if witnesses is not None:
                    witnesses.close()
                break
            opened.append(ledger)
    finally:
        for ledger in opened:
            ledger.close()
    return len(opened)
