"""Ctrl-C and SIGTERM as KeyboardInterrupt, so that what is half written is removed, and children are ended."""

from __future__ import annotations

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)

LOOK_AGAIN_S = 0.02
"""Between two looks whether what is being loaded is there."""


def begin() -> None:
    """From now on they raise KeyboardInterrupt, whose argument is the exit status: 128 and the signal's number.

    A signal that whoever started us has ignored, as nohup does, stays so.
    """
    for number in SIGNALS:
        if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
            signal.signal(number, _raise)


def end() -> None:
    """The command is over: from now on they end the process at once, and nothing has to be put in order."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def _raise(number: int, frame: FrameType | None) -> None:
    """While a module is loaded, wait: in the middle of that a library in C loses an interrupt, or aborts."""
    if _loads(frame):
        signal.signal(signal.SIGALRM, lambda _, later: _raise(number, later))
        signal.setitimer(signal.ITIMER_REAL, LOOK_AGAIN_S)
    else:
        raise KeyboardInterrupt(128 + number)


def _loads(frame: FrameType | None) -> bool:
    """Whether a module is being loaded there."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
