"""Receipt files: one request, shown (docs/spec/receipt.md)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from comity.proof.commitment import ROLES
from comity.proof.entry import MAX_BLOCK_BYTES, SHOWN
from comity.proof.inclusion import MAX_PROOF_BYTES
from comity.proof.leaf import BLOCKS, block_hash, block_salt, value_of_hashes
from comity.terms import canon
from comity.terms.digests import SIZE, from_base64, to_base64

VERSION = 1
MAX_RECEIPT_BYTES = 262_144
"""Two proofs with 16 post-quantum cosignatures each, and all blocks at their limit, spelled as JSON."""


class ReceiptError(ValueError):
    """A file that is no receipt. `name` is the failure of docs/spec/verification.md, `unreadable` or `malformed`."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


@dataclass(frozen=True, slots=True)
class OpenBlock:
    """A block that is shown: its parsed value and its block salt."""

    value: dict[str, Any]
    salt: bytes

    @property
    def hash(self) -> bytes:
        """`h_b` of docs/spec/leaf.md."""
        return block_hash(self.salt, canon.encode(self.value))


@dataclass(frozen=True, slots=True)
class ClosedBlock:
    """A block that is not shown: its hash alone."""

    hash: bytes


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry of a receipt. `blocks` has all three names."""

    kind: str
    blocks: dict[str, OpenBlock | ClosedBlock]
    proof: str

    @property
    def leaf_value(self) -> bytes:
        """The entry's leaf value, from open and closed blocks."""
        party, decision, content = (self.blocks[name].hash for name in BLOCKS)
        return value_of_hashes(self.kind, party, decision, content)

    def block(self, name: str) -> dict[str, Any] | None:
        """The value of a block, or None if it is closed."""
        block = self.blocks[name]
        return block.value if isinstance(block, OpenBlock) else None

    def close(self, name: str) -> ShownEntry:
        """The same entry with one block closed; it proves as before."""
        return replace(self, blocks={**self.blocks, name: ClosedBlock(self.blocks[name].hash)})

    @classmethod
    def of(cls, kind: str, salt: bytes, blocks: dict[str, bytes], proof: str) -> ShownEntry:
        """Show an entry of the ledger whole: its salt, its blocks' canonical bytes, and its proof."""
        shown: dict[str, OpenBlock | ClosedBlock] = {
            name: OpenBlock(canon.parse_canonical(blocks[name]), block_salt(salt, name)) for name in BLOCKS
        }
        return cls(kind, shown, proof)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt file says.

    `entries` by kind: an intent, with its outcome if there is one yet, or a denial. `openings` by role. `extra` is what
    was attached, which nothing here authenticates.
    """

    entries: dict[str, ShownEntry]
    openings: dict[str, bytes]
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The receipt file as a JSON object."""
        file: dict[str, Any] = {"comity": VERSION}
        for kind, entry in self.entries.items():
            file[kind] = entry_to_json(entry)
        if self.openings:
            file["openings"] = {role: to_base64(key) for role, key in self.openings.items()}
        if self.extra:
            file["extra"] = self.extra
        return file

    @property
    def timestamp(self) -> bytes | None:
        """An RFC 3161 response to the checkpoint of the first entry's proof, if one is attached; not verified.

        Raises:
            ValueError: `extra.timestamp` is no base64.
        """
        text = self.extra.get("timestamp")
        if text is None:
            return None
        if not isinstance(text, str):
            raise ValueError("`extra.timestamp` is no text")
        return from_base64(text)

    def encode(self) -> bytes:
        """The receipt file in canonical form."""
        return canon.encode(self.to_json())


def read_receipt(data: bytes) -> Receipt:
    """Read a receipt file: steps 1 and 2 of docs/spec/verification.md. Nothing in it is verified yet.

    Raises:
        ReceiptError: it is no receipt; `name` and message say why.
    """
    # step 1: unreadable
    if len(data) > MAX_RECEIPT_BYTES:
        raise ReceiptError("unreadable", f"The file is larger than {MAX_RECEIPT_BYTES} bytes.")
    try:
        file = canon.parse(data)
    except canon.CanonError as error:
        raise ReceiptError("unreadable", f"The file is not the JSON of a receipt: {error}.") from error
    # step 2: malformed
    try:
        return _receipt(file)
    except ValueError as error:
        raise ReceiptError("malformed", f"The file is not a receipt: {error}.") from error


