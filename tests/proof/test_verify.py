"""Verification, step by step: what is valid, and each failure by its own name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from comity.proof.checkpoint import Checkpoint
from comity.proof.inclusion import InclusionProof
from comity.proof.note import Note, Signer, VerifierKey
from comity.proof.policy import Policy, parse_policy
from comity.proof.receipt import Receipt, ShownEntry
from comity.proof.verify import Verification, verify, verify_file
from comity.terms import canon
from comity.terms.digests import to_base64
from tests.proof.samples import ORIGIN, SHARD, SIGNER, TRUST, SampleLog, denial, intent, outcome, sample
from tests.vectors import generate


def failure(result: Verification) -> str | None:
    return result.failure.name if result.failure else None


def test_a_complete_receipt_is_valid() -> None:
    result = verify_file(sample().receipt(1, 4).encode(), TRUST, request=b"question", response=b"answer")
    assert result.valid
    assert result.receipt_id == f"{SHARD}.1"
    assert result.checked_bytes == ("request", "response")
    assert result.signer is not None
    assert result.signer.name == f"{ORIGIN}/{SHARD}"
    assert [entry.index for entry in result.entries.values()] == [1, 4]


def test_a_denial_and_an_intent_alone_are_valid() -> None:
    assert verify(sample().receipt(2), TRUST).receipt_id == f"{SHARD}.2"
    result = verify(sample().receipt(1), TRUST)
    assert result.valid
    assert "outcome" not in result.entries


def test_white_space_and_order_of_keys_do_not_matter() -> None:
    file = sample().receipt(1, 4).to_json()
    pretty = json.dumps(dict(reversed(file.items())), indent=3, ensure_ascii=True).encode()
    assert verify_file(pretty, TRUST).valid


def test_the_shards_own_key_and_the_origins_key_are_both_enough() -> None:
    receipt = sample().receipt(1)
    assert verify(receipt, Policy((SIGNER.key.named(f"{ORIGIN}/{SHARD}"),))).valid
    assert verify(receipt, Policy((SIGNER.key,))).valid


@pytest.mark.parametrize("closed", ["party", "decision", "content"])
def test_a_block_can_be_closed(closed: str) -> None:
    receipt = sample().receipt(1, 4, openings=False)
    intent_entry = receipt.entries["intent"].close(closed)
    data = Receipt({**receipt.entries, "intent": intent_entry}, {}).encode()
    secret = {"party": b"chu-lyon", "decision": b"mistral-small", "content": b"received"}[closed]
    assert secret not in data
    result = verify_file(data, TRUST)
    assert result.valid
    assert result.entries["intent"].shown.block(closed) is None


def test_grease_and_unknown_cosignatures_are_tolerated() -> None:
    log = sample()
    note = log.checkpoint() + f"— grease.example {to_base64(b'1234' + bytes(9))}\n"
    assert verify(Receipt({"intent": log.shown(1, note)}, {}), TRUST).valid


def bad_files() -> dict[str, tuple[bytes, str]]:
    """Files that are no receipt, each by what is wrong with it."""
    good = sample().receipt(1, 4).to_json()

    def without(*path: str) -> bytes:
        file: Any = json.loads(json.dumps(good))
        inner = file
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
        return canon.encode(file)

    def having(value: Any, *path: str) -> bytes:
        file: Any = json.loads(json.dumps(good))
        inner = file
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        return canon.encode(file)

    denied = sample().receipt(2).to_json()
    return {
        "empty": (b"", "unreadable"),
        "not JSON": (b"\x89PNG", "unreadable"),
        "too large": (b" " * 300_000, "unreadable"),
        "a fraction": (b'{"comity":1.0}', "unreadable"),
        "two intents": (b'{"comity":1,"intent":{},"intent":{}}', "unreadable"),
        "an array": (b"[]", "malformed"),
        "another version": (having(2, "comity"), "malformed"),
        "true for 1": (having(True, "comity"), "malformed"),
        "no version": (without("comity"), "malformed"),
        "no intent": (without("intent"), "malformed"),
        "intent and denial": (having(denied["denial"], "denial"), "malformed"),
        "an unknown key": (having(1, "verified"), "malformed"),
        "an unknown key of an entry": (having(1, "intent", "note"), "malformed"),
        "no proof": (without("intent", "proof"), "malformed"),
        "a proof that is no text": (having(1, "intent", "proof"), "malformed"),
        "a block neither open nor closed": (without("intent", "blocks", "party"), "malformed"),
        "a block open and closed": (
            having({"party": to_base64(bytes(32))}, "intent", "closed"),
            "malformed",
        ),
        "a block without salt": (without("intent", "salts", "party"), "malformed"),
        "a salt too short": (having(to_base64(bytes(31)), "intent", "salts", "party"), "malformed"),
        "a salt in hex": (having("00" * 32, "intent", "salts", "party"), "malformed"),
        "a block that is no object": (having([], "intent", "blocks", "party"), "malformed"),
        "a block too large": (having({"a": "x" * 20_000}, "intent", "blocks", "party"), "malformed"),
        "an unknown opening": (having(to_base64(bytes(32)), "openings", "all"), "malformed"),
        "an opening too short": (having(to_base64(bytes(16)), "openings", "request"), "malformed"),
        "extra that is no object": (having([], "extra"), "malformed"),
    }


@pytest.mark.parametrize(("data", "name"), bad_files().values(), ids=bad_files())
def test_what_is_no_receipt(data: bytes, name: str) -> None:
    result = verify_file(data, TRUST)
    assert failure(result) == name
    assert result.failure is not None
    assert result.failure.is_no_receipt


def test_extra_is_reserved_for_later_versions() -> None:
    file = {**sample().receipt(1).to_json(), "extra": {"rfc3161": "…"}}
    assert verify_file(canon.encode(file), TRUST).valid


def test_an_outcomes_party_block_cannot_be_closed() -> None:
    receipt = sample().receipt(1, 4)
    entries = {**receipt.entries, "outcome": receipt.entries["outcome"].close("party")}
    assert failure(verify_file(Receipt(entries, {}).encode(), TRUST)) == "malformed"


def changed(shown: ShownEntry, old: str, new: str) -> Receipt:
    assert old in shown.proof
    return Receipt({shown.kind: replace(shown, proof=shown.proof.replace(old, new))}, {})


def test_malformed_proof() -> None:
    shown = sample().shown(1)
    assert failure(verify(changed(shown, "tlog-proof@v1", "tlog-proof@v9"), TRUST)) == "malformed-proof"
    assert failure(verify(changed(shown, "\n— ", "\n- "), TRUST)) == "malformed-proof"
    assert failure(verify(changed(shown, "\n6\n", "\nsix\n"), TRUST)) == "malformed-proof"


def test_unknown_signer() -> None:
    receipt = sample().receipt(1)
    stranger = Signer(ORIGIN, b"\x07" * 32)
    assert failure(verify(receipt, Policy(()))) == "unknown-signer"
    assert failure(verify(receipt, Policy((stranger.key,)))) == "unknown-signer"
    assert failure(verify(receipt, Policy((SIGNER.key.named("example.org"),)))) == "unknown-signer"
    assert failure(verify(receipt, Policy((SIGNER.key.named(f"{ORIGIN}/other0001"),)))) == "unknown-signer"


def test_bad_signature() -> None:
    log = sample()
    note = Note.parse(log.checkpoint())
    (line,) = note.signatures
    forged = f"{note.text}\n{replace(line, value=bytes(64)).line}"
    assert failure(verify(Receipt({"intent": log.shown(1, forged)}, {}), TRUST)) == "bad-signature"
    # one good and one bad signature by the same key: the note is refused whole (signed-note)
    both = log.checkpoint() + replace(line, value=bytes(64)).line
    assert failure(verify(Receipt({"intent": log.shown(1, both)}, {}), TRUST)) == "bad-signature"


WITNESS = VerifierKey("witness.example", 4, generate.public(generate.WITNESS_SEED))


def test_missing_and_present_witness() -> None:
    policy = parse_policy(f"log {SIGNER.key.text}\nwitness w {WITNESS.text}\nquorum w\n".encode())
    log = sample()
    assert failure(verify(log.receipt(1), policy)) == "missing-witness"
    cosigned = generate.cosigned(log.checkpoint(), "witness.example", 1795406402)
    result = verify(Receipt({"intent": log.shown(1, cosigned)}, {}), policy)
    assert result.valid
    assert result.entries["intent"].witnesses == {"w": 1795406402}
    later = cosigned.replace(cosigned.splitlines()[-1], cosigned.splitlines()[-1][:-8] + "AAAAAAA=")
    assert failure(verify(Receipt({"intent": log.shown(1, later)}, {}), policy)) == "bad-signature"


def test_not_included() -> None:
    log = sample()
    shown = log.shown(1)
    other = log.shown(3)
    assert failure(verify(Receipt({"intent": replace(other, proof=shown.proof)}, {}), TRUST)) == "not-included"
    proof = InclusionProof.parse(shown.proof)
    moved = replace(shown, proof=replace(proof, index=3).text)
    assert failure(verify(Receipt({"intent": moved}, {}), TRUST)) == "not-included"
    beyond = replace(shown, proof=replace(proof, index=6).text)
    assert failure(verify(Receipt({"intent": beyond}, {}), TRUST)) == "not-included"


def test_an_intent_cannot_be_shown_as_a_denial() -> None:
    shown = sample().shown(1)
    assert failure(verify(Receipt({"denial": replace(shown, kind="denial")}, {}), TRUST)) == "not-included"


def test_bad_entry() -> None:
    log = SampleLog()
    party, _, content = intent()
    log.append("intent", (party, canon.encode({"durability": "strict"}), content))
    result = verify(log.receipt(0), TRUST)
    assert failure(result) == "bad-entry"
    assert result.failure is not None
    assert "intent.decision has no realm" in result.failure.sentence


def test_different_logs() -> None:
    here, there = sample(), sample()
    there.signer = SIGNER.named(f"{ORIGIN}/other0001")
    receipt = Receipt({"intent": here.shown(1), "outcome": there.shown(4)}, {})
    assert failure(verify(receipt, TRUST)) == "different-logs"


def test_forked() -> None:
    here, there = sample(), SampleLog()
    for kind, blocks in here.entries[:2]:
        there.append(kind, blocks)
    for _ in range(2):
        there.append("denial", denial())
    there.append("outcome", outcome(1, finish="length"))
    there.append("denial", denial())
    receipt = Receipt({"intent": here.shown(1), "outcome": there.shown(4)}, {})
    assert failure(verify(receipt, TRUST)) == "forked"


def test_wrong_intent() -> None:
    log = sample()
    receipt = Receipt({"intent": log.shown(1), "outcome": log.shown(5)}, {})
    assert failure(verify(receipt, TRUST)) == "wrong-intent"
    early = SampleLog()
    early.append("outcome", outcome(1))
    early.append("intent", intent())
    assert failure(verify(early.receipt(1, 0), TRUST)) == "wrong-intent"


def test_bytes() -> None:
    log = sample()
    receipt = log.receipt(1, 4)
    assert failure(verify(receipt, TRUST, request=b"questiom")) == "request-differs"
    assert failure(verify(receipt, TRUST, response=b"")) == "response-differs"
    assert failure(verify(log.receipt(1, 4, openings=False), TRUST, request=b"question")) == "no-opening"
    assert failure(verify(log.receipt(1), TRUST, response=b"answer")) == "no-opening"
    closed = Receipt({**receipt.entries, "intent": receipt.entries["intent"].close("content")}, receipt.openings)
    assert failure(verify(closed, TRUST, request=b"question")) == "no-opening"
    wrong = Receipt(receipt.entries, {"request": bytes(32), "response": bytes(32)})
    assert failure(verify(wrong, TRUST, request=b"question")) == "request-differs"


def test_extension_lines_are_signed_too() -> None:
    log = sample()
    root = log.growth.edge.root()
    note = log.signer.sign(Checkpoint(log.signer.key.name, 6, root, ("more",)).text)
    log.checkpoint()
    shown = log.shown(1, note)
    assert verify(Receipt({"intent": shown}, {}), TRUST).valid
    assert failure(verify(changed(shown, "\nmore\n", "\nless\n"), TRUST)) == "bad-signature"


@pytest.mark.parametrize("indices", [(1, 4), (2,)], ids=["answered", "denied"])
def test_no_byte_can_be_changed(indices: tuple[int, ...]) -> None:
    """Every byte of a receipt is covered: whatever it is changed to, the receipt does not verify."""
    data = sample().receipt(*indices, openings=False).encode()
    assert verify_file(data, TRUST).valid
    for at in range(len(data)):
        for mask in (0x01, 0x20, 0x80):
            altered = data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]
            assert not verify_file(altered, TRUST).valid, f"byte {at}: {altered[max(at - 20, 0) : at + 20]!r}"


def test_no_byte_can_be_dropped() -> None:
    data = sample().receipt(1, 4, openings=False).encode()
    for at in range(len(data)):
        assert not verify_file(data[:at] + data[at + 1 :], TRUST).valid, at
        assert not verify_file(data[:at], TRUST).valid, at
