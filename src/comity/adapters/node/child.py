"""One life of a child process: launch it, give it its key, hear its port, end it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .shelf import NodeError

START_LIMIT_S = 120  # a few GB from a slow disk; the shipped model takes a fifth of a second
STOP_LIMIT_S = 2  # the child has nothing to finish
COMPLAINT_LINES = 3  # of the engine, in our message

# Of our environment the child sees only what an interpreter needs: the rest holds upstreams' keys.
INHERITED = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")


class Hello(NamedTuple):
    """A child's first words: the loopback port where it answers, its engine, what of the processor that uses."""

    port: int
    engine: str
    cpu: str


_STAMP = re.compile(r"^[\d.]+ [EWI] \s*")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Tokens of context for each request, requests at a time, threads of computation."""

    context: int = 1024
    slots: int = 4
    threads: int = 1


async def launch(model: Path, alias: str, sizes: Sizes, key: str) -> tuple[Process, Hello]:
    """A child that answers on the loopback port that it says. If it fails, or we are cancelled, none is left.

    Raises `NodeError` with the engine's own words if the model does not load, or nothing comes in
    `START_LIMIT_S`.
    """
    process = await _spawn(model, alias, sizes)
    hello: Hello | None = None
    try:
        async with asyncio.timeout(START_LIMIT_S):
            hello = await _first_words(process, key)
    except TimeoutError:
        raise NodeError(f"the embedded node cannot serve {model}: no answer in {START_LIMIT_S} s") from None
    except NodeError as cause:
        raise NodeError(f"the embedded node cannot serve {model}: {cause}") from None
    finally:
        if hello is None:
            await end(process)
    return process, hello


async def end(process: Process) -> None:
    """Close its standard input, which it takes for our death; kill it if that does not help."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _spawn(model: Path, alias: str, sizes: Sizes) -> Process:
    # -P: a folder named like a module of ours, where the gateway was started, must not be imported.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "comity.adapters.node"),
        *(str(model), "--alias", alias),
        *("--context", str(sizes.context)),
        *("--slots", str(sizes.slots)),
        *("--threads", str(sizes.threads)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env={name: os.environ[name] for name in INHERITED if name in os.environ},
    )


async def _first_words(process: Process, key: str) -> Hello:
    """Give the child its key; its first words in return. Raises `NodeError` with the child's reason."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(json.dumps({"key": key}).encode() + b"\n")
    line = await process.stdout.readline()
    if not line:
        complaint = _complaint(await process.stderr.read())
        raise NodeError(f"the child ended before it answered: {complaint}")
    said = json.loads(line)
    if "error" in said:
        complaint = _complaint(await process.stderr.read())
        raise NodeError(f"{said['error']} {complaint}".strip())
    return Hello(int(said["port"]), str(said["engine"]), str(said["cpu"]))


def _complaint(standard_error: bytes) -> str:
    """The engine's first few lines, less its time stamps: the cause comes before its consequences."""
    lines = standard_error.decode(errors="replace").splitlines()
    return "; ".join(_STAMP.sub("", line).strip() for line in lines[:COMPLAINT_LINES])
