"""Trust policies: the example of tlog-policy, quorums, and what is refused."""

from __future__ import annotations

import pytest

from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, Cosigner
from comity.proof.note import Note, VerifierKey
from comity.proof.policy import PolicyError, parse_policy
from comity.proof.tree import EMPTY_ROOT
from comity.proof.verify import CheckpointRefused, open_checkpoint
from comity.terms.digests import to_base64
from tests.proof.samples import SIGNER


def witness(name: str) -> str:
    return VerifierKey(name, ED25519_COSIGNATURE, name.encode().ljust(32, b"\0")).text


LOG = f"log {SIGNER.key.text}\n"
WITNESSES = "".join(
    f"witness {name} {witness(name)} https://{name}.example/\n" for name in ("X1", "X2", "X3", "Y1", "Y2")
)
TWO_LEVELS = f"""# as in the specification
{LOG}
{WITNESSES}
\tgroup X-witnesses 2 X1 X2 X3
group Y-witnesses  any\tY1 Y2

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


@pytest.mark.parametrize(
    ("cosigners", "enough"),
    [("X1 X2 Y1", True), ("X1 X3 Y2", True), ("X1 Y1 Y2", False), ("X1 X2 X3", False), ("", False)],
)
def test_quorum_of_groups(cosigners: str, enough: bool) -> None:
    assert parse_policy(TWO_LEVELS.encode()).satisfied_by(cosigners.split()) is enough


def test_quorum_of_one_and_of_none() -> None:
    one = parse_policy(f"{WITNESSES}quorum X1\n".encode())
    assert one.satisfied_by(["X1"])
    assert not one.satisfied_by(["X2"])
    assert parse_policy(f"{LOG}quorum none".encode()).satisfied_by([])


def test_groups_of_groups_as_deep_as_a_policy_can_have_them() -> None:
    nested = [f"group g{n} 1 {f'g{n - 1}' if n else 'X1'}" for n in range(900)]
    policy = parse_policy(f"{WITNESSES}{chr(10).join(nested)}\nquorum g899\n".encode())
    assert policy.satisfied_by(["X1"])
    assert not policy.satisfied_by(["X2"])


def test_a_key_of_a_type_that_nobody_knows_is_held_and_counts_for_nothing() -> None:
    future = VerifierKey(SIGNER.key.name, 0xFA, b"whatever it is")
    policy = parse_policy(f"{LOG}log {future.text}\nwitness f {future.text}\nquorum none\n".encode())
    assert future in policy.logs
    line = f"— {future.name} {to_base64(future.id + bytes(64))}\n"
    note = SIGNER.sign(Checkpoint(SIGNER.key.name, 0, EMPTY_ROOT).text)
    _, signer, witnesses = open_checkpoint(Note.parse(note + line), policy)
    assert (signer, witnesses) == (SIGNER.key, {})


def test_thirty_two_of_each() -> None:
    """What an implementation should bear (tlog-policy, "Implementation limits"), with the largest keys there are."""
    logs = "".join(f"log {VerifierKey(f'l{n}', 6, bytes([n]) * 1312).text}\n" for n in range(32))
    some = "".join(f"witness w{n} {VerifierKey(f'w{n}', 6, bytes([n]) * 1312).text}\n" for n in range(32))
    groups = "".join(f"group g{n} all w{n}\n" for n in range(32))
    policy = parse_policy(f"{logs}{some}{groups}quorum g31\n".encode())
    assert (len(policy.logs), len(policy.witnesses), len(policy.groups)) == (32, 32, 32)


def test_a_cosignature_without_a_time_is_no_witnesss() -> None:
    cosigner = Cosigner("w.example", ML_DSA_44_COSIGNATURE, bytes(32))
    policy = parse_policy(f"{LOG}witness w {cosigner.key.text}\nquorum w\n".encode())
    note = SIGNER.sign(Checkpoint(SIGNER.key.name, 0, EMPTY_ROOT).text)
    text = Note.parse(note).text
    assert open_checkpoint(Note.parse(note + cosigner.cosign(text, 7).line), policy)[2] == {"w": 7}
    with pytest.raises(CheckpointRefused, match="witnesses"):
        open_checkpoint(Note.parse(note + cosigner.cosign(text, 0).line), policy)


def test_a_logs_ml_dsa_key_is_enough_by_itself() -> None:
    """A log's line may be a cosignature (tlog-checkpoint, "Signatures"), under the name of the shard."""
    origin = f"{SIGNER.key.name}/shard1"
    cosigner = Cosigner(SIGNER.key.name, ML_DSA_44_COSIGNATURE, bytes(32))
    policy = parse_policy(f"log {cosigner.key.text}\nquorum none\n".encode())
    checkpoint = Checkpoint(origin, 0, EMPTY_ROOT)
    note = SIGNER.named(origin).sign(checkpoint.text) + cosigner.named(origin).cosign(checkpoint.text, 0).line
    assert open_checkpoint(Note.parse(note), policy)[1] == cosigner.key.named(origin)
    altered = note.replace("\n0\n", "\n1\n")
    with pytest.raises(CheckpointRefused) as caught:
        open_checkpoint(Note.parse(altered), policy)
    assert caught.value.failure.name == "bad-signature"


def test_names_are_octets() -> None:
    policy = parse_policy(b"witness \xe2\x84\xaa " + witness("k").encode() + b"\nquorum \xe2\x84\xaa\n")
    assert policy.satisfied_by(["\u212a"])
    assert not policy.satisfied_by(["K"])
    assert parse_policy(b"witness \xff " + witness("k").encode() + b"\nquorum \xff\n").witnesses


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no quorum"),
        (f"{LOG}{LOG}quorum none", "line 2: the public key"),
        (f"log {SIGNER.key.text}\nlog {SIGNER.key.named('b').text}\nquorum none", "line 2: the public key"),
        ("log nonsense\nquorum none", "line 1"),
        (f"{WITNESSES}witness X1 {witness('new')}\nquorum none", "line 6: the name X1 is taken"),
        (f"witness none {witness('new')}\nquorum none", "taken"),
        (f"{WITNESSES}group g 0 X1\nquorum g", "threshold"),
        (f"{WITNESSES}group g 2 X1\nquorum g", "threshold"),
        (f"{WITNESSES}group g some X1\nquorum g", "threshold"),
        (f"{WITNESSES}group g any\nquorum none", "no log, witness"),
        (f"{WITNESSES}group g any X9\nquorum g", "X9 is not defined above"),
        (f"{WITNESSES}group g any X1\ngroup h any X1\nquorum h", "member twice"),
        (f"witness w {SIGNER.key.text}\nquorum w", "line 1: .* type 0x04 or 0x06"),
        (f"{LOG}group none any X1\nquorum none", "taken"),
        (f"{WITNESSES}group g any none\nquorum g", "none is not defined"),
        ("quorum X1", "not defined"),
        ("quorum none\nquorum none", "second quorum"),
        ("qourum none", "line 1: no log, witness"),
        ("quorum none\r\n", "control character"),
        ("# " + "x" * 300_000, "larger"),
    ],
)
def test_what_is_no_policy_is_refused(text: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        parse_policy(text.encode())
