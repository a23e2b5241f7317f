"""Answers of a witness that lie: none of them makes a quorum, nor stops the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.adapters.clock import unix_ms
from comity.adapters.witness.witness import Answer
from comity.proof.add_checkpoint import AddCheckpoint
from comity.proof.checkpoint import Checkpoint
from comity.proof.note import Note
from comity.runtime.messages import Watch
from comity.runtime.witnessing import Required
from tests.adapters.witness.test_witnesses import KEYS, LOG, cosigned, take, trusted, until, world
from tests.adapters.witness.world import ORIGIN

TWO = "group two 2 w1 w2 w3\nquorum two"


def test_one_witness_answers_for_another(tmp_path: Path) -> None:
    """w1 gives what w2 signed, and w3 is away: two witnesses have not seen it."""
    with world(tmp_path, TWO) as made:
        asks = made.asks(patience=0.3)
        made.links[2].cut()
        made.ports[0].answers = lambda body: cosigned(KEYS[1], body, unix_ms() // 1000)
        given = take(asks, 5)
        assert not given.enough
        assert trusted_or_none(given.note, made.policy) == {"w2"}
        assert (asks.witnessed, asks.covered) == (0, 0)
        until(lambda: "no cosignature of its key" in asks.stands[0].trouble)


def test_one_witness_answers_with_the_lines_of_all(tmp_path: Path) -> None:
    """Only its own is taken from it, however many others it brings."""
    with world(tmp_path, TWO) as made:
        asks = made.asks(patience=0.3)
        made.links[1].cut()
        made.links[2].cut()

        def all_of_them(body: bytes) -> Answer:
            return Answer(200, "".join(cosigned(key, body, unix_ms() // 1000).body for key in KEYS))

        made.ports[0].answers = all_of_them
        given = take(asks, 5)
        assert not given.enough
        assert trusted_or_none(given.note, made.policy) == {"w1"}


def test_it_names_the_size_that_we_have_again_and_again(tmp_path: Path) -> None:
    with world(tmp_path, TWO) as made:
        asks = made.asks()
        made.ports[0].answers = lambda _: Answer(409, "5\n")
        assert take(asks, 5).enough
        until(lambda: "another size each time" in asks.stands[0].trouble)
        assert len(made.ports[0].bodies) <= 4
        assert take(asks, 6).enough


def test_a_time_of_long_ago_is_not_fresh(tmp_path: Path) -> None:
    """It cosigns what it is shown, and dates it back: nobody is told that the log was seen just now."""
    with world(tmp_path) as made:
        asks = made.asks()
        for port, key in zip(made.ports, KEYS, strict=True):
            port.answers = lambda body, key=key: cosigned(key, body, unix_ms() // 1000 - 3_600)  # type: ignore[misc]
        assert take(asks, 5).enough
        required = Required(Watch(b"", 1.0, 60.0), asks, lambda: 5)
        refusal = required.refusal("desk", unix_ms())
        assert refusal is not None and "3600 s old" in refusal.message


@pytest.mark.parametrize("seconds", [3_600, 2**62])
def test_a_time_that_is_yet_to_come_buys_no_time(tmp_path: Path, seconds: int) -> None:
    with world(tmp_path) as made:
        now = [unix_ms()]
        asks = made.asks(clock=lambda: now[0])
        for port, key in zip(made.ports, KEYS, strict=True):
            port.answers = lambda body, key=key: cosigned(key, body, now[0] // 1000 + seconds)  # type: ignore[misc]
        required = Required(Watch(b"", 1.0, 60.0), asks, lambda: 5)
        assert take(asks, 5).enough
        until(lambda: required.refusal("desk", now[0]) is None)
        now[0] += 61_000
        assert required.refusal("desk", now[0]) is not None


def test_the_cosignature_of_another_origin(tmp_path: Path) -> None:
    with world(tmp_path, TWO) as made:
        asks = made.asks()
        other = Checkpoint("example.org/other", 5, LOG.reader(5).root())
        made.ports[0].answers = lambda _: Answer(200, KEYS[0].cosign(other.text, unix_ms() // 1000).line)
        assert trusted(take(asks, 5), made.policy) == {"w2", "w3"}
        until(lambda: bool(asks.stands[0].trouble))


def test_a_smaller_checkpoint_of_ours_proves_nothing_against_us(tmp_path: Path) -> None:
    """It claims to have seen more, and shows what we signed before: we have grown from that."""
    with world(tmp_path, TWO) as made:
        asks = made.asks()
        made.ports[0].answers = lambda _: Answer(409, "9000\n")
        made.ports[0].shown = lambda _: LOG.note(3)
        assert take(asks, 5).enough
        until(lambda: "shows no checkpoint of ours of that size" in asks.stands[0].trouble)
        assert take(asks, 6).enough


def test_what_it_was_asked_is_what_is_cosigned(tmp_path: Path) -> None:
    """The bodies hold our checkpoint and no line of another witness: nobody copies from a neighbour."""
    with world(tmp_path) as made:
        assert take(made.asks(), 5).enough
        for port in made.ports:
            note = AddCheckpoint.parse(port.bodies[-1]).note
            assert note.text.startswith(f"{ORIGIN}\n5\n")
            assert len(note.signatures) == 1


def trusted_or_none(note: str, policy: object) -> set[str]:
    """The witnesses whose lines stand there and hold, whether they are enough or not."""
    from comity.proof.cosignature import cosigned_at

    read = Note.parse(note)
    keys = policy.witnesses  # type: ignore[attr-defined]
    return {name for name, key in keys.items() for line in read.by(key) if cosigned_at(key, read.text, line)}
