"""A log as Parquet: every request that has ended, and of it what it asked, what it took and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from comity.adapters.disk import PRIVATE
from comity.adapters.duck.asking import ask
from comity.adapters.duck.columns import AS_PARQUET
from comity.adapters.duck.connection import connected
from comity.adapters.duck.parts import Parts
from comity.adapters.ledger.shard import shards
from comity.adapters.rollup import Followed
from comity.posture.replay.requests import Request
from comity.terms.errors import UsageFault

MERGE = "COPY (SELECT * FROM read_parquet($files)) TO '{}' " + AS_PARQUET


class Exported(NamedTuple):
    """What an export came to."""

    rows: int
    files: int
    bytes: int


def of_log(state: Path, first: int = 0, last: int = 2**62) -> Iterator[tuple[str, Request]]:
    """Every request of a state folder's log that has ended and came on the days from `first` to `last` (since
    1970-01-01 in UTC), with its shard."""
    for shard in shards(state):
        for some in Followed(state, shard).requests():
            for request in some:
                if first <= request.day <= last:
                    yield shard, request


def write(
    requests: Iterable[tuple[str, Request]], to: Path, tell: Callable[[int], None] = lambda rows: None
) -> Exported:
    """Write requests to `to`: one file if its name ends in `.parquet`, else a folder of files. Whole or not at all.

    `tell` is told now and then how many rows there are. Only the owner can read what is written.

    Raises:
        UsageFault: it cannot be written there, or a folder of that name has something in it.
        DuckFault: DuckDB could not write it.
    """
    one = to.suffix == ".parquet"
    if to.is_dir() if one else to.exists() and not (to.is_dir() and not any(to.iterdir())):
        raise UsageFault(f"{to} is there already: name a file that ends in .parquet, or a folder that is not there yet")
    try:
        with TemporaryDirectory(dir=to.absolute().parent, prefix=f".{to.name}.") as drafts:
            made = Path(drafts) / "export"
            made.mkdir(mode=0o700)
            parts = _written(requests, made, one, tell)
            for file in made.iterdir():
                file.chmod(PRIVATE)
            told = Exported(parts.rows, len(list(made.iterdir())), sum(file.stat().st_size for file in made.iterdir()))
            (made / "whole.parquet" if one else made).replace(to)
            return told
    except OSError as error:
        raise UsageFault(f"{to} cannot be written: {error.strerror}") from error


def _written(requests: Iterable[tuple[str, Request]], folder: Path, one: bool, tell: Callable[[int], None]) -> Parts:
    with connected((folder,), ordered=True) as duck:
        parts = Parts(folder, duck)
        for shard, request in requests:
            parts.add(shard, request)
            if parts.rows % 10_000 == 0:
                tell(parts.rows)
        parts.write()
        if one:
            if len(parts.files) > 1:
                whole = str(folder / "whole.parquet").replace("'", "''")
                files = {"files": [str(file) for file in parts.files]}
                ask(duck, lambda: duck.execute(MERGE.format(whole), files))
            else:
                parts.files[0].replace(folder / "whole.parquet")
            for file in parts.files:
                file.unlink(missing_ok=True)
    return parts
