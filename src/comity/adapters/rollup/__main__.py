"""`python -m comity.adapters.rollup STATE`: count what a log has beyond its roll-up, once, and end.

A process of its own at the lowest rank: beside a busy gateway it gets what nobody else wants, and holds no lock that a
request could wait for. Killed at any moment it leaves the file as it was.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from comity.adapters.ledger.failures import LedgerCorrupt
from comity.adapters.rollup.kept import RollupFault
from comity.adapters.rollup.rollup import Rollup

LOWEST = 19


def main() -> int:
    """Counts; 1, and why on standard error, if it cannot."""
    os.nice(LOWEST)
    try:
        rollup = Rollup(Path(sys.argv[1]))
        try:
            rollup.count()
        finally:
            rollup.close()
    except (RollupFault, LedgerCorrupt, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
