"""Vectors that others made: `foreign.json` says of each whose it is, and under which licence. C2SP itself publishes none
for these formats but the examples in their texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.witness.logs import KnownLog, Logs
from comity.adapters.witness.memory import WitnessMemory
from comity.adapters.witness.witness import Witness
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, Cosigner, cosigned_at, log_signed
from comity.proof.note import ED25519, Note, Signer, VerifierKey

FOREIGN = json.loads((Path(__file__).parent / "foreign.json").read_text("utf-8"))
OURS = json.loads((Path(__file__).parent / "cosignature.json").read_text("utf-8"))


@pytest.mark.parametrize("case", FOREIGN["notes"], ids=lambda case: case["source"])
def test_notes(case: dict[str, str]) -> None:
    key, note = VerifierKey.parse(case["vkey"]), Note.parse(case["note"])
    assert [key.verifies(note.text.encode(), line.value) for line in note.by(key)] == [True]
    if "signing_key" in case:
        assert Signer.parse(case["signing_key"]).sign(note.text) == case["note"]


@pytest.mark.parametrize("case", FOREIGN["checkpoints"], ids=lambda case: case["source"])
def test_checkpoints(case: dict[str, Any]) -> None:
    """Their keys are not published: what can be held is the form, and the time in the cosignature."""
    note = Note.parse(case["note"])
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == (note.signatures[0].name, case["size"])
    assert checkpoint.text == note.text
    if case["time"] is not None:
        assert int.from_bytes(note.signatures[1].value[:8], "big") == case["time"]


def test_a_witness_answers_as_litewitness_does(tmp_path: Path) -> None:
    given = FOREIGN["witness"]
    key = VerifierKey(given["origin"], ED25519, bytes.fromhex(given["log_key"]))
    logs = Logs("w.example", {key.name: KnownLog(key.name, (key,), 0, 1000)})
    cosigner = Cosigner("w.example", ED25519_COSIGNATURE, bytes(32))
    memory = WitnessMemory(tmp_path / "witness", (cosigner.key,))
    witness = Witness((cosigner,), logs, memory, clock=lambda: 1795406400000, ticks=lambda: 0.0)
    for request in given["requests"]:
        proof = "".join(f"{line}\n" for line in request["proof"])
        answer = witness.add_checkpoint(f"old {request['old']}\n{proof}\n{request['note']}".encode())
        assert answer.status == request.get("ours", request["status"]), request
        if answer.status == 409:
            assert (answer.body, answer.content_type) == (f"{request['size']}\n", "text/x.tlog.size")
        if answer.status == 200:
            cosigned = Note.parse(request["note"] + answer.body)
            assert [cosigned_at(cosigner.key, cosigned.text, line) for line in cosigned.by(cosigner.key)] == [
                1795406400
            ]
    memory.close()


@pytest.mark.parametrize("kind", ["ed25519", "ml_dsa_44"])
def test_cosignatures(kind: str) -> None:
    vectors = OURS[kind]
    cosigner = Cosigner.parse(vectors["signing_key"])
    key = VerifierKey.parse(vectors["vkey"])
    assert cosigner.key == key
    log = VerifierKey.parse(OURS["log_vkey"])
    for case in vectors["lines"]:
        note = Note.parse(case["note"] + case["line"])
        assert [cosigned_at(key, note.text, line) for line in note.by(key)] == [case["time"]]
        assert [log_signed(log, note.text, line) for line in note.by(log)] == [True]
        if kind == "ed25519":
            assert cosigner.cosign(note.text, case["time"]).line == case["line"]
    assert cosigner.key.kind == (ED25519_COSIGNATURE if kind == "ed25519" else ML_DSA_44_COSIGNATURE)