def _receipt(file: object) -> Receipt:
    members = _object(file, "the file", {"comity"}, {*SHOWN, "openings", "extra"})
    if members["comity"] != VERSION or members["comity"] is True:
        raise ValueError(f"`comity` is not {VERSION}, the version that this program reads")
    kinds = {kind for kind in SHOWN if kind in members}
    if kinds not in ({"intent"}, {"intent", "outcome"}, {"denial"}):
        raise ValueError("it shows neither an intent, with or without its outcome, nor a denial alone")
    entries = {str(kind): entry_from_json(kind, members[kind]) for kind in SHOWN if kind in kinds}
    openings = _object(members.get("openings", {}), "`openings`", set(), set(ROLES))
    if not isinstance(members.get("extra", {}), dict):
        raise ValueError("`extra` is not an object")
    roles = {role: _bytes32(text, f"openings.{role}") for role, text in openings.items()}
    return Receipt(entries, roles, members.get("extra", {}))


def entry_from_json(kind: str, value: object) -> ShownEntry:
    """An entry as a receipt file shows it, of any kind.

    Raises:
        ValueError: it is none; the message names the place.
    """
    members = _object(value, f"`{kind}`", {"blocks", "salts", "proof"}, {"closed"})
    blocks = _object(members["blocks"], f"{kind}.blocks", set(), set(BLOCKS))
    salts = _object(members["salts"], f"{kind}.salts", set(blocks), set())
    closed = _object(members.get("closed", {}), f"{kind}.closed", {str(name) for name in BLOCKS} - set(blocks), set())
    proof = members["proof"]
    if not isinstance(proof, str) or len(proof) > MAX_PROOF_BYTES:
        raise ValueError(f"{kind}.proof is not a string of at most {MAX_PROOF_BYTES} characters")
    if kind == "outcome" and "party" not in blocks:
        raise ValueError("the outcome's party block, which names the intent, is closed")
    shown: dict[str, OpenBlock | ClosedBlock] = {}
    for name in BLOCKS:
        if name in blocks:
            if not isinstance(blocks[name], dict) or len(canon.encode(blocks[name])) > MAX_BLOCK_BYTES:
                raise ValueError(f"{kind}.blocks.{name} is not an object of at most {MAX_BLOCK_BYTES} bytes")
            shown[name] = OpenBlock(blocks[name], _bytes32(salts[name], f"{kind}.salts.{name}"))
        else:
            shown[name] = ClosedBlock(_bytes32(closed[name], f"{kind}.closed.{name}"))
    return ShownEntry(kind, shown, proof)


def _object(value: object, place: str, required: set[str], optional: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{place} is not an object")
    if missing := sorted(required - set(value)):
        raise ValueError(f"{place} has no `{missing[0]}`")
    if unknown := sorted(set(value) - required - optional):
        raise ValueError(f"{place} has the unknown key `{unknown[0]}`")
    return value


def _bytes32(text: object, place: str) -> bytes:
    if not isinstance(text, str):
        raise ValueError(f"{place} is not a string")
    try:
        data = from_base64(text)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
    if len(data) != SIZE:
        raise ValueError(f"{place} has not {SIZE} bytes")
    return data


def entry_to_json(entry: ShownEntry) -> dict[str, Any]:
    """The same the other way round."""
    blocks, salts, closed = {}, {}, {}
    for name, block in entry.blocks.items():
        if isinstance(block, OpenBlock):
            blocks[name] = block.value
            salts[name] = to_base64(block.salt)
        else:
            closed[name] = to_base64(block.hash)
    shown: dict[str, Any] = {"blocks": blocks, "salts": salts}
    if closed:
        shown["closed"] = closed
    return {**shown, "proof": entry.proof}
