"""The child: `python -m comity.adapters.node MODEL.gguf`. Not for people; `EmbeddedNode` starts it.

Standard input: one line of JSON, `{"key": …}`, then open for as long as the node shall live. Standard output:
one line, `{"port": …, "pid": …, "engine": …, "cpu": …}` when requests can come, or `{"error": …}`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import TextIO

from .engine import Serving, features, serve, version
from .orphan import die_with_parent, wait_for_end_of_input

HELLO_BYTES_MAX = 4096  # a key and its braces
KEY_CHARACTERS_MIN = 32  # the engine takes an empty list of keys for an open door


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    die_with_parent()
    answer = claim_output()
    try:
        listening = serve(arguments(), read_key())
    except ModuleNotFoundError as cause:
        return fail(answer, f"{cause.name} is not installed")
    except (RuntimeError, ValueError) as cause:
        return fail(answer, str(cause))
    say(answer, {"port": listening.port, "pid": os.getpid(), "engine": version(), "cpu": features()})
    answer.close()
    fall_silent()
    wait_for_end_of_input()
    os._exit(0)  # the engine has nothing to save, and takes a tenth of a second to say so


def arguments() -> Serving:
    options = argparse.ArgumentParser(prog="python -m comity.adapters.node")
    options.add_argument("model", type=Path)
    options.add_argument("--alias", required=True)
    options.add_argument("--context", type=int, required=True)
    options.add_argument("--slots", type=int, required=True)
    options.add_argument("--threads", type=int, required=True)
    return Serving(**vars(options.parse_args()))


def claim_output() -> TextIO:
    """Standard output, for us alone: what a library prints goes to standard error from here on."""
    ours = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return ours


def read_key() -> str:
    """The key that requests must bear. It never stands on the command line, where every user of the machine
    could read it. Raises `ValueError` if the first line is not what the parent writes."""
    hello = json.loads(sys.stdin.buffer.readline(HELLO_BYTES_MAX) or b"null")
    key = hello.get("key") if isinstance(hello, dict) else None
    if not isinstance(key, str) or len(key) < KEY_CHARACTERS_MIN:
        raise ValueError("standard input gave no key")
    return key


def say(answer: TextIO, line: dict[str, object]) -> None:
    answer.write(json.dumps(line) + "\n")
    answer.flush()


def fail(answer: TextIO, reason: str) -> int:
    say(answer, {"error": reason})
    return 1


def fall_silent() -> None:
    """From here on the engine may have prompts to complain about, and those belong in no log."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
