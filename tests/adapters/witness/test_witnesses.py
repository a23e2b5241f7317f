"""A log asks its witnesses: cosignatures come back, a witness that is away holds nobody up, a backup is noticed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from comity.adapters.clock import unix_ms
from comity.adapters.ledger.cosigning import Behind, Cosigned
from comity.adapters.ledger.durable import Durable
from comity.adapters.witness.client import NotCosigned, WitnessClient
from comity.adapters.witness.logs import KnownLog, Logs
from comity.adapters.witness.memory import WitnessMemory
from comity.adapters.witness.standing import LONGEST_WAIT_S, Standing
from comity.adapters.witness.witness import Answer, Witness
from comity.adapters.witness.witnesses import Witnesses
from comity.proof.add_checkpoint import AddCheckpoint
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import ED25519_COSIGNATURE, Cosigner
from comity.proof.note import Note, Signer
from comity.proof.policy import Policy, parse_policy
from comity.proof.verify import open_checkpoint
from comity.runtime.messages import Watch
from comity.runtime.witnessing import Required
from comity.stack.urls import Url
from comity.testing.link import Link
from comity.testing.witness import WitnessPort
from tests.adapters.witness.world import ORIGIN, SIGNER, MadeLog

LOG = MadeLog()
KEYS = [Cosigner(f"witness.example/w{n}", ED25519_COSIGNATURE, bytes([n]) * 32) for n in (1, 2, 3)]


class World:
    """Three witnesses behind links, and a log that asks them."""

    def __init__(self, folder: Path, stack: ExitStack, quorum: str) -> None:
        self.folder = folder
        self.ports: list[WitnessPort] = []
        self.links: list[Link] = []
        for number, key in enumerate(KEYS):
            memory = WitnessMemory(folder / str(number), (key.key,))
            stack.callback(memory.close)
            logs = Logs(key.key.name, {ORIGIN: KnownLog(ORIGIN, (SIGNER.key,), 0, 60_000)})
            witness = Witness((key,), logs, memory, clock=unix_ms, ticks=time.monotonic)
            self.ports.append(stack.enter_context(WitnessPort(witness.add_checkpoint, witness.checkpoint)))
            self.links.append(stack.enter_context(Link(self.ports[-1].port)))
        lines = [
            f"witness w{n} {key.key.text} {link.url}" for n, key, link in zip((1, 2, 3), KEYS, self.links, strict=True)
        ]
        self.policy = parse_policy("\n".join([f"log {SIGNER.key.text}", *lines, quorum]).encode())
        self._stack = stack

    def asks(
        self,
        *,
        every: float = 0.0,
        refresh: float = 60.0,
        patience: float = 5.0,
        timeout: float = 5.0,
        clock: Callable[[], int] = unix_ms,
    ) -> Witnesses:
        clients = [
            WitnessClient(name, self.policy.witnesses[name], Url("http", "127.0.0.1", link.port, ""), timeout=timeout)
            for name, link in zip(("w1", "w2", "w3"), self.links, strict=True)
        ]
        made = Witnesses(
            self.policy, clients, every=every, refresh=refresh, clock=clock, ticks=time.monotonic, patience=patience
        )
        made.doubts(None, SIGNER.key, Held(LOG, 0))
        self._stack.callback(made.close)
        return made


@contextmanager
def world(folder: Path, quorum: str = "group all all w1 w2 w3\nquorum all") -> Iterator[World]:
    with ExitStack() as stack:
        yield World(folder, stack, quorum)


class Held(Durable):
    """So many entries of a log, all of them signed."""

    def __init__(self, log: MadeLog, size: int) -> None:
        self._log = log
        self.size = self.signed = size

    def root(self, size: int) -> bytes:
        return self._log.reader(size).root()

    def prove(self, old: int) -> list[bytes]:
        return self._log.reader(self.signed).consistency(old)


def doubts(witnesses: Witnesses, note: str, size: int, log: MadeLog = LOG) -> str:
    """At a start that finds so many entries, and this note of the first of them."""
    held = Held(log, size)
    held.signed = Checkpoint.parse(Note.parse(note).text).size
    return witnesses.doubts(note, SIGNER.key, held)


def take(witnesses: Witnesses, size: int, log: MadeLog = LOG) -> Cosigned:
    checkpoint = Checkpoint(ORIGIN, size, log.reader(size).root())
    return witnesses.take(checkpoint, log.note(size), log.reader(size).consistency)


def until(holds: Callable[[], bool]) -> None:
    """Wait for what must come, however long the machine takes."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def trusted(cosigned: Cosigned, policy: Policy) -> set[str]:
    return set(open_checkpoint(Note.parse(cosigned.note), policy)[2])


