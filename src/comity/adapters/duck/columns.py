"""The columns of an export: one row a request. docs/reference/export.md is made of this table."""

from __future__ import annotations

from typing import NamedTuple

from comity.posture.replay.groups import BOUNDS_MS


class Column(NamedTuple):
    """A column: its name, its type in DuckDB's words, and what it means."""

    name: str
    type: str
    says: str


KEY = (
    Column("application", "VARCHAR", "whose key was used"),
    Column("operation", "VARCHAR", "`infer` or `embed`"),
    Column("added_data", "VARCHAR[]", "classes of data that the request added to its application's case"),
    Column("added_subjects", "VARCHAR[]", "jurisdictions of people that it added"),
    Column("added_purposes", "VARCHAR[]", "purposes that it added"),
    Column("model", "VARCHAR", "the model or alias that was asked for"),
    Column("wish", "VARCHAR", "what narrowed the choice beyond the model, as canonical JSON; empty for nothing"),
    Column("realm", "VARCHAR", "digest of the realm that ruled"),
    Column("conditions", "VARCHAR", "digest of the conditions that ranked; empty for a denial that names none"),
    Column("mode", "VARCHAR", "`enforce` or `observe`"),
    Column("period", "VARCHAR", "the month in which it was received, UTC: `2026-11`"),
    Column("placement", "VARCHAR", "digest of the placement; empty for a denial"),
    Column("deployment", "VARCHAR", "the one that answered; empty if none did"),
    Column("rules", "VARCHAR[]", "of a denial, the rules that forbid"),
    Column("status", "VARCHAR", "`answered`, `refused` (by law or policy) or `failed` (placed, and none answered)"),
)
"""What a request is grouped by: the members of `Asked`, in their order."""

FIGURES = (
    Column("received", "TIMESTAMP_MS", "when its head was read, UTC"),
    Column("shard", "VARCHAR", "the shard of the log that has it"),
    Column("at", "BIGINT", "index of its intent or denial there: `shard.at` is its receipt's id"),
    Column("prompt_tokens", "INTEGER", "as the deployment reported them; null if unknown"),
    Column("completion_tokens", "INTEGER", "as the deployment reported them; null if unknown"),
    Column("cost", "BIGINT", "10^-9 of `currency`; null if unknown"),
    Column("currency", "VARCHAR", "of the stack; empty where no price is known"),
    Column("first_byte_ms", "INTEGER", "from `received` to the first byte of the answer; null if there was none"),
    Column("total_ms", "INTEGER", "from `received` to the end of the answer"),
    Column("finish", "VARCHAR", "how it ended (docs/spec/entry.md); `denied` for a denial"),
)

GROUP = (
    Column("asked", "BIGINT", "what it is grouped by, as a number: the first eight bytes of a SHA-256"),
    Column("first", "BOOLEAN", "true in at least one row of each group of a file"),
)
"""Grouping by a number is several times as quick as by fifteen columns, which are then read of a group's first row."""

COLUMNS = (*FIGURES, *KEY, *GROUP)

BUCKET = (
    "CASE WHEN first_byte_ms IS NULL THEN -1 "
    + " ".join(f"WHEN first_byte_ms <= {bound} THEN {at}" for at, bound in enumerate(BOUNDS_MS))
    + f" ELSE {len(BOUNDS_MS)} END::TINYINT"
)
"""Which bucket of the latency histogram a row falls in."""

ROW_GROUP = 122_880
"""Rows that are compressed and read together: DuckDB's own measure, of 60 vectors."""

AS_PARQUET = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"


def names(columns: tuple[Column, ...]) -> str:
    """Their names, for a SELECT."""
    return ", ".join(f'"{column.name}"' for column in columns)
