"""Sample files: what was chosen afterwards is refused, each lie by the name that docs/spec/sampling.md has for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from comity.proof.cosignature import ED25519_COSIGNATURE, Cosigner
from comity.proof.note import Signer
from comity.proof.policy import parse_policy
from comity.proof.sample_file import MAX_SAMPLE_BYTES, Head, Sample, SampleRefused, read_sample, verify_sample
from comity.proof.sampling import NONCE_SIZE, nonce_commitment, seed, selected
from comity.terms import canon
from tests.proof.samples import ORIGIN, SHARD, SIGNER, TRUST, Blocks, SampleLog, intent

PAGE = Path(__file__).parents[2] / "docs" / "spec" / "sampling.md"
NONCE, ANOTHER = bytes(range(NONCE_SIZE)), bytes(NONCE_SIZE)
RATE = 500_000
AT = 1
"""Where the commitment is entered."""

WITNESS = Cosigner("witness.example", ED25519_COSIGNATURE, b"\x05" * 32)
WITNESSED = parse_policy(f"log {SIGNER.key.text}\nwitness w {WITNESS.key.text}\nquorum w\n".encode())


def committing(nonce: bytes = NONCE, rate: int = RATE, action: str = "sample.commit") -> Blocks:
    """The blocks of an `audit` entry."""
    commitment = nonce_commitment(nonce).hex()
    said = {"commitment": commitment, "rate": rate}
    return (
        canon.encode({"actor": "auditor1"}),
        canon.encode({"action": action, "durability": "strict"}),
        canon.encode({"target": commitment[:32], "times": {"finished": 1}, "sample": said}),
    )


def log(entered: Blocks | None = None, signer: Signer = SIGNER) -> SampleLog:
    """A request, the commitment, and more requests."""
    made = SampleLog(signer.named(f"{ORIGIN}/{SHARD}"))
    made.append("intent", intent())
    made.append("audit", entered or committing())
    for number in range(20):
        made.append("intent", intent(b"%d" % number))
    return made


def drawn(made: SampleLog, at: int = AT, change: Callable[[str], str] = str) -> Sample:
    """The sample under the log's present checkpoint, whose note `change` alters in each of its places."""
    note = change(made.checkpoint())
    return Sample(RATE, NONCE, f"{SHARD}.{at}", (Head(SHARD, 0, note),), made.shown(at, note))


def changed(**members: Any) -> bytes:
    """An honest file with members altered; those of its only head where there are some of that name."""
    document = json.loads(drawn(log()).encode())
    (head,) = document["heads"]
    for name in members.keys() & head.keys():
        head[name] = members.pop(name)
    return json.dumps(document | members).encode()


def committed_late() -> bytes:
    """Drawn of one checkpoint, and committed to under the next: by then it is known what the first one draws."""
    made = SampleLog()
    made.append("intent", intent())
    early = made.checkpoint()
    made.append("audit", committing())
    return replace(drawn(made), heads=(Head(SHARD, 0, early),)).encode()


def drawn_of_another_tree() -> bytes:
    """Of two trees of one size, the commitment is shown in the one, and the sample drawn of the other."""
    other = log(committing(ANOTHER)).checkpoint()
    return replace(drawn(log()), heads=(Head(SHARD, 0, other),)).encode()


def never_entered() -> bytes:
    """The blocks of a commitment, with the proof of another entry."""
    made = log()
    honest, made.entries[AT] = drawn(made), ("audit", committing(ANOTHER))
    return replace(honest, committed=made.shown(AT, honest.heads[0].checkpoint)).encode()


LIES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "cut off": ("unreadable", lambda: b"{"),
    "endless": ("unreadable", lambda: b" " * (MAX_SAMPLE_BYTES + 1)),
    "of another version": ("malformed", lambda: changed(comity_sample=2)),
    "from before the first": ("malformed", lambda: changed(first=-1)),
    "a head without a note": ("malformed", lambda: changed(checkpoint="")),
    "a note of something else": ("malformed-proof", lambda: changed(checkpoint=log().signer.sign("hello\n"))),
    "a stranger's log": ("unknown-signer", lambda: drawn(log(signer=Signer(ORIGIN, b"\x09" * 32))).encode()),
    "a larger tree": ("bad-signature", lambda: drawn(log(), change=lambda note: note.replace("\n22\n", "\n23\n")).encode()),
    "a shard twice": ("wrong-head", lambda: changed(heads=json.loads(changed())["heads"] * 2)),
    "another shard": ("wrong-head", lambda: changed(shard="another1")),
    "from beyond the end": ("wrong-head", lambda: changed(first=23)),
    "nothing shown": ("not-committed", lambda: replace(drawn(log()), committed=None).encode()),
    "committed too late": ("not-committed", committed_late),
    "drawn of another tree": ("not-committed", drawn_of_another_tree),
    "another entry named": ("not-committed", lambda: replace(drawn(log()), commit=f"{SHARD}.2").encode()),
    "a shard that is left out": ("not-committed", lambda: replace(drawn(log()), commit=f"another1.{AT}").encode()),
    "never entered": ("not-included", never_entered),
    "no entry of an audit": ("bad-entry", lambda: drawn(log((b"{}", b"{}", b"{}"))).encode()),
    "another action": ("other-rate", lambda: drawn(log(committing(action="sample.reveal"))).encode()),
    "another rate": ("other-rate", lambda: drawn(log(committing(rate=1))).encode()),
    "another nonce": ("other-nonce", lambda: drawn(log(committing(ANOTHER))).encode()),
}  # fmt: skip


def test_an_honest_sample_is_drawn_again() -> None:
    made = log()
    (part,) = verify_sample(read_sample(drawn(made).encode()), TRUST)
    assert part.selected == tuple(selected(seed(part.checkpoint, NONCE), RATE, 0, 22))
    assert (part.shard, part.checkpoint.size) == (SHARD, 22)


@pytest.mark.parametrize("lie", LIES)
def test_it_is_refused_by_its_own_name(lie: str) -> None:
    name, file = LIES[lie]
    with pytest.raises(SampleRefused) as refused:
        verify_sample(read_sample(file()), TRUST)
    assert refused.value.name == name, str(refused.value)


def test_a_checkpoint_that_no_witness_saw_draws_nothing() -> None:
    with pytest.raises(SampleRefused) as refused:
        verify_sample(drawn(log()), WITNESSED)
    assert refused.value.name == "missing-witness"

    def seen(note: str) -> str:
        return note + WITNESS.cosign(note.partition("\n\n")[0] + "\n", 1795406401).line

    assert verify_sample(drawn(log(), change=seen), WITNESSED)


def test_the_page_names_every_failure() -> None:
    rows = re.findall(r"^\| \d \|.*$", PAGE.read_text("utf-8"), re.M)
    named = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row.rpartition(" | ")[2])}
    assert named == {name for name, _ in LIES.values()} | {"missing-witness"}
