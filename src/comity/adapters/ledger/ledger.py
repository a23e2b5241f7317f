"""`Ledger`: one shard as the relay and the runtime see it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

Done = Callable[[BaseException | None], None]


class Ledger:
    """The durable log of one shard; see the package's docstring for the duties of each side.

    Attributes:
        shard: id of the shard, 9 characters of [a-z0-9].
        origin: origin line of its checkpoints, `<origin>/<shard>`.
    """

    shard: str
    origin: str

    @classmethod
    def open(
        cls,
        state: Path,
        origin: str,
        *,
        clock: Callable[[], int],
        rng: Callable[[int], bytes] = os.urandom,
        durability: Literal["strict", "relaxed"] = "strict",
    ) -> Ledger:
        """Take a free shard under `state/log/`, or make one, recover it, and close its open intents.

        Blocking; call before serving. `clock` gives Unix milliseconds, `rng` random bytes. When it returns, each
        intent that had no outcome has an `outcome {finish: lost}` that is durable.

        Raises:
            LedgerCorrupt: the shard contradicts its last signed checkpoint, or the key belongs to another origin.
            LedgerBroken: the disk refused a write.
        """
        raise NotImplementedError

    @property
    def healthy(self) -> bool:
        """False once a write or sync failed, or after close."""
        raise NotImplementedError

    @property
    def fault(self) -> str | None:
        """Why the ledger is not healthy, in words for an operator."""
        raise NotImplementedError

    @property
    def pending(self) -> int:
        """Entries that wait to be durable."""
        raise NotImplementedError

    @property
    def durable(self) -> int:
        """Number of entries that are durable; indices below it are safe."""
        raise NotImplementedError

    @property
    def published(self) -> int:
        """Tree size of the last signed checkpoint on disk."""
        raise NotImplementedError

    @property
    def open_intents(self) -> int:
        """Intents of this shard that have no outcome yet."""
        raise NotImplementedError

    def receipt_id(self, index: int) -> str:
        """`<shard>.<index>`, the value of the Comity-Receipt header."""
        raise NotImplementedError

    def append(
        self, kind: str, party: bytes, decision: bytes, content: bytes, done: Done, *, intent: int | None = None
    ) -> int:
        """Enter three canonical blocks into the log; see the package's docstring."""
        raise NotImplementedError

    async def publish(self) -> int:
        """Wait for a checkpoint that covers every entry that is durable now; returns its tree size."""
        raise NotImplementedError

    async def receipt(self, receipt_id: str, *, openings: bool = True) -> dict[str, Any]:
        """Build the receipt of an intent or denial of any shard under this state folder.

        Waits for the next checkpoint where needed (own shard: asks for it; another's: a few seconds at most).
        `receipt["intent"]["blocks"]["party"]["application"]` (or under "denial") is whose receipt it is: the caller
        checks that the key may read it.

        Raises:
            UnknownReceipt: no such intent or denial, or the id is malformed.
            NotYetCovered: another worker's shard, whose next checkpoint did not come in time.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Flush, publish, release the shard. Blocking; call `done`s are still delivered if the loop runs on."""
        raise NotImplementedError
