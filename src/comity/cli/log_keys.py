"""`comity log keys`: the verifier keys of a log and of each of its shards, and a second key for it."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from comity.adapters.ledger import shards
from comity.adapters.signer.second import PUBLIC_FILE, create_second
from comity.cli.log_folder import log_folder
from comity.proof.checkpoint import shard_origin
from comity.proof.note import NoteError, VerifierKey
from comity.terms.errors import Fault, UsageFault


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the verb."""
    keys = verbs.add_parser(
        "keys",
        help="the keys that a log is verified with",
        description="The vkeys of a gateway's log, for a policy of Comity, and of each shard, for tools that know C2SP "
        "alone. With --ml-dsa, a second key is made first: from its next start on the gateway signs with both.",
    )
    keys.add_argument("log", metavar="DIR", help="a state folder such as .comity")
    keys.add_argument("--ml-dsa", action="store_true", help="make an ML-DSA-44 key too, and sign with both from now on")
    keys.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Makes the key if one is asked for, prints all; returns the exit status."""
    state = log_folder(Path(options.log))
    if not (state / "log.vkey").is_file():
        raise UsageFault(f"{state} has no log yet: a gateway makes its key at its first start")
    first = _read(state / "log.vkey")
    if options.ml_dsa:
        create_second(state, first.name, os.urandom)
    keys = [first, *(_read(file) for file in [state / PUBLIC_FILE] if file.is_file())]
    names = [first.name, *(shard_origin(first.name, shard) for shard in shards(state))]
    found = {name: [key.named(name).text for key in keys] for name in names}
    if options.json:
        print(json.dumps({"keys": found}, indent=2))
    else:
        print("\n".join(text for texts in found.values() for text in texts))
    return 0


def _read(file: Path) -> VerifierKey:
    try:
        return VerifierKey.parse(file.read_text("utf-8"))
    except (OSError, NoteError, UnicodeDecodeError) as error:
        raise Fault(f"{file} cannot be read: {error}") from error
