"""Files that people asked for, whole or not at all: an interrupted report or export leaves what was there before.

State of the gateway is written by `adapters.state.write_durably`, private and synced; these are ordinary files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comity.terms.errors import UsageFault


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name in the same folder to write to; it becomes `path` if the block ends well, and is gone if it does not.

    Ctrl-C counts as not ending well.

    Raises:
        UsageFault: the folder or the file cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        raise UsageFault(f"{path} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all; what stood there is replaced.

    Raises:
        UsageFault: it cannot be written.
    """
    with whole(path) as draft:
        draft.write_bytes(data)
