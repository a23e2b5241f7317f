"""`comity signer`: the log's key in a process of its own, which signs nothing but checkpoints that grow."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE
from comity.adapters.signer.memory import SigningMemory
from comity.adapters.signer.serving import listening, serve
from comity.proof.note import Signer
from comity.terms.errors import Fault, UsageFault


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    command = commands.add_parser("signer", help="hold the log's key in a process of its own", description=__doc__)
    command.add_argument("--socket", type=Path, required=True, metavar="PATH", help="where gateways ask")
    command.add_argument("--key", type=Path, required=True, metavar="FILE", help="the key, as log.key has it (0600)")
    command.add_argument(
        "--new", metavar="ORIGIN", help="make the key first, for the log of this name, if none is there"
    )


def run(options: argparse.Namespace) -> int:
    """Signs until SIGTERM or SIGINT; returns the exit status."""
    if options.new is not None:
        try:
            made = Signer(options.new, os.urandom(32))
            DISK.create_durably(options.key, (made.private_text + "\n").encode(), PRIVATE)
        except ValueError as error:
            raise UsageFault(f"--new {options.new}: {error}") from error
        except OSError as error:
            raise Fault(f"{options.key} cannot be made: {error}") from error
    memory = SigningMemory(options.key)
    listener = listening(options.socket)
    print(f"comity signer: {memory.vkey}\n  answers at {options.socket}", file=sys.stderr, flush=True)
    try:
        asyncio.run(_until_told(memory, listener))
    finally:
        options.socket.unlink(missing_ok=True)
    return 0


async def _until_told(memory: SigningMemory, listener: socket.socket) -> None:
    ended = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    server = await serve(memory, listener)
    await ended.wait()
    server.close()
