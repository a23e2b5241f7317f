"""The groups of an export in Parquet: by DuckDB here, or by the workers of a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from comity.posture.replay.groups import Groups
from comity.terms.errors import UsageFault


def is_export(log: str | None) -> bool:
    """Whether what was given as a log is a Parquet file, or a folder of some; a state folder is a log, whatever lies
    beside it."""
    if log is None:
        return False
    path = Path(log)
    if (path / "log").is_dir():
        return False
    return path.suffix == ".parquet" or any(path.glob("*.parquet"))


def export_groups(path: Path, ray: str | None, tell: Callable[[int], None]) -> Groups:
    """The groups of the export at `path`; `ray` is the address of a cluster, `tell` is told hundredths of the work.

    Raises:
        UsageFault: what reads it is not installed, or it is not there.
        Fault: it cannot be read, or the cluster cannot be used.
    """
    try:
        from comity.adapters.duck import exported, parquet_groups

        if ray is None:
            return parquet_groups(exported(path), tell)
        from comity.adapters.cluster import ray_groups
    except ModuleNotFoundError as error:
        raise UsageFault(f"an export is read with {error.name}: pip install 'comity[replay]'") from error
    return ray_groups(exported(path), ray)
