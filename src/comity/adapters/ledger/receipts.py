"""Building a receipt from the files of a shard, whoever writes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from comity.adapters.ledger.cosigning import read_witnessed
from comity.adapters.ledger.failures import LedgerCorrupt, NotYetCovered, UnknownReceipt
from comity.adapters.ledger.reading import read_entry
from comity.adapters.ledger.salts import ApplicationSalts
from comity.adapters.ledger.segment import Entry
from comity.adapters.ledger.tile_files import read_checkpoint, read_tile
from comity.adapters.timestamps.files import read_stamp
from comity.proof.checkpoint import Checkpoint, is_shard
from comity.proof.commitment import ROLES, marked, opening
from comity.proof.inclusion import InclusionProof
from comity.proof.note import Note
from comity.proof.reader import TreeReader
from comity.proof.receipt import Receipt, ShownEntry
from comity.proof.tree import leaf_hash, verify_inclusion
from comity.terms.digests import to_base64

_RECEIPT_ID = re.compile(r"([a-z0-9]{1,16})\.(0|[1-9][0-9]{0,17})")


def parse_receipt_id(receipt_id: str) -> tuple[str, int]:
    """Shard and index of a receipt id.

    Raises:
        UnknownReceipt: it is not of the form `<shard>.<index>`.
    """
    match = _RECEIPT_ID.fullmatch(receipt_id)
    if match is None or not is_shard(match[1]):
        raise UnknownReceipt("a receipt id has the form <shard>.<index>")
    return match[1], int(match[2])


def last_index(state: Path, shard: str, index: int) -> int:
    """Index of the outcome of the intent at `index`, or `index` itself for a denial or an intent still open.

    Raises:
        UnknownReceipt: no intent or denial is there.
    """
    return _entries(state, shard, index)[-1].index


def build_receipt(state: Path, shard: str, index: int, *, openings: bool = True, ref: str = "") -> dict[str, Any]:
    """Build the receipt of the intent or denial at `index` of `shard` from files alone.

    With `openings`, it carries the keys with which the bytes can be checked, as long as the application's erasure
    salt is there. A request with an erasure ref has them for who knows `ref`.

    Raises:
        UnknownReceipt: no such shard, or no intent or denial there.
        NotYetCovered: the entry (or its outcome) is not under the shard's checkpoint yet.
        LedgerCorrupt: what is on disk does not prove the entry.
    """
    found = _entries(state, shard, index)
    folder = state / "log" / shard
    checkpoint, text = _best_checkpoint(folder, found[-1].index)
    reader = TreeReader(checkpoint.size, lambda tile: read_tile(folder, tile))
    shown = {entry.kind: _show(entry, reader, checkpoint, text) for entry in found}
    return Receipt(shown, _openings(state, shown, ref) if openings else {}, _attached(folder, text)).to_json()


def _best_checkpoint(folder: Path, index: int) -> tuple[Checkpoint, str]:
    """The checkpoint to show an entry by: one that was stamped, or that enough witnesses have cosigned, or the last."""
    stamp = read_stamp(folder)
    for text in (None if stamp is None else stamp.note, read_witnessed(folder), read_checkpoint(folder)):
        try:
            checkpoint = Checkpoint.parse(Note.parse(text).text) if text is not None else None
        except ValueError:  # of `witnessed`, which is not durable
            continue
        if checkpoint is not None and checkpoint.size > index:
            return checkpoint, text or ""
    raise NotYetCovered(f"entry {index} of shard {folder.name} is under no checkpoint yet")


def _attached(folder: Path, text: str) -> dict[str, Any]:
    """The timestamp of the checkpoint, if it is the one that was stamped."""
    stamp = read_stamp(folder)
    return {} if stamp is None or stamp.note != text else {"timestamp": to_base64(stamp.response)}


def _entries(state: Path, shard: str, index: int) -> list[Entry]:
    found = read_entry(state, shard, index) if is_shard(shard) else None
    if found is None or found[0].kind not in ("intent", "denial"):
        raise UnknownReceipt(f"no request has the receipt {shard}.{index}")
    entry, place = found
    if place.outcome is None:
        return [entry]
    outcome = read_entry(state, shard, place.outcome)
    if outcome is None or outcome[0].intent != index:
        raise LedgerCorrupt(f"shard {shard}: entry {place.outcome} is not the outcome of {index}")
    return [entry, outcome[0]]


def _show(entry: Entry, reader: TreeReader, checkpoint: Checkpoint, text: str) -> ShownEntry:
    try:
        path = tuple(reader.inclusion(entry.index))
        proof = InclusionProof(entry.index, path, text).text
        blocks = {"party": entry.party, "decision": entry.decision, "content": entry.content}
        shown = ShownEntry.of(entry.kind, entry.salt, blocks, proof)
    except (OSError, ValueError) as error:
        raise LedgerCorrupt(f"{checkpoint.origin}: entry {entry.index} cannot be shown: {error}") from error
    # a receipt that we would not accept ourselves is not given to anyone
    if not verify_inclusion(leaf_hash(shown.leaf_value), entry.index, checkpoint.size, path, checkpoint.root):
        raise LedgerCorrupt(f"{checkpoint.origin}: entry {entry.index} is not what its checkpoint signs")
    return shown


def _openings(state: Path, shown: dict[str, ShownEntry], ref: str) -> dict[str, bytes]:
    first = shown.get("intent") or shown["denial"]
    asked = first.block("content") or {}
    application = (first.block("party") or {}).get("application")
    answered = (shown["outcome"].block("content") or {}) if "outcome" in shown else asked
    try:
        nonce = bytes.fromhex(asked.get("nonce", ""))
        mark = asked.get("ref")
        if not isinstance(application, str) or (mark is not None and not ref):
            return {}
        salt = ApplicationSalts(state).get(application, ref if mark is not None else None)
    except ValueError:
        return {}
    if salt is None or not nonce or (mark is not None and marked(salt, nonce) != mark):
        return {}
    upstream = answered.get("upstream", {})
    committed = {
        "request": asked.get("request"),
        "response": answered.get("response"),
        "upstream-request": upstream.get("request"),
        "upstream-response": upstream.get("response"),
    }
    return {role: opening(salt, nonce, role) for role in ROLES if committed[role] is not None}
