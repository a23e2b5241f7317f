"""Groups of an export's files, each worker's share grouped where it runs, and merged here.

The workers read the files by the names that they have here, from a file system that all share, and have this package
installed. What travels back is groups, never requests.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Any

from comity.adapters.duck import parquet_groups
from comity.posture.replay.groups import Groups, merged
from comity.posture.replay.identity import in_order
from comity.terms.errors import Fault, UsageFault

LOCAL = "local"
"""In place of an address: workers on this machine alone, which end with the work."""

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # Ray would tell its makers of every cluster
    "RAY_USAGE_STATS_PROMPT_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # what will be the rule; until then Ray warns of it
}

OWN: dict[str, Any] = {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
"""A cluster of our own: it listens on loopback, and shows nothing in a browser."""

REACH_S = 5.0
"""How long a cluster may take to answer at all."""

SHARES = 4
"""Shares of the files for each worker: the last one to end makes the others wait for a quarter of its work."""


def ray_groups(files: Sequence[Path], address: str, workers: int | None = None) -> Groups:
    """The groups that `adapters.duck.parquet_groups` gives, in the same order, made by the cluster at `address`.

    With `LOCAL` it is one of our own: `workers` is how many it has, as many as there are processors unless told.

    Raises:
        UsageFault: there is no file.
        Fault: there is no cluster at the address, or a worker could not group its share.
    """
    if not files:
        raise UsageFault("there is no Parquet file to group")
    os.environ.update(QUIET)
    try:
        import ray
    except ModuleNotFoundError as error:
        raise UsageFault(f"--ray needs {error.name}: pip install 'comity[scale]'") from error

    own = address == LOCAL
    if not own:
        _reach(address)
    try:
        ray.init(
            None if own else address,
            num_cpus=workers if own else None,
            logging_level=logging.ERROR,
            log_to_driver=False,
            **(OWN if own else {}),
        )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise Fault(f"no Ray cluster can be used at {address}: {str(error).splitlines()[0]}") from error
    try:
        count = max(1, int(ray.cluster_resources().get("CPU", 1)))  # type: ignore[no-untyped-call]
        grouping = ray.remote(num_cpus=1, max_retries=2)(_share)
        waiting = [grouping.remote(each) for each in shares([str(file.absolute()) for file in files], count * SHARES)]
        return in_order(reduce(merged, ray.get(waiting)))
    except ray.exceptions.RayError as error:
        raise Fault(f"a worker of the cluster could not group its files: {_last(error)}") from error
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    """Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        raise UsageFault(f"--ray {address}: give HOST:PORT of a Ray cluster, or {LOCAL}")
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH_S).close()
    except (OSError, OverflowError) as error:
        raise Fault(f"no Ray cluster answers at {address}: {error}") from error


def shares(files: Sequence[str], most: int) -> list[list[str]]:
    """Files in at most so many parts, in order and of as equal number as can be."""
    count = min(len(files), most)
    ends = [len(files) * at // count for at in range(count + 1)]
    return [list(files[begin:end]) for begin, end in pairwise(ends)]


def _share(files: list[str]) -> Groups:
    return parquet_groups([Path(file) for file in files])


def _last(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
