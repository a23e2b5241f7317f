"""A writer that is killed: `python -m tests.adapters.ledger.crashing STATE` prints what was acknowledged."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from comity.adapters.ledger import Ledger
from tests.adapters.ledger.writing import ask, opened


async def client(ledger: Ledger) -> None:
    """Ask without end; print the index of each request whose answer was completed."""
    while True:
        index = await ask(ledger)
        sys.stdout.write(f"{ledger.shard}.{index}\n")
        sys.stdout.flush()


async def main(state: Path) -> None:
    """Sixteen clients, until killed."""
    ledger = opened(state)
    await asyncio.gather(*(client(ledger) for _ in range(16)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