def test_all_cosign(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        asks = made.asks()
        for size in (3, 300, 1000):
            cosigned = take(asks, size)
            assert cosigned.enough
            assert trusted(cosigned, made.policy) == {"w1", "w2", "w3"}
        assert [stand.size for stand in asks.stands] == [1000] * 3
        assert abs(asks.witnessed - unix_ms()) < 60_000
        # each was asked without a proof once, and knew the way from then on
        assert [len(port.bodies) for port in made.ports] == [3, 3, 3]


def test_a_start_learns_what_they_have_seen(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        first = take(made.asks(), 20)
        again = made.asks()
        assert doubts(again, LOG.note(20), 20) == ""
        assert [standing.known for standing in again._standings.values()] == [20] * 3
        assert doubts(again, first.note, 25) == ""
        assert again.witnessed > 0  # said by the file
        assert again.covered == 20
        assert take(again, 30).enough


def test_one_is_away_and_comes_back(tmp_path: Path) -> None:
    with world(tmp_path, "group two 2 w1 w2 w3\nquorum two") as made:
        asks = made.asks()
        made.links[2].cut()
        cosigned = take(asks, 5)
        assert cosigned.enough
        assert trusted(cosigned, made.policy) >= {"w1", "w2"}
        until(lambda: bool(asks.stands[2].trouble))
        assert asks.stands[2].size == 0
        made.links[2].heal()
        until(lambda: not asks.stands[2].trouble)
        late = asks.late()
        assert late is not None
        assert trusted(late, made.policy) == {"w1", "w2", "w3"}
        assert asks.late() is None


def test_one_that_failed_is_asked_sooner_while_somebody_waits() -> None:
    standing = Standing()
    assert not standing.hurry()
    for _ in range(8):
        standing.failed(NotCosigned("it does not answer"), ticks=100.0, every=0.1, jitter=0.5)
    assert standing.ready == 100.0 + LONGEST_WAIT_S * 0.75
    assert standing.hurry()
    assert standing.ready == 100.75
    assert not standing.hurry()
    standing.failed(NotCosigned("status 429", wait=20.0), ticks=101.0, every=0.1, jitter=0.5)
    standing.hurry()
    assert standing.ready == 121.0  # it asked for that


def test_hurry_wakes_the_one_who_asks(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        asks = made.asks(patience=0.0)
        made.links[0].cut()
        take(asks, 5)
        until(lambda: bool(asks.stands[0].trouble))
        asks._standings["w1"].ready = asks._ticks() + 3_600
        made.links[0].heal()

        def cosigned() -> bool:
            asks.hurry()
            return asks.covered == 5

        until(cosigned)


def test_none_answers(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        asks = made.asks(patience=0.2, timeout=0.3)
        made.links[0].mute()
        made.links[1].cut()
        cosigned = take(asks, 5)
        assert not cosigned.enough
        assert cosigned.note.startswith(LOG.note(5))
        assert (asks.witnessed, asks.covered) == (0, 0)
        assert doubts(asks, LOG.note(5), 5) == ""
        made.links[0].heal()
        made.links[1].heal()

        def healed() -> bool:
            late = asks.late()
            return late is not None and late.enough

        until(healed)
        assert asks.witnessed > 0
        assert asks.covered == 5


def test_a_backup_is_behind(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        assert take(made.asks(), 50).enough
        assert "shows that 50 entries of it are signed, and here are 20" in doubts(made.asks(), LOG.note(20), 20)
        assert "here are 49" in doubts(made.asks(), LOG.note(20), 49)
        # what is not signed yet was durable before the witness saw it: no backup
        assert doubts(made.asks(), LOG.note(20), 50) == doubts(made.asks(), LOG.note(20), 60) == ""
        # which ran on before it could ask: at the next answer it stops
        with pytest.raises(Behind, match="has cosigned 50 entries"):
            take(made.asks(), 21)


@pytest.mark.parametrize("shows", [True, False])
def test_a_backup_that_has_outgrown_what_its_witnesses_saw(tmp_path: Path, shows: bool) -> None:
    """It is larger than all that they saw, and not its continuation. Without a signature to show, two of three have to
    say so, as many as the policy trusts."""
    with world(tmp_path, "group two 2 w1 w2 w3\nquorum two") as made:
        assert take(made.asks(), 50).enough
        for port in made.ports:
            port.shown = port.shown if shows else lambda _: None
        fork = MadeLog(forked_at=20)
        for signed, size in ((70, 70), (70, 90), (50, 90), (50, 50)):
            why = doubts(made.asks(), fork.note(signed), size, fork)
            assert ("its first 50 entries were signed as others" if shows else "as many witnesses as") in why
        # what the witnesses saw is not signed here, and nothing that they may ask for can tell
        assert bool(doubts(made.asks(), fork.note(30), 90, fork)) == shows
        for port in made.ports[1:]:
            port.answers = lambda _: Answer(503, "not now\n")
            port.shown = lambda _: None
        asks = made.asks()
        assert bool(doubts(asks, fork.note(70), 90, fork)) == shows
        assert shows or "it shows no checkpoint of ours" in asks.stands[0].trouble


@pytest.mark.parametrize("lie", ["9000\n", "9" * 19 + "\n", "1" * 5000, "nonsense", "-1\n", "20\n", "7\n", "0\n"])
@pytest.mark.parametrize("quorum", ["group two 2 w1 w2 w3\nquorum two", "quorum none"])
def test_a_lie_at_a_start_makes_no_new_shard(tmp_path: Path, lie: str, quorum: str) -> None:
    with world(tmp_path, quorum) as made:
        assert take(made.asks(), 20).note
        made.ports[0].answers = lambda _: Answer(409, lie)
        made.ports[0].shown = lambda _: MadeLog(signer=Signer(ORIGIN, b"\x03" * 32)).note(9000)
        asks = made.asks()
        assert doubts(asks, LOG.note(20), 20) == ""
        assert "quorum two" not in quorum or take(asks, 30).enough


def test_of_a_policy_that_trusts_one_its_word_is_enough(tmp_path: Path) -> None:
    with world(tmp_path, "quorum w1") as made:
        made.ports[0].answers = lambda _: Answer(409, "9000\n")
        made.ports[0].shown = lambda _: None
        assert "it has seen 9000 entries, and here are 20" in doubts(made.asks(), LOG.note(20), 20)


def test_a_witness_that_refuses_now_and_shows_what_it_saw_before_makes_no_backup_of_us(tmp_path: Path) -> None:
    """Its owner took our key out of its file: what it cosigned once is still shown, and we have grown since."""
    with world(tmp_path) as made:
        assert take(made.asks(), 20).enough
        for port in made.ports:
            port.answers = lambda _: Answer(404, "this witness does not know the log\n")
        again = made.asks()
        assert doubts(again, LOG.note(30), 30) == ""
        assert "404" in again.stands[0].trouble


def test_what_was_witnessed_by_a_clock_that_was_ahead_is_not_believed_for_long(tmp_path: Path) -> None:
    """An hour is taken back: what was witnessed before says nothing of now, and the next cosignature does."""
    with world(tmp_path) as made:
        now = [unix_ms() + 3_600_000]
        asks = made.asks(clock=lambda: now[0])
        for port, key in zip(made.ports, KEYS, strict=True):
            port.answers = lambda body, key=key: cosigned(key, body, now[0] // 1000)  # type: ignore[misc]
        required = Required(Watch(b"", 1.0, 60.0), asks, lambda: 5)
        assert take(asks, 5).enough
        until(lambda: required.refusal("desk", now[0]) is None)
        now[0] -= 3_600_000
        assert required.refusal("desk", now[0]) is not None
        assert take(asks, 6).enough
        assert required.refusal("desk", now[0]) is None


def cosigned(key: Cosigner, body: bytes, time: int) -> Answer:
    return Answer(200, key.cosign(AddCheckpoint.parse(body).note.text, time).line)


def test_a_backup_that_grew_otherwise(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        assert take(made.asks(), 50).enough
        fork = MadeLog(forked_at=20)
        assert doubts(made.asks(), fork.note(50), 50, fork)
        with pytest.raises(Behind, match="another history"):
            take(made.asks(), 60, fork)


@pytest.mark.parametrize("lie", ["9000\n", "nonsense", "-1\n", "1" * 5000])
def test_a_witness_that_lies_stops_nobody(tmp_path: Path, lie: str) -> None:
    """It names a size that it cannot show our signature for."""
    with world(tmp_path, "group two 2 w1 w2 w3\nquorum two") as made:
        asks = made.asks()
        made.ports[0].answers = lambda _: Answer(409, lie)
        made.ports[0].shown = lambda _: None
        assert take(asks, 5).enough
        until(lambda: bool(asks.stands[0].trouble))
        assert take(asks, 6).enough


@pytest.mark.parametrize("whose", ["nobody's", "another key's", "another log's"])
def test_a_checkpoint_that_is_not_ours_proves_nothing(tmp_path: Path, whose: str) -> None:
    """The witness shows a larger checkpoint, and we did not sign it."""
    larger = LOG.note(9000)
    forged = {
        "nobody's": larger.replace("\n9000\n", "\n9001\n"),
        "another key's": MadeLog(signer=Signer(ORIGIN, b"\x03" * 32)).note(9000),
        "another log's": MadeLog(signer=SIGNER.named("example.org/other")).note(9000),
    }[whose]
    with world(tmp_path, "group two 2 w1 w2 w3\nquorum two") as made:
        asks = made.asks()
        made.ports[0].answers = lambda _: Answer(409, "9000\n")
        made.ports[0].shown = lambda _: forged
        assert take(asks, 5).enough
        until(lambda: bool(asks.stands[0].trouble))
        assert take(asks, 6).enough
        made.ports[0].shown = lambda _: larger
        until(lambda: take_fails(asks))


def take_fails(asks: Witnesses) -> bool:
    try:
        take(asks, 7)
    except Behind:
        return True
    return False


@pytest.mark.parametrize(
    "answer",
    [Answer(200, ""), Answer(200, "— x y\n"), Answer(200, "A" * 200_000), Answer(500, "\n"), Answer(302, "\n")],
)
def test_what_is_no_cosignature(tmp_path: Path, answer: Answer) -> None:
    with world(tmp_path, "group two 2 w1 w2 w3\nquorum two") as made:
        asks = made.asks()
        made.ports[0].answers = lambda _: answer
        cosigned = take(asks, 5)
        assert trusted(cosigned, made.policy) == {"w2", "w3"}
        until(lambda: bool(asks.stands[0].trouble))


def test_a_cosignature_of_another_checkpoint_is_none(tmp_path: Path) -> None:
    with world(tmp_path, "group two 2 w1 w2 w3\nquorum two") as made:
        asks = made.asks()
        stale = KEYS[0].cosign(Checkpoint(ORIGIN, 4, LOG.reader(4).root()).text, 1_795_406_400).line
        made.ports[0].answers = lambda _: Answer(200, stale)
        assert trusted(take(asks, 5), made.policy) == {"w2", "w3"}


def test_an_idle_log_stays_fresh(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        asks = made.asks(refresh=0.05)
        take(asks, 5)
        until(lambda: all(len(port.bodies) > 2 for port in made.ports))
        until(lambda: asks.late() is not None)


def test_a_witness_is_not_asked_more_often_than_told(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        asks = made.asks(every=3600, patience=0.05)
        take(asks, 5)
        until(lambda: all(stand.size == 5 for stand in asks.stands))
        for size in (6, 7, 8):
            assert not take(asks, size).enough
        assert [len(port.bodies) for port in made.ports] == [1, 1, 1]


def test_an_answer_that_was_lost(tmp_path: Path) -> None:
    """The witness kept the checkpoint, and the log never heard of it."""
    with world(tmp_path) as made:
        asks = made.asks(patience=20)
        right = made.ports[0].answers

        def lost(body: bytes) -> Answer:
            right(body)
            made.ports[0].answers = right
            return Answer(500, "\n")

        made.ports[0].answers = lost
        assert take(asks, 5).enough
        assert take(asks, 9).enough
