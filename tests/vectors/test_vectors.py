"""The formats of docs/spec, held against vectors that a second implementation wrote."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comity.adapters.ledger.segment import Entry, Header, decode_header, encode_group, encode_header, read_group
from comity.adapters.signer.memory import SigningMemory
from comity.adapters.vault.keys import ref_name
from comity.adapters.vault.sealing import NO_REF, Kept, sealed
from comity.law.attestation import gathered
from comity.proof import note, sampling, tree
from comity.proof.checkpoint import Checkpoint
from comity.proof.commitment import commit, opening
from comity.proof.cosignature import cosigned_at
from comity.proof.leaf import BLOCKS, block_hash, block_salt, leaf_value, value_of_hashes
from comity.proof.policy import parse_policy
from comity.proof.receipt import read_receipt
from comity.proof.shape import check_block
from comity.proof.verify import verify_file
from comity.stack.agreements import agreement_digest
from comity.stack.types import Stack
from comity.terms import canon
from tests.vectors import generate


def load(name: str) -> Any:
    return json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))


def test_the_files_are_what_the_generator_gives() -> None:
    assert generate.main(check=True) == 0


@pytest.mark.parametrize("case", load("canonical-json")["good"], ids=lambda case: case["text"][:30])
def test_canonical_json(case: dict[str, str]) -> None:
    value = canon.parse(case["text"].encode())
    assert canon.encode(value) == case["canonical"].encode()
    assert canon.parse_canonical(case["canonical"].encode()) == value


@pytest.mark.parametrize("case", load("canonical-json")["bad"], ids=lambda case: case["name"])
def test_what_has_no_canonical_form_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(canon.CanonError):
        canon.parse(case["text"].encode())


@pytest.mark.parametrize("entry", load("leaf")["entries"], ids=lambda entry: entry["kind"])
def test_leaf(entry: dict[str, Any]) -> None:
    kind, salt = entry["kind"], bytes.fromhex(entry["salt"])
    blocks = {name: canon.encode(entry["blocks"][name]) for name in BLOCKS}
    for name in BLOCKS:
        check_block(kind, name, entry["blocks"][name], exact=True)
        assert block_salt(salt, name).hex() == entry["block_salts"][name]
        assert block_hash(block_salt(salt, name), blocks[name]).hex() == entry["block_hashes"][name]
    value = leaf_value(kind, salt, **blocks)
    assert value.hex() == entry["value"]
    assert value == value_of_hashes(kind, *(bytes.fromhex(entry["block_hashes"][name]) for name in BLOCKS))
    assert tree.leaf_hash(value).hex() == entry["leaf_hash"]


def test_commitment() -> None:
    vectors = load("commitment")
    for case in vectors["roles"]:
        key = opening(bytes.fromhex(vectors["application_salt"]), bytes.fromhex(vectors["nonce"]), case["role"])
        assert key.hex() == case["opening"]
        assert commit(key, base64.b64decode(case["bytes"])) == case["commitment"]


def test_tree() -> None:
    vectors = load("tree")
    leaves = [tree.leaf_hash(generate.sha256(b"value %d" % index)) for index in range(300)]
    roots = {}
    for case in vectors["roots"]:
        edge = tree.CompactRange()
        for leaf in leaves[: case["size"]]:
            edge.append(leaf)
        roots[case["size"]] = edge.root()
        assert edge.root().hex() == case["root"]
    for case in vectors["inclusion"]:
        path = [bytes.fromhex(node) for node in case["path"]]
        assert tree.verify_inclusion(leaves[case["index"]], case["index"], case["size"], path, roots[case["size"]])
    for case in vectors["consistency"]:
        path = [bytes.fromhex(node) for node in case["path"]]
        old, size = case["old"], case["size"]
        assert tree.verify_consistency(old, size, roots[old], roots[size], path)


def test_note() -> None:
    vectors = load("note")
    signer = note.Signer.parse(vectors["log_key"])
    assert signer.private_text == vectors["log_key"]
    assert signer.key.text == vectors["log_vkey"]
    shard = signer.named(f"{generate.ORIGIN}/{generate.SHARD}")
    assert shard.key.text == vectors["shard_vkey"]
    parsed = note.Note.parse(vectors["checkpoint"])
    assert vectors["checkpoint"].startswith(shard.sign(parsed.text))
    witness = note.VerifierKey.parse(vectors["witness_vkey"])
    assert [cosigned_at(witness, parsed.text, line) for line in parsed.by(witness)] == [1795406401]


def test_the_example_of_signed_note() -> None:
    example = load("note")["specification"]
    key = note.VerifierKey.parse(example["vkey"])
    parsed = note.Note.parse(example["note"])
    assert [key.verifies(parsed.text.encode(), line.value) for line in parsed.by(key)] == [True]


@pytest.mark.parametrize("name", ["complete", "closed", "denial"])
def test_receipt(name: str) -> None:
    vectors = load("receipt")
    data = canon.encode(vectors[name])
    result = verify_file(data, parse_policy(vectors["policy"].encode()))
    assert result.failure is None
    assert read_receipt(data).encode() == data
    assert len(data) <= 4096


def test_receipt_with_bytes() -> None:
    vectors = load("receipt")
    data = canon.encode(vectors["complete"])
    request, response = base64.b64decode(vectors["request"]), base64.b64decode(vectors["response"])
    policy = parse_policy(vectors["policy"].encode())
    result = verify_file(data, policy, request=request, response=response)
    assert result.valid
    assert result.receipt_id == vectors["id"]


def test_signer(tmp_path: Path) -> None:
    vectors = load("signer")
    key = tmp_path / "log.key"
    key.write_text(vectors["log_key"])
    key.chmod(0o600)
    memory = SigningMemory(key)
    for each in vectors["conversation"]:
        answer = memory.answer(each["question"])
        # what a refusal says is for people
        assert answer == each["answer"] or (each["answer"], answer[:3]) == ("no", "no "), each["question"]
    memory.close()


def test_attestation() -> None:
    vectors = load("attestation")
    stack = msgspec.convert(vectors["stack"], Stack)
    files = {"a.note": vectors["agreement"].encode(), "d.note": vectors["duty"].encode()}
    attested, unused = gathered(stack, files)
    assert not unused
    assert agreement_digest(stack, stack.agreements[0]) == vectors["agreement_digest"]
    assert [each.agreement for each in attested.agreements] == [vectors["agreement_digest"]]
    expected = {name: each for name, each in vectors["duty_attested"].items() if name != "processing"}
    assert json.loads(msgspec.json.encode(attested.duties[0])) == expected


def test_segment() -> None:
    vectors = load("segment")
    header = bytes.fromhex(vectors["header"])
    group = bytes.fromhex(vectors["group"])
    origin = f"{generate.ORIGIN}/{generate.SHARD}"
    expected = Header(0, (), origin, "start", 1795406399000)
    assert decode_header(header) == (expected, len(header))
    assert encode_header(expected) == header
    read = read_group(group, 0)
    assert read is not None
    entries: list[Entry] = [entry for _, entry in read.entries]
    assert [entry.kind for entry in entries] == [entry["kind"] for entry in load("leaf")["entries"]]
    assert encode_group(entries)[0] == group


@pytest.mark.parametrize("case", load("sampling")["samples"], ids=lambda case: case["checkpoint"].split("\n")[1])
def test_samples(case: dict[str, Any]) -> None:
    checkpoint, nonce = Checkpoint.parse(case["checkpoint"]), bytes.fromhex(case["nonce"])
    assert sampling.nonce_commitment(nonce).hex() == case["commitment"]
    seed = sampling.seed(checkpoint, nonce)
    assert seed.hex() == case["seed"]
    assert list(sampling.selected(seed, case["rate"], case["first"], checkpoint.size)) == case["selected"]


@pytest.mark.parametrize("case", load("vault")["records"], ids=lambda case: case["receipt"])
def test_the_vault(case: dict[str, Any]) -> None:
    file = load("vault")
    request, response = (base64.b64decode(file[name]) for name in ("request", "response"))

    def key(role: str) -> bytes:
        return opening(generate.APPLICATION_SALT, generate.NONCE, role)  # type: ignore[arg-type]

    kept = Kept(
        "triage",
        case["receipt"],
        date(2026, 12, 23),
        "local",
        "chat",
        request,
        response,
        (key("request"), key("response")),
    )
    ref = ref_name(bytes.fromhex(file["names"]), case["ref"]) if case["ref"] else NO_REF
    record = sealed(kept, bytes.fromhex(case["key"]), ref, bytes.fromhex(case["nonce"]))
    assert base64.b64encode(record).decode() == case["record"]
