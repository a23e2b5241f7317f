"""What forgers work with: a log of which they may hold the key, in the words of docs/spec and from fixed keys."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.vectors import generate as plain

NAME = f"{plain.ORIGIN}/{plain.SHARD}"
WITNESS = "witness.example"
SEEN = 1795406401
FILLER = 5

Receipt = dict[str, Any]


class Exhibit(NamedTuple):
    """One lie.

    `failure` is the name under which it must be refused, `said` a part of the sentence that tells its own reason.
    `asked`: bytes that the reader checks too, by role.
    """

    name: str
    lie: str
    failure: str
    receipt: str
    said: str = ""
    asked: dict[str, str] = {}  # noqa: RUF012 - never changed


class Log:
    """Entries of the vectors (0 realm, 1 conditions, 2 intent, 3 denial, 4 its outcome), a second intent, its outcome."""

    def __init__(self, **changed: Callable[[dict[str, Any]], None]) -> None:
        """`changed` alters the blocks of an entry (`intent`, `denial`, `outcome`) before the operator enters it."""
        self.entries = plain.entries()
        for kind, change in changed.items():
            at = next(number for number, each in enumerate(self.entries) if each["kind"] == kind)
            blocks = copy.deepcopy(self.entries[at]["blocks"])
            change(blocks)
            self.put(at, kind, blocks)
        second = copy.deepcopy(plain.entries()[2]["blocks"])
        second["party"]["application"] = "front"
        self.add("intent", second)
        third = copy.deepcopy(plain.entries()[4]["blocks"])
        third["party"]["intent"] = 5
        self.add("outcome", third)

    def put(self, at: int, kind: str, blocks: dict[str, Any]) -> None:
        """Enter something else at an index."""
        self.entries[at] = plain.leaf(kind, plain.sha256(b"salt %d" % at), blocks)

    def add(self, kind: str, blocks: dict[str, Any]) -> None:
        """Enter something at the end."""
        self.entries.append(plain.leaf(kind, plain.sha256(b"salt %d" % len(self.entries)), blocks))

    @property
    def leaves(self) -> list[bytes]:
        return [bytes.fromhex(each["leaf_hash"]) for each in self.entries]

    def text(self, name: str = NAME, size: int | None = None) -> str:
        """The text of a checkpoint, of the first `size` entries."""
        leaves = self.leaves[:size]
        return f"{name}\n{len(leaves)}\n{plain.b64(plain.root(leaves))}\n"

    def note(self, name: str = NAME, size: int | None = None) -> str:
        """A checkpoint as the operator signs it and the witness cosigns it."""
        return plain.cosigned(plain.signed(self.text(name, size), name), WITNESS, SEEN)

    def proof(self, index: int, note: str = "", size: int | None = None) -> str:
        """The proof of an entry under a checkpoint."""
        nodes = plain.path(self.leaves[:size], index)
        lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *(plain.b64(node) for node in nodes)]
        return "\n".join(lines) + "\n\n" + (note or self.note(size=size))

    def shown(
        self, index: int, note: str = "", closed: tuple[str, ...] = (), size: int | None = None
    ) -> dict[str, Any]:
        """An entry as a receipt shows it."""
        entry = self.entries[index]
        part: dict[str, Any] = {
            "blocks": {name: copy.deepcopy(entry["blocks"][name]) for name in plain.BLOCKS if name not in closed},
            "salts": {
                name: plain.b64(bytes.fromhex(entry["block_salts"][name]))
                for name in plain.BLOCKS
                if name not in closed
            },
        }
        if closed:
            part["closed"] = {name: plain.b64(bytes.fromhex(entry["block_hashes"][name])) for name in closed}
        return {**part, "proof": self.proof(index, note, size)}

    def answered(self, note: str = "") -> Receipt:
        """The receipt of the first request."""
        openings = {role: plain.b64(plain.opening(role)) for role in ("request", "response")}
        return {"comity": 1, "intent": self.shown(2, note), "outcome": self.shown(4, note), "openings": openings}

    def denied(self, note: str = "") -> Receipt:
        """The receipt of the denial."""
        return {"comity": 1, "denial": self.shown(3, note)}


def policy() -> str:
    """Whom the visitor trusts: the log, and a witness that must have seen it."""
    log = plain.vkey(plain.ORIGIN, 1, plain.public(plain.SEED))
    return f"log {log}\nwitness w {plain.vkey(WITNESS, 4, plain.public(plain.WITNESS_SEED))}\nquorum w\n"


def written(receipt: Receipt) -> str:
    """The file."""
    return json.dumps(receipt, separators=(",", ":"), ensure_ascii=False)


def altered(receipt: Receipt, *path: str, to: Any) -> Receipt:
    """A copy with one member changed."""
    other = copy.deepcopy(receipt)
    inner = other
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return other


def without(receipt: Receipt, *path: str) -> Receipt:
    """A copy with one member gone."""
    other = copy.deepcopy(receipt)
    inner = other
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return other


def reproven(receipt: Receipt, kind: str, change: Callable[[str], str]) -> Receipt:
    """A copy with the text of a proof changed; the change must do something."""
    before = receipt[kind]["proof"]
    after = change(before)
    assert after != before
    return altered(receipt, kind, "proof", to=after)
