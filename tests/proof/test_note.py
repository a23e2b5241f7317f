"""Notes, keys, checkpoints and proofs as texts: what is read, what is refused, what is tolerated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.proof.checkpoint import Checkpoint, CheckpointError, speaks_for
from comity.proof.inclusion import InclusionProof, ProofError
from comity.proof.note import MAX_SIGNATURES, Note, NoteError, Signer, VerifierKey, key_id
from comity.terms.digests import to_base64
from tests.proof.samples import SIGNER

NAME = SIGNER.key.name
NOTE = SIGNER.sign("text\n")


def test_a_note_is_read_and_verified() -> None:
    note = Note.parse(NOTE)
    assert note.text == "text\n"
    (line,) = note.by(SIGNER.key)
    assert SIGNER.key.verifies(b"text\n", line.value)
    assert not SIGNER.key.verifies(b"text", line.value)


def test_the_text_ends_at_the_last_empty_line() -> None:
    note = Note.parse(SIGNER.sign("one\n\ntwo\n"))
    assert note.text == "one\n\ntwo\n"


def test_unknown_signatures_are_kept_and_ignored() -> None:
    grease = f"— grease.example {to_base64(b'abcd' + b'any bytes at all')}\n"
    note = Note.parse(NOTE + grease)
    assert len(note.signatures) == 2
    assert len(note.by(SIGNER.key)) == 1


def test_sixteen_signatures_of_five_kilobytes_are_borne() -> None:
    """What a verifier must accept at least (signed-note, "Format")."""
    grease = "".join(f"— grease{n}.example/{'x' * 60} {to_base64(bytes([n]) * 5_004)}\n" for n in range(15))
    note = Note.parse("text\n\n" + grease + NOTE.split("\n\n")[1])
    assert len(note.signatures) == 16
    assert [SIGNER.key.verifies(b"text\n", line.value) for line in note.by(SIGNER.key)] == [True]


@pytest.mark.parametrize("kind", [0x02, 0x05, 0xFA, 0xFF])
def test_signatures_of_other_types_are_ignored_wherever_they_stand(kind: int) -> None:
    """Grease: a verifier that stumbles over what it does not know keeps logs from changing keys."""
    line = f"— {NAME} {to_base64(key_id(NAME, kind, b'key') + bytes(64))}\n"
    ours = NOTE.split("\n\n")[1]
    for lines in (line + ours, ours + line, line + ours + line):
        assert len(Note.parse("text\n\n" + lines).by(SIGNER.key)) == 1


def test_half_of_a_character_is_no_utf_8() -> None:
    for text in (NOTE.replace("text", "te\ud800xt"), NOTE.replace(NAME, "a\udcffb")):
        with pytest.raises(NoteError, match="UTF-8"):
            Note.parse(text)


def test_a_line_that_shares_only_name_or_id_is_not_ours() -> None:
    (line,) = Note.parse(NOTE).signatures
    other_id = f"— {NAME} {to_base64(b'abcd' + line.value)}\n"
    other_name = f"— other.example {to_base64(line.key_id + line.value)}\n"
    assert Note.parse("text\n\n" + other_id + other_name).by(SIGNER.key) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\n",
        NOTE[:-1],
        NOTE + "\n",
        NOTE.replace("— ", "- "),
        NOTE.replace("— ", "—  "),
        NOTE.replace(NAME, "two words"),
        NOTE.replace(NAME, "plus+plus"),
        NOTE.replace("text", "te\rxt"),
        NOTE.replace("text", "te\x00xt"),
        "text\n\n— name AAAA\n",
        "text\n\n— name AAAAAA\n",
        "text\n\n— name AAAAAAB=\n",
        "text\n\n" + NOTE.split("\n\n")[1] * (MAX_SIGNATURES + 1),
        "x" * 200_000 + NOTE,
    ],
    ids=lambda text: repr(text[:40]),
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Note.parse(text)


@given(st.text(max_size=200))
def test_any_text_is_a_note_or_refused(text: str) -> None:
    for parse in (Note.parse, InclusionProof.parse, Checkpoint.parse, VerifierKey.parse, Signer.parse):
        try:
            parse(text)
        except ValueError:
            continue


def test_keys_round_trip() -> None:
    assert VerifierKey.parse(SIGNER.key.text + "\n") == SIGNER.key
    assert Signer.parse(SIGNER.private_text + "\n").key == SIGNER.key
    assert SIGNER.key.named("other.example").id != SIGNER.key.id


def test_a_key_of_an_unknown_type_is_held_and_verifies_nothing() -> None:
    key = VerifierKey("future.example", 0xFE, b"whatever")
    assert VerifierKey.parse(key.text) == key
    assert not key.verifies(b"", b"")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+12345678",
        SIGNER.key.text.replace(NAME, "other.example"),
        SIGNER.key.text[:-4],
        SIGNER.key.text.replace("+", "-"),
        "+" + SIGNER.key.text.partition("+")[2],
        VerifierKey("n", 1, b"short").text,
        VerifierKey("n", 4, bytes(33)).text,
        VerifierKey("n", 6, bytes(32)).text,
        VerifierKey("n", 1, bytes(32)).text.replace("n+", "\udcff+", 1),
    ],
)
def test_what_is_no_vkey_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


def test_a_bad_signing_key_is_not_shown() -> None:
    secret = SIGNER.private_text
    for text in (secret[:-4], secret.replace("PRIVATE", "PUBLIC"), secret.replace(NAME, "x"), secret + "A"):
        with pytest.raises(NoteError) as caught:
            Signer.parse(text)
        assert secret[-20:-4] not in str(caught.value)


CHECKPOINT = Checkpoint("example.org/log", 7, bytes(32))


def test_checkpoints_round_trip() -> None:
    assert Checkpoint.parse(CHECKPOINT.text) == CHECKPOINT
    extended = CHECKPOINT.text + "extension\n"
    assert Checkpoint.parse(extended).extensions == ("extension",)
    assert Checkpoint.parse(extended).text == extended


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n-7\n"),
        ("\n7\n", "\n7 \n"),
        ("\n7\n", "\n٧\n"),
        ("\n7\n", "\n9223372036854775808\n"),
        ("\n7\n", "\n\n7\n"),
        ("A=\n", "A\n"),
        ("A=\n", "B=\n"),
        ("A=\n", "A="),
        ("A=\n", "A=\n\n"),
        ("example.org/log", ""),
    ],
)
def test_what_is_no_checkpoint_is_refused(old: str, new: str) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint.parse(CHECKPOINT.text.replace(old, new))


@pytest.mark.parametrize(
    ("origin", "speaks"),
    [
        ("example.org/gw", True),
        ("example.org/gw/shard0001", True),
        ("example.org/gw/", False),
        ("example.org/gwx", False),
        ("example.org/gw/a/b", False),
        ("example.org/gw/UPPER", False),
        ("example.org/gw/" + "a" * 17, False),
        ("example.org", False),
    ],
)
def test_an_origins_key_speaks_for_its_shards_alone(origin: str, speaks: bool) -> None:
    assert speaks_for("example.org/gw", origin) is speaks


PROOF = InclusionProof(3, (bytes(32), b"\x01" * 32), "example.org\n4\nroot\n\n— sig\n")


def test_proofs_round_trip() -> None:
    assert InclusionProof.parse(PROOF.text) == PROOF
    extra = InclusionProof(0, (), PROOF.checkpoint, b"extra data")
    assert extra.text.startswith("c2sp.org/tlog-proof@v1\nextra ZXh0cmEgZGF0YQ==\nindex 0\n\nexample.org\n")
    assert InclusionProof.parse(extra.text) == extra


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("proof@v1", "proof@v2"),
        ("index 3", "index 03"),
        ("index 3", "index  3"),
        ("index 3", "extra !\nindex 3"),
        ("index 3\n", ""),
        ("index 3\n", "index 3\nAAAA\n"),
        ("index 3\n", "index 3\n" + PROOF.text.split("\n")[2] * 2 + "\n"),
        ("index 3\n", "index 3\n" + (to_base64(bytes(32)) + "\n") * 63),
        ("\n\n", "\n"),
    ],
)
def test_what_is_no_proof_is_refused(old: str, new: str) -> None:
    with pytest.raises(ProofError):
        InclusionProof.parse(PROOF.text.replace(old, new))
