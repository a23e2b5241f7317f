"""The roll-up of the log, kept up beside the gateway: by a thread of the supervisor, which takes no request."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread, get_native_id

from comity.adapters.ledger import LedgerCorrupt
from comity.adapters.rollup import Rollup, RollupFault

EVERY_S = 60.0
"""Between two countings. What is newer a replay reads from the log itself, so this is a matter of its comfort."""

NICE = 10
"""The thread gives way to workers: behind them by some hours at full load is no harm, a late answer is."""


class Rolling:
    """Counts now and then, until it is stopped. What goes wrong is said once, and tried again the next time."""

    def __init__(self, state: Path, say: Callable[[str], None], every_s: float = EVERY_S) -> None:
        self._state = state
        self._say = say
        self._every_s = every_s
        self._over = Event()
        self._said = ""
        self._thread = Thread(target=self._run, name="roll-up", daemon=True)

    def start(self) -> None:
        """Begin; the first counting comes after the first wait, when the gateway stands."""
        self._thread.start()

    def stop(self) -> None:
        """End, at the next whole place: within some tenths of a second. Blocking."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        with suppress(OSError):  # a system without niceness of threads counts at the same rank
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICE)
        rollup: Rollup | None = None
        while not self._over.wait(self._every_s):
            try:
                rollup = rollup or Rollup(self._state)
                rollup.count(lambda: not self._over.is_set())
                self._said = ""
            except (RollupFault, LedgerCorrupt, OSError, ValueError) as error:
                if str(error) != self._said:
                    self._said = str(error)
                    self._say(f"the log's requests are not rolled up: {error}")
        if rollup is not None:
            rollup.close()
