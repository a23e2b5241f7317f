"""`comity receipt close`: the same receipt with blocks closed. It proves as before, and does not say what they hold."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from comity.adapters.whole_files import write_whole
from comity.proof.leaf import BLOCKS, Block
from comity.proof.receipt import MAX_RECEIPT_BYTES, ClosedBlock, Receipt, ReceiptError, ShownEntry, read_receipt
from comity.terms.errors import Fault, UsageFault

_OPENED_BY = {"request": "intent", "response": "outcome", "upstream-request": "outcome", "upstream-response": "outcome"}
"""The entry whose content has the commitment that an opening is for; in a denial it is the denial."""


def add_close(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the verb."""
    close = verbs.add_parser("close", help="take what blocks say out of it; it stays valid", description=__doc__)
    close.add_argument("receipt", metavar="RECEIPT", help="the receipt file, or - for standard input")
    close.add_argument(
        "--block", action="append", required=True, metavar="[KIND.]BLOCK",
        help=f"{', '.join(BLOCKS)}, of every entry shown or of one: intent.{BLOCKS[2]}",
    )  # fmt: skip
    close.add_argument("--out", type=Path, metavar="FILE", help="the file to write (default: standard output)")


def close(options: argparse.Namespace) -> int:
    """Closes, and writes the receipt."""
    receipt = _receipt(options.receipt)
    chosen = {entry: _chosen(entry, receipt, options.block) for entry in receipt.entries}
    closed = Receipt(
        {kind: _closed(shown, chosen[kind]) for kind, shown in receipt.entries.items()},
        {role: key for role, key in receipt.openings.items() if "content" not in chosen[_about(role, receipt)]},
        receipt.extra,
    )
    data = closed.encode() + b"\n"
    if options.out is None:
        sys.stdout.buffer.write(data)
        return 0
    write_whole(options.out, data)
    names = ", ".join(f"{kind}.{name}" for kind, blocks in chosen.items() for name in BLOCKS if name in blocks)
    print(f"{options.out}: closed {names}")
    return 0


def _receipt(given: str) -> Receipt:
    try:
        if given == "-":
            data = sys.stdin.buffer.read(MAX_RECEIPT_BYTES + 1)
        else:
            with Path(given).open("rb") as file:
                data = file.read(MAX_RECEIPT_BYTES + 1)
        return read_receipt(data)
    except OSError as error:
        raise UsageFault(f"{given} cannot be read: {error.strerror}") from error
    except ReceiptError as error:
        raise UsageFault(f"{given} is no receipt: {error}") from error


def _chosen(kind: str, receipt: Receipt, given: list[str]) -> set[Block]:
    chosen: set[Block] = set()
    for text in given:
        entry, _, name = text.rpartition(".")
        if name not in BLOCKS or (entry and entry not in receipt.entries):
            shown = ", ".join(f"{each}.{block}" for each in receipt.entries for block in BLOCKS)
            raise UsageFault(f"--block {text}: this receipt has {shown}")
        if text == "outcome.party":
            raise UsageFault("--block outcome.party: it says which intent the outcome is of, and must be shown")
        # an outcome's party is that of its intent, by reference
        if entry == kind or (not entry and (kind, name) != ("outcome", "party")):
            chosen |= {block for block in BLOCKS if block == name}
    return chosen


def _closed(shown: ShownEntry, blocks: set[Block]) -> ShownEntry:
    closed = shown
    for name in blocks:
        if not isinstance(shown.blocks[name], ClosedBlock):
            closed = closed.close(name)
    if closed.leaf_value != shown.leaf_value:
        raise Fault("a block cannot be closed: the receipt would not prove as before")
    return closed


def _about(role: str, receipt: Receipt) -> str:
    kind = _OPENED_BY[role]
    return kind if kind in receipt.entries else next(iter(receipt.entries))
