"""A question to DuckDB that Ctrl-C ends at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import duckdb

Given = TypeVar("Given")

AGAIN_S = 0.05
"""Between two requests to end: one that comes before a statement has begun is forgotten when it begins."""


def ask(duck: duckdb.DuckDBPyConnection, question: Callable[[], Given]) -> Given:
    """What `question` gives, which has statements of `duck` run; it runs in a thread beside the one that waits here.

    DuckDB itself looks for signals in the thread that asks, between pieces of work: while that one waits for pieces
    of others, an interrupt would be noticed when the statement is over.

    Raises:
        KeyboardInterrupt: Ctrl-C; the statement has ended.
        Exception: whatever `question` raises.
    """
    with ThreadPoolExecutor(1, "duckdb") as beside:
        answer = beside.submit(question)
        try:
            return answer.result()
        finally:
            while not answer.done():
                duck.interrupt()
                wait((answer,), AGAIN_S)
