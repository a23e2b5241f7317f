"""Exports of a log as Parquet, written and grouped by DuckDB; nothing else knows DuckDB."""

from comity.adapters.duck.connection import DuckFault
from comity.adapters.duck.grouping import exported, parquet_groups

__all__ = ["DuckFault", "exported", "parquet_groups"]
