"""What has been loaded and stays: put where the collector does not look through it again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def settled() -> Iterator[None]:
    """Everything that is there now is left out of collections within. A year's decisions are some million objects,
    and to look through them takes longer than a further scenario does.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
