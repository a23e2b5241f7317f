"""Trust policies: the example of tlog-policy, quorums, and what is refused."""

from __future__ import annotations

import pytest

from comity.proof.cosignature import ED25519_COSIGNATURE
from comity.proof.note import VerifierKey
from comity.proof.policy import PolicyError, parse_policy
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
