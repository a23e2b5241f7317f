"""`comity verify`: check a receipt, offline. 0 it is valid, 1 it is not, 2 it could not be read or is no receipt.

With --replay, 0 is said only where the law and the stack of that instant give what the receipt shows.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.cli.receipt_doubts import doubts
from comity.cli.receipt_prose import clean, moment, sentences
from comity.cli.stamped import stamped_at
from comity.cli.trust import NOBODY, add_trust, trusted
from comity.proof.inclusion import InclusionProof
from comity.proof.note import Note
from comity.proof.receipt import MAX_RECEIPT_BYTES
from comity.proof.verify import Failure, Verification, verify_file
from comity.terms.errors import UsageFault

if TYPE_CHECKING:
    from comity.cli.replayed import Account

MAX_BODY_BYTES = 1 << 30
"""Of --request and --response: far above any body that a gateway relays."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    verify = commands.add_parser("verify", help="check a receipt, offline", description=__doc__)
    verify.add_argument("receipt", metavar="RECEIPT", help="the receipt file, or - for standard input")
    add_trust(verify)
    verify.add_argument(
        "--request", type=Path, metavar="FILE", help="the request's body as sent: check that it is the one"
    )
    verify.add_argument("--response", type=Path, metavar="FILE", help="the answer's body as received: the same")
    verify.add_argument(
        "--replay", type=Path, metavar="BUNDLE", help="ask the law of that instant again, from `comity realm export`"
    )
    verify.add_argument(
        "--tsa", type=Path, metavar="FILE", help="PEM of a timestamp authority's root: check the time that it attests"
    )
    verify.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Verifies, prints, and returns the exit status."""
    from_stdin = options.receipt == "-"
    near = [Path.cwd()] if from_stdin else [Path.cwd(), Path(options.receipt).resolve().parent]
    policy = trusted(options, near)
    request = None if options.request is None else _read(options.request, MAX_BODY_BYTES)
    response = None if options.response is None else _read(options.response, MAX_BODY_BYTES)
    data = (
        sys.stdin.buffer.read(MAX_RECEIPT_BYTES + 1) if from_stdin else _read(Path(options.receipt), MAX_RECEIPT_BYTES)
    )
    result = verify_file(data, policy, request=request, response=response)
    pin = _to_pin(result)
    stamped = None if options.tsa is None or result.failure is not None else stamped_at(result, options.tsa)
    if isinstance(stamped, Failure):
        result = replace(result, failure=stamped)
    told = None if options.replay is None or result.failure is not None else _replayed(result, options.replay)
    if options.json:
        document = _document(result, pin)
        if isinstance(stamped, int):
            document["timestamp"] = stamped
        if told is not None:
            document["replay"] = told.document()
        print(json.dumps(document, indent=2, sort_keys=True))
    elif result.failure is None:
        print("Valid." if told is None or told.replayed.holds else "Valid, but not shown to be what the law gives.")
        print("\n".join(sentences(result)))
        for doubt in doubts(result):
            print(f"It does not fit together: {doubt}")
        if isinstance(stamped, int):
            print(
                f"The timestamp authority saw its checkpoint at {moment(stamped * 1000)}: all of it was there by then."
            )
        if told is not None:
            from comity.cli.replayed import lines

            print("\n".join(lines(told)))
        print("A ruling speaks of the rules that were in force there; it never says that something was lawful.")
    else:
        print(f"Not valid: {result.failure.name} (step {result.failure.step}).")
        print(clean(result.failure.sentence))
        if pin and policy is NOBODY:
            print("No key is trusted here: give --key or --policy, or run this beside the gateway's .comity folder.")
        if pin:
            print(f"The key to pin begins with {clean(pin)}: ask the log's owner for it, not who gave you the receipt.")
    if result.failure is None:
        return 0 if told is None or told.replayed.holds else 1
    return 2 if result.failure.is_no_receipt else 1


def _replayed(result: Verification, bundle: Path) -> Account:
    try:
        from comity.cli.replayed import account
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "comity":
            raise
        raise UsageFault(
            f"--replay needs {error.name}, which is not installed: pip install 'comity[serve]'; without --replay the"
            " receipt verifies as it is"
        ) from error
    return account(result, bundle)


def _read(file: Path, limit: int) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise UsageFault(f"{file} cannot be read: {error.strerror}") from error
    if len(data) > limit and limit == MAX_BODY_BYTES:
        raise UsageFault(f"{file} is larger than {limit} bytes")
    return data


def _to_pin(result: Verification) -> str | None:
    """Name and id of the key that signed, as its vkey begins, if nobody that is trusted did."""
    if result.failure is None or result.failure.name != "unknown-signer" or result.receipt is None:
        return None
    entry = next(iter(result.receipt.entries.values()))
    note = Note.parse(InclusionProof.parse(entry.proof).checkpoint)
    origin = note.text.partition("\n")[0]
    ids = [line.key_id.hex() for line in note.signatures if line.name == origin]
    return f"{origin}+{ids[0]}+" if ids else f"{origin}+"


def _document(result: Verification, pin: str | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "valid": result.valid,
        "receipt": result.receipt_id,
        "failure": None,
        "checked": list(result.checked_bytes),
        "doubts": doubts(result) if result.valid else [],
        "complete": result.valid and ("outcome" in result.entries or "denial" in result.entries),
        "entries": {},
    }
    if result.failure is not None:
        document["failure"] = result.failure._asdict()
    if pin is not None:
        document["pin"] = pin
    if result.signer is not None:
        document["log"] = {"origin": result.signer.name, "key": result.signer.text}
    for kind, entry in result.entries.items():
        shown = {name: entry.shown.block(name) for name in entry.shown.blocks}
        document["entries"][kind] = {
            "index": entry.index,
            "tree_size": entry.checkpoint.size,
            "witnesses": entry.witnesses,
            "blocks": {name: block for name, block in shown.items() if block is not None},
        }
    return document
