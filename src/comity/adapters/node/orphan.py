"""How a child learns that its parent is gone, so that no model is left running by a gateway that died."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """On Linux, have the kernel kill this process when the thread that started it ends.

    A second rope: the first is the end of standard input, which a stray copy of the pipe could hold open.
    Raises `OSError` if the kernel refuses.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl(PR_SET_PDEATHSIG): {os.strerror(code)}")


def wait_for_end_of_input() -> None:
    """Return when the parent closes our standard input, or dies. What it writes meanwhile is dropped."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
