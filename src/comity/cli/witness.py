"""`comity witness key | serve`: cosign the checkpoints of others' logs, so that none can show two histories."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.state import open_state, state_folder
from comity.adapters.witness.key_file import load_all, load_or_create
from comity.adapters.witness.logs import Logs, read_logs
from comity.adapters.witness.memory import WitnessMemory
from comity.adapters.witness.witness import Witness
from comity.api.witness import witness_pages
from comity.proof.cosignature import ML_DSA_44_COSIGNATURE
from comity.runtime.control import ControlPort
from comity.runtime.listening import address_of, listen
from comity.runtime.settings import LOOPBACK
from comity.runtime.tls import server_context
from comity.terms.errors import UsageFault

PORT = 4010
FOLDER = "witness"
"""Of the state folder: the key, and what was cosigned last for each log."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    witness = commands.add_parser("witness", help="cosign the checkpoints of others' logs", description=__doc__)
    verbs = witness.add_subparsers(dest="verb", metavar="VERB", required=True)
    key = verbs.add_parser("key", help="make the witness's key, if there is none, and print its vkey")
    serve = verbs.add_parser("serve", help="answer POST /add-checkpoint (C2SP tlog-witness) until SIGTERM or Ctrl-C")
    for verb in (key, serve):
        verb.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the witness's file")
        verb.add_argument("--state", type=Path, metavar="DIR", help="the state folder (default: .comity beside FILE)")
    key.add_argument("--ml-dsa", action="store_true", help="make an ML-DSA-44 key too, and sign with both from now on")
    serve.add_argument("--host", default=LOOPBACK, help=f"where it listens (default: {LOOPBACK})")
    serve.add_argument("--port", type=int, default=PORT, help=f"0: the kernel chooses (default: {PORT})")
    serve.add_argument("--tls-cert", type=Path, metavar="FILE", help="PEM certificate for TLS")
    serve.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM key of the certificate")
    serve.add_argument("--json", action="store_true", help="once it serves, print one line of JSON instead")


def run(options: argparse.Namespace) -> int:
    """Prints the vkey, or serves; returns the exit status."""
    logs = read_logs(options.config)
    folder = open_state(state_folder(options.config, options.state)) / FOLDER
    open_state(folder)
    if options.verb == "key" and options.ml_dsa:
        load_or_create(folder, logs.witness, ML_DSA_44_COSIGNATURE, os.urandom)
    cosigners = load_all(folder, logs.witness, os.urandom)
    vkeys = tuple(cosigner.key.text for cosigner in cosigners)
    if options.verb == "key":
        print("\n".join(vkeys))
        return 0
    if (options.tls_cert is None) != (options.tls_key is None):
        raise UsageFault("TLS needs both --tls-cert and --tls-key")
    memory = WitnessMemory(folder / "logs", tuple(cosigner.key for cosigner in cosigners))
    try:
        witness = Witness(cosigners, logs, memory, clock=unix_ms, ticks=time.monotonic)
        asyncio.run(_serve(options, witness, logs, vkeys))
    finally:
        memory.close()
    return 0


async def _serve(options: argparse.Namespace, witness: Witness, logs: Logs, vkeys: tuple[str, ...]) -> None:
    ended = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    certificate, key = (str(each) if each else "" for each in (options.tls_cert, options.tls_key))
    server_context(certificate, key)
    listening = listen(options.host, options.port, "--port")
    host, number = address_of(listening)
    pages = witness_pages(witness, vkeys, say=_say)
    port = ControlPort(pages, listening, certificate or None, key or None)
    port.start()
    if options.json:
        told = {"witness": logs.witness, "vkeys": vkeys, "address": [host, number], "logs": len(logs.known)}
        print(json.dumps(told), flush=True)
    else:
        print(
            f"comity witness: {' '.join(vkeys)}\n  listens at {host}:{number}, for {len(logs.known)} logs", flush=True
        )
    try:
        await ended.wait()
    finally:
        await port.stop()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
