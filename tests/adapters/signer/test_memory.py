"""A signer never signs a fork, whatever it is asked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.adapters.signer.memory import SigningMemory
from comity.adapters.signer.wire import KEY, decode_request, encode_request
from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.note import Signer, VerifierKey
from comity.proof.reader import TreeReader
from comity.proof.tiles import Tile
from comity.terms.digests import from_base64
from comity.terms.errors import Fault

ORIGIN = "example.org/gw"
SHARD = f"{ORIGIN}/shard0001"


class Tree:
    """A log that may be forked: entries above 40 of the other branch are others."""

    def __init__(self, branch: int) -> None:
        self.tiles: dict[Tile, bytes] = {}
        self.roots: dict[int, bytes] = {}
        growth = Growth()
        for index in range(101):
            self.roots[index] = growth.edge.root()
            self.tiles.update(growth.take())
            growth.push(hashlib.sha256(b"%d %d" % (index, branch if index >= 40 else 0)).digest())

    def checkpoint(self, size: int, origin: str = SHARD) -> Checkpoint:
        return Checkpoint(origin, size, self.roots[size])

    def proof(self, old: int, size: int) -> list[bytes]:
        return TreeReader(size, self.tiles.__getitem__).consistency(old) if 0 < old <= size else []


TREES = (Tree(0), Tree(1))


def key_file(folder: Path, origin: str = ORIGIN) -> Path:
    path = folder / "log.key"
    path.write_text(Signer(origin, bytes(32)).private_text + "\n")
    path.chmod(0o600)
    return path


def signed(memory: SigningMemory, checkpoint: Checkpoint, answer: str) -> bool:
    """Whether the answer is a signature; it verifies then."""
    word, _, rest = answer.strip().partition(" ")
    if word != "signature":
        return False
    key = VerifierKey.parse(memory.vkey).named(checkpoint.origin)
    assert key.verifies(checkpoint.text.encode(), from_base64(rest))
    return True


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 100), st.integers(0, 100)), max_size=12))
def test_all_that_is_signed_is_one_growing_tree(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[int, int, int]]
) -> None:
    memory = SigningMemory(key_file(tmp_path_factory.mktemp("signer")))
    last: tuple[int, int] | None = None
    for branch, old, size in asked:
        tree = TREES[branch]
        checkpoint = tree.checkpoint(size)
        answer = memory.answer(encode_request(old, tree.proof(old, size), checkpoint))
        if not signed(memory, checkpoint, answer):
            continue
        if last is not None:
            assert size >= last[0]
            assert tree.roots[last[0]] == TREES[last[1]].roots[last[0]], "a fork was signed"
        last = (size, branch)
    memory.close()


def test_it_remembers_over_a_restart(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    tree = TREES[0]
    memory = SigningMemory(path)
    assert signed(memory, tree.checkpoint(50), memory.answer(encode_request(0, [], tree.checkpoint(50))))
    with pytest.raises(Fault, match="another signer holds"):
        SigningMemory(path)
    memory.close()
    again = SigningMemory(path)
    assert again.answer(encode_request(0, [], tree.checkpoint(60))) == "old 50\n"
    assert again.answer(encode_request(0, [], tree.checkpoint(49))).startswith("no it has signed 50 entries")
    fork = TREES[1]
    assert again.answer(encode_request(50, fork.proof(50, 60), fork.checkpoint(60))).startswith("no 60 entries")
    grown = encode_request(50, tree.proof(50, 60), tree.checkpoint(60))
    assert signed(again, tree.checkpoint(60), again.answer(grown))
    # an answer may have been lost: the same checkpoint is signed again
    same = encode_request(60, [], tree.checkpoint(60))
    assert signed(again, tree.checkpoint(60), again.answer(same))


@pytest.mark.parametrize("origin", [ORIGIN, "example.org/other/shard0001", f"{ORIGIN}/a/b", f"{ORIGIN}/UPPER"])
def test_it_signs_for_its_own_shards_alone(tmp_path: Path, origin: str) -> None:
    memory = SigningMemory(key_file(tmp_path))
    assert memory.answer(encode_request(0, [], TREES[0].checkpoint(1, origin))).startswith("no it signs for")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old",
        "old x\n\n",
        "old 1\nAAAA\n\nx\n1\ny\n",
        "sign me this\n",
        "old 0\n\nhello\n",
        "old 0\n\n" + "x\n" * 3000,
    ],
)
def test_what_is_no_checkpoint_is_not_signed(tmp_path: Path, text: str) -> None:
    assert SigningMemory(key_file(tmp_path)).answer(text).startswith("no ")


def test_extension_lines_are_not_signed(tmp_path: Path) -> None:
    checkpoint = Checkpoint(SHARD, 1, TREES[0].roots[1], ("anything that someone wants signed",))
    assert SigningMemory(key_file(tmp_path)).answer(encode_request(0, [], checkpoint)).startswith("no ")


def test_its_key(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    assert SigningMemory(path).answer(KEY) == f"vkey {Signer(ORIGIN, bytes(32)).key.text}\n"
    path.chmod(0o644)
    with pytest.raises(Fault, match="chmod 600"):
        SigningMemory(path)
    with pytest.raises(Fault, match="cannot be used"):
        SigningMemory(tmp_path / "none")


def test_a_memory_that_is_damaged_signs_nothing(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    (tmp_path / "log.key.signed").write_text('{"x": 1}')
    with pytest.raises(Fault, match="without it a fork could be signed"):
        SigningMemory(path)


@given(st.integers(0, 2**62), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.integers(0, 2**62))
def test_requests_round_trip(old: int, proof: list[bytes], size: int) -> None:
    checkpoint = Checkpoint(SHARD, size, bytes(32))
    assert decode_request(encode_request(old, proof, checkpoint)) == (old, tuple(proof), checkpoint)
