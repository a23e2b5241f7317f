"""How large a receipt is: what docs/spec/receipt.md says of it, for logs of any size, with witnesses and ML-DSA-44."""

from __future__ import annotations

import re

import pytest

from comity.proof import mldsa
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, Cosigner
from comity.proof.inclusion import InclusionProof
from comity.proof.leaf import leaf_value
from comity.proof.note import Signer
from comity.proof.policy import Group, Policy
from comity.proof.receipt import Receipt, ShownEntry
from comity.proof.tree import leaf_hash, node_hash
from comity.proof.verify import verify
from comity.terms import canon
from comity.terms.digests import sha256
from tests.tidy.tree import ROOT

LOG = Signer("gateway.example/comity", b"\x01" * 32)
SHARD = "gateway.example/comity/9f7xxsz49"
QUANTUM_LOG = (LOG.key.name, ML_DSA_44_COSIGNATURE, b"\x02" * 32)
WITNESSES = [(f"witness.example/w{n}", ED25519_COSIGNATURE, bytes([n]) * 32) for n in (3, 4)]
QUANTUM_WITNESS = ("witness.example/w3", ML_DSA_44_COSIGNATURE, b"\x03" * 32)
TIME = 1_795_452_006

DIGEST = "ab" * 32
PARTY = {
    "application": "desk",
    "case": {
        "controller": "acme",
        "data": [],
        "grounds": [],
        "operation": "infer",
        "output_used_in": ["FR"],
        "purpose": "general",
        "roles": [],
        "subjects": ["FR"],
    },
    "controller": "acme",
    "key": "xf7qjis4",
}
DECISION = {
    "assumptions": [
        "absent/accelerator sites.{lyon,paris}",
        "absent/controlled_by parties.acme",
        "absent/ecsp parties.acme",
        "absent/gateway acme",
        "absent/open_weights models.small",
        "absent/presence parties.acme",
        "absent/terms.{retention deployments.first,retention deployments.second,trains deployments.first,"
        "trains deployments.second}",
    ],
    "conditions": DIGEST,
    "durability": "strict",
    "mode": "enforce",
    "model": "small",
    "placement": DIGEST,
    "realm": DIGEST,
    "ruling": DIGEST,
    "tiers": [["first"], ["second"]],
}
CONTENT = {"bytes": 70, "nonce": "6a" * 16, "request": DIGEST, "times": {"received": 1795452006038}}
ATTEMPT = {"deployment": "first", "finished": 1795452006048, "result": "ok", "started": 1795452006044, "status": 200}
DONE = {"attempts": [ATTEMPT], "deployment": "first", "durability": "strict"}
ANSWER = {
    "bytes": 236,
    "cost": {"amount": 10000, "currency": "EUR"},
    "finish": "stop",
    "response": DIGEST,
    "status": 200,
    "times": {"finished": 1795452006048, "first_byte": 1795452006048, "started": 1795452006044},
    "usage": {"completion_tokens": 3, "prompt_tokens": 7},
}
"""What a gateway of two deployments entered of a short request."""


def receipt(depth: int, witnesses: list[tuple[str, int, bytes]], *, quantum: bool) -> tuple[Receipt, Policy]:
    """The receipt of entries 0 and 1 of a log of 2^depth entries, of which nobody made the others, and who to trust."""
    index = 0
    intent = [canon.encode(block) for block in (PARTY, DECISION, CONTENT)]
    outcome = [canon.encode(block) for block in ({"intent": index}, DONE, ANSWER)]
    salts = [sha256(b"%d" % each) for each in (0, 1)]
    leaves = [
        leaf_hash(leaf_value(kind, salt, *blocks))
        for kind, salt, blocks in (("intent", salts[0], intent), ("outcome", salts[1], outcome))
    ]
    above = [sha256(b"node %d" % each) for each in range(depth - 1)]
    root = node_hash(*leaves)
    for each in above:
        root = node_hash(root, each)
    text = Checkpoint(SHARD, 1 << depth, root).text
    note = LOG.named(SHARD).sign(text)
    logs = [LOG.key]
    if quantum:
        cosigner = Cosigner(*QUANTUM_LOG)
        note += cosigner.named(SHARD).cosign(text, 0).line
        logs.append(cosigner.key)
    seen = [Cosigner(*each) for each in witnesses]
    note += "".join(each.cosign(text, TIME).line for each in seen)
    entries = {
        kind: ShownEntry.of(
            kind,
            salts[at],
            dict(zip(("party", "decision", "content"), blocks, strict=True)),
            InclusionProof(index + at, (leaves[1 - at], *above), note).text,
        )
        for at, (kind, blocks) in enumerate((("intent", intent), ("outcome", outcome)))
    }
    keys = {f"w{at}": each.key for at, each in enumerate(seen)}
    policy = Policy(tuple(logs), keys, {"all": Group(len(keys), tuple(keys))}, "all" if keys else "none")
    return Receipt(entries, {"request": salts[0], "response": salts[1]}), policy


SIGNED: dict[str, tuple[list[tuple[str, int, bytes]], bool]] = {
    "Ed25519": ([], False),
    "and one witness": (WITNESSES[:1], False),
    "and two witnesses": (WITNESSES, False),
    "two witnesses, the log with ML-DSA-44 too": (WITNESSES, True),
    "the same, and one of the witnesses too": ([*WITNESSES, QUANTUM_WITNESS], True),
}
DEPTHS = {"4 thousand": 12, "1 million": 20, "16 million": 24, "1 billion": 30}


def told() -> dict[str, list[int]]:
    """The table of the page: bytes by how it is signed, in the order of `DEPTHS`."""
    page = (ROOT / "docs/spec/receipt.md").read_text("utf-8")
    header, rows = re.search(r"^\| signed by \|(.*)\|\n\|[-|: ]+\|\n((?:\|.*\n)+)", page, re.MULTILINE).groups()  # type: ignore[union-attr]
    assert [each.strip() for each in header.split("|")] == list(DEPTHS)
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows.splitlines()]
    return {name: [int(number.replace(",", "")) for number in numbers] for name, *numbers in cells}


def test_the_page_tells_of_all() -> None:
    assert list(told()) == list(SIGNED)


@pytest.mark.parametrize("name", SIGNED)
def test_its_size_is_what_the_page_says(name: str) -> None:
    witnesses, quantum = SIGNED[name]
    if quantum and not mldsa.available():
        pytest.skip("this cryptography has no ML-DSA-44")
    sizes = []
    for depth in DEPTHS.values():
        made, policy = receipt(depth, witnesses, quantum=quantum)
        found = verify(made, policy)
        assert found.valid, found.failure
        sizes.append(len(made.encode()))
    assert sizes == told()[name]


def test_four_kilobytes_are_kept_up_to_four_thousand_entries() -> None:
    """DESIGN has 4 kB for every log: it is so for small ones, and the page says from where on it is not."""
    sizes = [len(receipt(depth, WITNESSES[:1], quantum=False)[0].encode()) for depth in (12, 13)]
    assert sizes[0] <= 4_096 < sizes[1]
    assert sizes[1] - sizes[0] == 92
