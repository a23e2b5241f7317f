"""Large exports of a log that never was, made by DuckDB in the shape that `comity log export` writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from bench.made.assigned import SEED, SLOTS
from bench.made.spans import FIRST, LAST, Span, ms
from bench.made.trace import arrivals
from comity.adapters.duck.columns import AS_PARQUET, COLUMNS, KEY
from comity.posture.replay.identity import number_of

HOUR_MS = 3_600_000

PREFILL = 8
"""Tokens of a prompt that a made deployment reads in a millisecond, after its configured latency; then it writes one
token each `WRITES_MS`."""

WRITES_MS = 20

_PLACED = "status = 'answered'"
_FIRST = f"latency_ms + prompt // {PREFILL} + chance % 97"

VALUES = {
    "received": "make_timestamp_ms(begun + after_ms)",
    "shard": "'made00000'",
    "at": "i",
    "prompt_tokens": f"CASE WHEN {_PLACED} THEN prompt END",
    "completion_tokens": f"CASE WHEN {_PLACED} THEN completion END",
    "cost": f"CASE WHEN {_PLACED} THEN prompt::BIGINT * price_in + completion * price_out END",
    "currency": f"CASE WHEN {_PLACED} THEN 'EUR' ELSE '' END",
    "first_byte_ms": f"CASE WHEN {_PLACED} THEN {_FIRST} END",
    "total_ms": f"CASE WHEN {_PLACED} THEN {_FIRST} + completion * {WRITES_MS} ELSE 1 END",
    "finish": f"CASE WHEN {_PLACED} THEN 'stop' WHEN status = 'failed' THEN 'error' ELSE 'denied' END",
    "first": "is_first",
}

CHANCE = f"(((i * 48271 + {SEED}) % 2147483647) * 16807) % 2147483647"
"""Two steps of a well-known generator, as plain arithmetic: the same in every version of DuckDB."""

SELECT = f"""
WITH numbered AS (
  SELECT i, {CHANCE} AS chance, (i - $first) // $copies_of AS copy, (i - $first) % $copies_of AS j,
    i - $first < $groups AS is_first
  FROM range($first, $last) numbers(i)
), timed AS (
  SELECT *, least($begin + (copy * $every)::BIGINT, $end - {HOUR_MS}) AS begun FROM numbered JOIN trace USING (j)
), assigned AS (
  SELECT timed.*, CASE WHEN is_first THEN i - $first ELSE row END AS key
  FROM timed JOIN slots ON slot = chance % {SLOTS}
)
SELECT {", ".join(f'({VALUES.get(name, name)})::{kind} AS "{name}"' for name, kind, _ in COLUMNS)}
FROM assigned JOIN keys USING (key)
"""


def write(
    spans: list[Span], requests: int, folder: Path, tell: Callable[[int], None] = lambda rows: None
) -> list[Path]:
    """Write an export of about `requests` requests into `folder`, a file a span: whole copies of the trace's hour,
    evenly over the year. The first requests of a span are one of each group.

    Returns its files. Takes some twelve seconds for ten million on two cores, and 15 bytes a request.
    """
    duck = duckdb.connect(config={"memory_limit": "2GB", "preserve_insertion_order": False, "threads": 2})
    trace = arrivals()
    columns = {"after_ms": 0, "prompt": 1, "completion": 2}
    duck.register(
        "trace",
        {name: np.array([each[at] for each in trace]) for name, at in columns.items()} | {"j": np.arange(len(trace))},
    )
    copies = max(1, round(requests / len(trace)))
    every = (ms(LAST) - ms(FIRST)) / copies
    made: list[Path] = []
    done = 0
    for span in spans:
        here = [at for at in range(copies) if span.begin <= ms(FIRST) + at * every < span.end]
        if not here:
            continue
        _register(duck, span)
        last = done + len(here) * len(trace)
        path = folder / f"made-{len(made):03d}.parquet"
        told = {"first": done, "last": last, "copies_of": len(trace), "groups": len(span.rows), "every": every}
        told |= {"begin": round(ms(FIRST) + here[0] * every), "end": span.end}
        duck.execute(f"COPY ({SELECT}) TO '{path}' {AS_PARQUET}", told)
        made.append(path)
        done = last
        tell(done)
    duck.close()
    return made


def _register(duck: duckdb.DuckDBPyConnection, span: Span) -> None:
    """Tables of a span: `slots` of the distribution, and the `keys` that they stand for."""
    row = np.repeat(np.arange(len(span.rows)), [each.slots for each in span.rows])
    duck.register("slots", {"slot": np.arange(SLOTS), "row": row})
    duck.execute("DROP TABLE IF EXISTS keys")
    kinds = ", ".join(f'"{name}" {kind}' for name, kind, _ in KEY)
    duck.execute(f"CREATE TABLE keys (key INT, asked BIGINT, price_in INT, price_out INT, latency_ms INT, {kinds})")
    values = []
    for at, each in enumerate(span.rows):
        data, subjects, purposes = map(list, each.asked.added)
        plain = {name: getattr(each.asked, name, None) for name, _, _ in KEY}
        plain |= {
            "added_data": data,
            "added_subjects": subjects,
            "added_purposes": purposes,
            "rules": list(each.asked.rules),
        }
        values.append([at, number_of(each.asked), each.price_in, each.price_out, each.latency_ms, *plain.values()])
    duck.executemany(f"INSERT INTO keys VALUES ({', '.join('?' * len(values[0]))})", values)
