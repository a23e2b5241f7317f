"""Programs that the harness starts: pinned to a core, watched through /proc, ended with everything they started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

STOP_S = 8.0
"""From SIGTERM until what is still there is killed: a gateway drains."""

GATEWAY_CORES = frozenset({0})
LOAD_CORES = frozenset(os.sched_getaffinity(0)) - GATEWAY_CORES or GATEWAY_CORES
"""On a machine with one core they share it, and no figure is worth anything."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident bytes of the process that works, and of all that belong to it."""

    worker: int
    tree: int


class Running:
    """A program that was started, and the processes that it started."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cores: Iterable[int],
        folder: Path,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        pinned = ["taskset", "-c", ",".join(map(str, sorted(cores))), *command]
        self.log = log
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                pinned,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )

    @property
    def ended(self) -> bool:
        """Whether it is no longer there."""
        return self._process.poll() is not None

    def tree(self) -> list[int]:
        """Its process and all below it."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (fields := _stat(int(entry.name))):
                parents[int(entry.name)] = int(fields[1])
        found = [self._process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def cpu_seconds(self) -> float:
        """User and system time of the tree so far, with that of children that have ended."""
        return sum(sum(map(int, fields[11:15])) for pid in self.tree() if (fields := _stat(pid))) / TICKS

    def memory(self, worker: str = "") -> Memory:
        """Resident memory now. The worker is the largest process, or the one with `worker` in its command line."""
        sizes = self._sizes()
        return Memory(sizes[self.worker(worker)], sum(sizes.values()))

    def worker(self, words: str) -> int:
        """The process that has these words in its command line; without words, or such a process, the largest."""
        sizes = self._sizes()
        named = [pid for pid in sizes if words and words in _words(pid)]
        return max(named or sizes, key=lambda pid: sizes[pid])

    def _sizes(self) -> dict[int, int]:
        return {pid: int(fields[21]) * PAGE for pid in self.tree() if (fields := _stat(pid))}

    def stop(self) -> None:
        """End it and all that it started; returns when they are gone."""
        for number, seconds in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, STOP_S)):
            if self.ended:
                break
            os.killpg(self._process.pid, number)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        try:
            os.killpg(self._process.pid, signal.SIGKILL)  # whoever of its group outlived it
        except ProcessLookupError:
            return


def core_seconds(cores: Iterable[int]) -> float:
    """Time that these cores were not idle since the machine began, whoever used it."""
    wanted = {f"cpu{core}" for core in cores}
    busy = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name in wanted:
            user, nice, system, _idle, _wait, irq, soft, steal = map(int, fields[:8])
            busy += user + nice + system + irq + soft + steal
    return busy / TICKS


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name, beginning with the state; none if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
