"""DuckDB, held: the files that it is told of and no others, no network, a bound on memory and threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import duckdb

from comity.adapters.duck.asking import ask
from comity.terms.errors import Fault

MEMORY = "640MB"
"""Buffers and hash tables; with the interpreter and the groups it gives, a process stays below 1 GB. What needs more
goes to the disk."""

LOOK_S = 0.2
"""Between two looks at how far a statement is."""

MAX_THREADS = 8
"""Each holds buffers of its own; beyond this many, memory is short before the processors are."""


class DuckFault(Fault):
    """A file could not be read or written as Parquet; the message names it."""


@contextmanager
def connected(
    folders: Iterable[Path], paths: Iterable[Path] = (), *, ordered: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that may touch files below `folders`, and `paths`, and what it spills; nothing else.

    Unless `ordered`, rows may come in another order than they were read in, which needs less memory.

    Raises:
        DuckFault: what was asked of it failed.
    """
    with TemporaryDirectory(prefix="comity-duck-") as spilled:
        connection = duckdb.connect(
            config={
                "allow_community_extensions": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "memory_limit": MEMORY,
                "preserve_insertion_order": ordered,
                "temp_directory": spilled,
                "threads": min(len(os.sched_getaffinity(0)), MAX_THREADS),
            }
        )
        try:
            ask(connection, lambda: _confine(connection, [*folders, Path(spilled)], paths))
            yield connection
        except duckdb.Error as error:
            raise DuckFault(f"DuckDB: {str(error).splitlines()[0]}") from error
        finally:
            connection.close()


def _confine(duck: duckdb.DuckDBPyConnection, folders: Iterable[Path], paths: Iterable[Path]) -> None:
    duck.execute("SET allowed_directories = $folders", {"folders": [str(each.absolute()) for each in folders]})
    duck.execute("SET allowed_paths = $paths", {"paths": [str(each.absolute()) for each in paths]})
    duck.execute("SET enable_progress_bar = true")
    duck.execute("SET enable_progress_bar_print = false")  # it is asked for; nothing is printed
    duck.execute("SET enable_external_access = false")
    duck.execute("SET lock_configuration = true")


@contextmanager
def watched(duck: duckdb.DuckDBPyConnection, tell: Callable[[int], None]) -> Iterator[None]:
    """While the block runs its statements, `tell` is told how many hundredths of the present one are done."""
    over = Event()

    def look() -> None:
        while not over.wait(LOOK_S):
            tell(max(0, int(duck.query_progress())))

    looking = Thread(target=look, name="progress", daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
