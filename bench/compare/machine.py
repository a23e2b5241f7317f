"""The machine that the figures are from, and how long its disk takes to keep a small write."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

SYNCS = 200
"""Enough for a p99 that two slow ones do not make, and done within a second on a disk that a log can live on."""

ENTRY_BYTES = 1024
"""About what one request leaves in the log."""


def described(state: Path) -> dict[str, str]:
    """What a reader must know of the machine to judge a figure; nothing that names it or whose it is."""
    cpu = _first(r"^model name\s*: (.+)$", Path("/proc/cpuinfo"))
    clock = float(_first(r"^cpu MHz\s*: (.+)$", Path("/proc/cpuinfo")) or 0)
    memory = int(_first(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo")) or 0)
    return {
        "cpu": cpu or platform.processor() or platform.machine(),
        "cores": str(os.cpu_count()),
        "clock": f"{clock:.0f} MHz",
        "virtual": "yes" if _first(r"^flags\s*:.*\b(hypervisor)\b", Path("/proc/cpuinfo")) else "no",
        "memory": f"{memory / 2**20:.0f} GiB",
        "kernel": platform.release(),
        "file system of the log": _file_system(state),
        "python": f"{platform.python_version()} ({platform.python_compiler()}, {_linked()})",
    }


def slug(machine: dict[str, str]) -> str:
    """The machine in a folder's name."""
    return re.sub(r"[^a-z0-9]+", "-", f"{machine['cpu']} {machine['cores']} cores".lower()).strip("-")


def sync_times(folder: Path, count: int = SYNCS) -> list[float]:
    """Milliseconds of each of `count` appends of an entry's size with fdatasync, on the log's file system, sorted."""
    path = folder / "sync"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    times = []
    try:
        for _ in range(count):
            began = time.perf_counter()
            os.write(handle, b"\n" * ENTRY_BYTES)
            os.fdatasync(handle)
            times.append((time.perf_counter() - began) * 1e3)
    finally:
        os.close(handle)
        path.unlink()
    return sorted(times)


def said(command: Sequence[str], pattern: str) -> str:
    """What of a program's words matches `pattern` (its group 1): how versions are asked for. Empty if not here."""
    if not shutil.which(command[0]):
        return ""
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    match = re.search(pattern, ran.stdout + ran.stderr)
    return match[1] if match else ""


def _first(pattern: str, path: Path) -> str:
    match = re.search(pattern, path.read_text(errors="replace"), re.MULTILINE)
    return match[1].strip() if match else ""


def _linked() -> str:
    """A Python that is one program is often a tenth faster than one that is a shared library."""
    return "shared" if "libpython" in Path("/proc/self/maps").read_text() else "static"


def _file_system(folder: Path) -> str:
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    inside = [fields for fields in mounts if folder.resolve().is_relative_to(fields[1])]
    return max(inside, key=lambda fields: len(fields[1]))[2] if inside else "unknown"
