"""`comity receipt export`: what it writes, read by the words of docs/spec/cose.md; and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from comity.adapters.cose.keys import CoseKey
from comity.cli.main import main
from comity.proof.inclusion import InclusionProof
from comity.proof.note import NoteError, Signer
from comity.proof.receipt import Receipt
from tests.adapters.cose import reading
from tests.proof.samples import ORIGIN, SHARD, SIGNER, SampleLog, realm, sample

PEMS: dict[str, Callable[[], object]] = {
    "P-256": lambda: generate_private_key(SECP256R1()),
    "Ed25519": Ed25519PrivateKey.generate,
}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "log.key").write_text(SIGNER.private_text + "\n")
    (folder / "log.vkey").write_text(SIGNER.key.text + "\n")
    return folder


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    return write(tmp_path, sample().receipt(1, 4))


def write(folder: Path, receipt: Receipt) -> Path:
    file = folder / "receipt.json"
    file.write_bytes(receipt.encode())
    return file


def export(receipt: Path, form: str, *options: object) -> int:
    given = ["receipt", "export", str(receipt), "--as", form, "--to", str(receipt.parent), *map(str, options)]
    return main(given)


def pem(key: object) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("signer", ["log", *PEMS])
def test_scitt(state: Path, receipt: Path, signer: str) -> None:
    options: list[object] = ["--key", SIGNER.key.text, "--state", state]
    if signer != "log":
        (receipt.parent / "key.pem").write_bytes(pem(PEMS[signer]()))
        options[2:] = ["--signing-key", receipt.parent / "key.pem"]
    assert export(receipt, "scitt", *options) == 0
    key = (receipt.parent / "key.cbor").read_bytes()
    for kind, block in (("intent", "mistral-small"), ("outcome", "paris")):
        protected, entry, inside = reading.statement((receipt.parent / f"{kind}.scitt").read_bytes(), key)
        assert entry["kind"] == kind
        assert block in str(entry["blocks"]["decision"])
        assert protected[15] == {1: ORIGIN, 2: f"{SHARD}.1"}
        assert inside[15] == {1: f"{ORIGIN}/{SHARD}", 2: f"{SHARD}.1"}
        assert protected[1] == inside[1] == (-7 if signer == "P-256" else -19)
    if signer == "log":
        assert cbor2.loads(key)[-2] == SIGNER.key.public


def test_cose_receipts_are_of_the_leaf(state: Path, receipt: Path) -> None:
    assert export(receipt, "cose", "--state", state) == 0
    key = (receipt.parent / "key.cbor").read_bytes()
    for kind, index in (("intent", 1), ("outcome", 4)):
        leaf = (receipt.parent / f"{kind}.leaf").read_bytes()
        data = (receipt.parent / f"{kind}.receipt").read_bytes()
        protected, size, at = reading.receipt(data, key, leaf)
        assert (size, at, protected[395]) == (6, index, 1)
        assert cbor2.loads(data).value[2] is None
        with pytest.raises(reading.Refused):
            reading.receipt(data, key, leaf[::-1])


def test_headers_are_those_of_the_published_texts(state: Path, receipt: Path) -> None:
    """The table of docs/spec/cose.md, "Held against the published texts", read without a reader of ours."""
    export(receipt, "scitt", "--state", state)
    export(receipt, "cose", "--state", state)
    statement = cbor2.loads((receipt.parent / "intent.scitt").read_bytes())
    beside = statement.value[1][394]
    assert [type(each) for each in beside] == [bytes]
    attached, alone = cbor2.loads(beside[0]), cbor2.loads((receipt.parent / "intent.receipt").read_bytes())
    assert statement.tag == attached.tag == alone.tag == 18
    heads = [cbor2.loads(each.value[0]) for each in (statement, attached, alone)]
    for head, each in zip(heads, (statement, attached, alone), strict=True):
        assert (head[1], type(head[4]), 3 in head or 3 in each.value[1]) == (-19, bytes, False)
        assert all(type(head[15][claim]) is str and head[15][claim] for claim in (1, 2))
        assert 15 not in each.value[1]
    assert (heads[0][258], type(heads[0][259]), len(statement.value[2])) == (-16, str, 32)
    for head, each in zip(heads[1:], (attached, alone), strict=True):
        assert (head[395], each.value[2]) == (1, None)
        assert set(each.value[1]) == {396} and set(each.value[1][396]) == {-1}
        (proof,) = each.value[1][396][-1]
        size, index, path = cbor2.loads(proof)
        assert (size, index) == (6, 1)
        assert path and all(type(node) is bytes and len(node) == 32 for node in path)


def test_no_byte_of_a_statement_can_be_another(state: Path, receipt: Path) -> None:
    export(receipt, "scitt", "--state", state)
    key, data = (receipt.parent / "key.cbor").read_bytes(), (receipt.parent / "intent.scitt").read_bytes()
    for at in range(0, len(data), 7):
        altered = bytearray(data)
        altered[at] ^= 1
        with pytest.raises(Exception) as caught:
            reading.statement(bytes(altered), key)
        assert not isinstance(caught.value, AssertionError)


def test_a_closed_block_stays_closed(state: Path, tmp_path: Path) -> None:
    shown = sample().receipt(1)
    closed = Receipt({"intent": shown.entries["intent"].close("content")}, {})
    assert export(write(tmp_path, closed), "scitt", "--state", state) == 0
    data = (tmp_path / "intent.scitt").read_bytes()
    _, entry, _ = reading.statement(data, (tmp_path / "key.cbor").read_bytes())
    assert (list(entry["closed"]), sorted(entry["blocks"])) == (["content"], ["decision", "party"])
    assert b"nonce" not in data


def test_tlog_proof_is_what_the_receipt_holds(receipt: Path, state: Path) -> None:
    assert export(receipt, "tlog-proof", "--key", state / "log.vkey") == 0
    written = (receipt.parent / "outcome.tlog-proof").read_text("utf-8")
    assert written == sample().receipt(1, 4).entries["outcome"].proof
    assert InclusionProof.parse(written).index == 4


def test_a_receipt_that_does_not_hold_is_not_exported(tmp_path: Path, state: Path) -> None:
    other = sample().receipt(1).to_json()
    other["intent"]["blocks"]["decision"]["model"] = "another"
    file = tmp_path / "receipt.json"
    file.write_text(str(other).replace("'", '"'))
    assert export(file, "scitt", "--state", state) == 1
    file.write_text("{}")
    assert export(file, "scitt", "--state", state) == 2
    assert not list(tmp_path.glob("*.scitt"))


def test_only_the_key_that_signed_the_log_signs_for_it(
    receipt: Path, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (state / "log.key").write_text(Signer(ORIGIN, bytes(32)).private_text)
    assert export(receipt, "scitt", "--state", state) == 2
    assert "is not the key that signed" in capsys.readouterr().err
    (state / "log.key").unlink()
    assert export(receipt, "scitt", "--state", state) == 2
    assert "--signing-key" in capsys.readouterr().err


def test_keys_that_cannot_sign(receipt: Path, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for data, says in ((b"nothing", "no private key"), (pem(generate_private_key(SECP384R1())), "P-256")):
        (receipt.parent / "key.pem").write_bytes(data)
        assert export(receipt, "cose", "--key", state / "log.vkey", "--signing-key", receipt.parent / "key.pem") == 2
        assert says in capsys.readouterr().err


def test_a_tree_of_one_entry_has_no_cose_receipt(
    tmp_path: Path, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = SampleLog()
    log.append("denial", sample().entries[2][1])
    assert export(write(tmp_path, log.receipt(0)), "cose", "--state", state) == 2
    assert "single entry" in capsys.readouterr().err
    log.append("realm", realm())
    assert export(write(tmp_path, log.receipt(0)), "cose", "--state", state) == 0


def test_the_logs_key_signs_nothing_beside_notes_that_might_be_one() -> None:
    with pytest.raises(NoteError):
        SIGNER.sign_binary(b"example.org/gw\n0\n")
    assert SIGNER.sign_binary(b"\x84jSignature1")


def test_the_thumbprint_is_that_of_rfc_9679() -> None:
    """The example of its section 6."""
    x = bytes.fromhex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d")
    y = bytes.fromhex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")
    key = CoseKey(-7, {1: 2, -1: 1, -2: x, -3: y}, bytes)
    assert key.id.hex() == "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"


def test_without_cbor2_the_rest_goes_on(receipt: Path, state: Path) -> None:
    code = (
        "import sys; sys.modules['cbor2'] = None; from comity.cli.main import main;"
        "sys.exit(main(['receipt', 'export', *sys.argv[1:]]))"
    )
    common = [str(receipt), "--state", str(state), "--to", str(receipt.parent), "--as"]
    proof = subprocess.run([sys.executable, "-c", code, *common, "tlog-proof"], capture_output=True, text=True)
    assert proof.returncode == 0, proof.stderr
    scitt = subprocess.run([sys.executable, "-c", code, *common, "scitt"], capture_output=True, text=True)
    assert scitt.returncode == 2
    assert "pip install 'comity[cose]'" in scitt.stderr
