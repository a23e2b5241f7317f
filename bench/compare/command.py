"""How every command of the bench ends when it does not come to its end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps

from bench.compare.reading import NotMeasured
from bench.compare.world import CannotMeasure


def command(main: Callable[[], int]) -> Callable[[], int]:
    """`main`, which says in one line that it was interrupted (exit status 130), or why nothing was measured (1)."""

    @wraps(main)
    def run() -> int:
        try:
            return main()
        except KeyboardInterrupt:
            print("bench: interrupted; what was started is stopped, what was made is removed", file=sys.stderr)
            return 130
        except (CannotMeasure, NotMeasured) as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1

    return run
