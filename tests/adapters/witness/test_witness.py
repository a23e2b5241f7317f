"""A witness answers as C2SP tlog-witness says, and cosigns no fork whatever it is asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.adapters.witness.witness import SIZE
from comity.proof.add_checkpoint import ask
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import cosigned_at
from comity.proof.note import Note, Signer
from comity.proof.tree import verify_consistency
from comity.terms.digests import sha256_hex
from comity.terms.errors import Fault
from comity.testing.disk import FailingDisk, Operation
from comity.testing.power import Luck, PowerDisk, lay_out
from tests.adapters.witness.world import COSIGNER, NOW_MS, ORIGIN, SIGNER, MadeLog, logs, said, witness

LOG = MadeLog()


def test_a_log_grows_and_is_cosigned(tmp_path: Path) -> None:
    asked, _ = witness(tmp_path)
    for old, new in ((0, 5), (5, 5), (5, 300), (300, 1000)):
        answer = asked.add_checkpoint(LOG.ask(old, new))
        assert answer.status == 200
        note = Note.parse(LOG.note(new) + answer.body)
        (line,) = note.by(COSIGNER.key)
        time = cosigned_at(COSIGNER.key, note.text, line)
        assert time is not None
        assert time >= NOW_MS // 1000


def test_what_is_kept_is_shown(tmp_path: Path) -> None:
    asked, _ = witness(tmp_path)
    origin_hash = sha256_hex(ORIGIN.encode())
    assert asked.checkpoint(origin_hash) is None
    first = asked.add_checkpoint(LOG.ask(0, 9)).body
    assert asked.checkpoint(origin_hash) == LOG.note(9) + first
    again = asked.add_checkpoint(LOG.ask(9, 9)).body
    assert again != first  # its time is another, and the first stays shown
    assert asked.checkpoint(origin_hash) == LOG.note(9) + first


def body(asked: bytes, *changes: tuple[str, str]) -> bytes:
    text = asked.decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


FORK = MadeLog(forked_at=3)
STRANGER = MadeLog(signer=Signer("example.com/other", b"\x02" * 32))
IMPOSTOR = MadeLog(signer=Signer(ORIGIN, b"\x03" * 32))
BAD_EMPTY = ask(0, (), SIGNER.sign(Checkpoint(ORIGIN, 0, b"\x01" * 32).text))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b"", (400, "a request begins with")),
        (b"old 0\n" + b"x" * 200_000, (400, "the body is longer")),
        (b"\xff\xfe", (400, "the body is not UTF-8")),
        (body(LOG.ask(7, 9), ("old 7", "old 07")), (400, "a request begins with")),
        (body(LOG.ask(7, 9), ("old 7", "old 10")), (400, "the old size, 10, is above")),
        (
            body(LOG.ask(7, 9), ("old 7\n", "old 7\n" + "A" * 43 + "=\n" * 1 + ("A" * 43 + "=\n") * 63)),
            (400, "the proof"),
        ),
        (body(LOG.ask(7, 9), ("old 7\n", "old 7\nAAAA\n")), (400, "a line of the proof has not 32")),
        (body(LOG.ask(7, 9), ("\n— ", "\n- ")), (400, "a line after the text")),
        (STRANGER.ask(0, 4), (404, "does not know")),
        (IMPOSTOR.ask(7, 9), (403, "no signature")),
        (body(LOG.ask(7, 9), ("\n9\n", "\n8\n")), (403, "no signature")),
        (LOG.ask(0, 9), (409, "7\n")),
        (LOG.ask(5, 6), (409, "7\n")),
        (FORK.ask(0, 9), (409, "7\n")),
        (FORK.ask(7, 9), (422, "not shown")),
        (FORK.ask(7, 7), (422, "not shown")),
        (body(LOG.ask(7, 300), ("old 7\n", "old 7\n" + "A" * 43 + "=\n")), (422, "not shown")),
        (body(LOG.ask(7, 7), ("old 7\n", "old 7\n" + "A" * 43 + "=\n")), (422, "not shown")),
    ],
)
def test_what_is_refused(tmp_path: Path, asked: bytes, answer: tuple[int, str]) -> None:
    asks, memory = witness(tmp_path)
    assert asks.add_checkpoint(LOG.ask(0, 7)).status == 200
    status, says = said(asks.add_checkpoint(asked))
    assert status == answer[0]
    assert says.startswith(answer[1]) or answer[1] in says
    latest = memory.latest(ORIGIN)
    assert latest is not None
    assert latest.checkpoint.size == 7
    assert asks.add_checkpoint(LOG.ask(7, 9)).status == 200


def test_a_first_checkpoint(tmp_path: Path) -> None:
    asked, _ = witness(tmp_path)
    assert asked.add_checkpoint(BAD_EMPTY).status == 422
    # with an old size of zero there is nothing to prove
    assert asked.add_checkpoint(body(LOG.ask(0, 4), ("old 0\n", "old 0\n" + "A" * 43 + "=\n"))).status == 422
    conflict = asked.add_checkpoint(LOG.ask(3, 4))
    assert (conflict.status, conflict.body, conflict.content_type) == (409, "0\n", SIZE)
    assert asked.add_checkpoint(LOG.ask(0, 0)).status == 200
    assert asked.add_checkpoint(LOG.ask(0, 4)).status == 200


def test_a_false_line_beside_a_true_one(tmp_path: Path) -> None:
    asked, _ = witness(tmp_path)
    true = LOG.note(4)
    false = LOG.note(5).rpartition("\n\n")[2]
    assert asked.add_checkpoint(ask(0, (), true + false)).status == 403
    unknown = "— grease.example/x " + "Z3JlYXNlZ3JlYXNl\n"
    answer = asked.add_checkpoint(ask(0, (), true + unknown))
    assert answer.status == 200
    assert "grease" not in str(asked.checkpoint(sha256_hex(ORIGIN.encode())))


def test_shards_are_known_up_to_a_number(tmp_path: Path) -> None:
    asked, _ = witness(tmp_path, logs(shards=2))
    shard = [MadeLog(signer=SIGNER.named(f"{ORIGIN}/shard00{n}")) for n in range(3)]
    assert [asked.add_checkpoint(each.ask(0, 4)).status for each in shard] == [200, 200, 403]
    assert asked.add_checkpoint(shard[0].ask(4, 6)).status == 200
    assert asked.add_checkpoint(MadeLog(signer=SIGNER.named(f"{ORIGIN}/a/b")).ask(0, 1)).status == 404
    strict, _ = witness(tmp_path / "strict")
    assert strict.add_checkpoint(shard[0].ask(0, 4)).status == 404


def test_a_start_remembers(tmp_path: Path) -> None:
    asked, memory = witness(tmp_path)
    asked.add_checkpoint(LOG.ask(0, 9))
    with pytest.raises(Fault, match="another witness"):
        witness(tmp_path)
    memory.close()
    asked, memory = witness(tmp_path)
    assert said(asked.add_checkpoint(FORK.ask(0, 9))) == (409, "9\n")
    assert asked.add_checkpoint(FORK.ask(9, 12)).status == 422
    memory.close()
    (kept,) = (path for path in tmp_path.iterdir() if len(path.name) == 64)
    kept.write_text(kept.read_text().replace("\n9\n", "\n8\n"))
    with pytest.raises(Fault, match="not what this witness wrote"):
        witness(tmp_path)


BROKEN: list[tuple[Operation, str, int]] = [
    *(("open", how, after) for how in ("not", "done") for after in (0, 1)),
    *(("write", how, 0) for how in ("not", "half", "done")),
    *(("sync", how, after) for how in ("not", "done") for after in (0, 1)),
    *(("rename", how, 0) for how in ("not", "done")),
]


@pytest.mark.parametrize(("operation", "how", "after"), BROKEN)
def test_nothing_is_signed_that_is_not_durable(tmp_path: Path, operation: Operation, how: Any, after: int) -> None:
    """Every operation of the disk fails once, done or not; the answer is no cosignature, and the next one is right."""
    disk = FailingDisk()
    asked, memory = witness(tmp_path, disk=disk)
    assert asked.add_checkpoint(LOG.ask(0, 5)).status == 200
    disk.fail(operation, how=how, after=after)
    answer = asked.add_checkpoint(LOG.ask(5, 9))
    assert answer.status == 503
    assert "—" not in answer.body
    disk.heal()
    # whether it goes on or starts anew, it has cosigned nothing that it could contradict
    assert said(asked.add_checkpoint(LOG.ask(4, 4))) == (409, "5\n")
    memory.close()
    asked, memory = witness(tmp_path)
    latest = memory.latest(ORIGIN)
    assert latest is not None
    assert latest.checkpoint.size in (5, 9)
    assert asked.add_checkpoint(LOG.ask(latest.checkpoint.size, 12)).status == 200
    memory.close()


def test_what_was_cosigned_is_known_after_a_power_cut(tmp_path: Path) -> None:
    disk = PowerDisk(tmp_path)
    asked, memory = witness(tmp_path / "w", disk=disk)
    for old, new in ((0, 5), (5, 9), (9, 12)):
        assert asked.add_checkpoint(LOG.ask(old, new)).status == 200
        disk.mark("cosigned", new)
    memory.close()
    lucks: tuple[Luck, ...] = ("none", "some", "all")
    for after, luck, left in disk.cuts(1, lucks):
        where = tmp_path / f"{after}-{luck}"
        lay_out(left, where)
        told = max((step.detail for step in disk.steps[:after] if step.operation == "mark"), default=0)
        _, again = witness(where / "w")
        latest = again.latest(ORIGIN)
        again.close()
        assert (0 if latest is None else latest.checkpoint.size) >= told, (after, luck)


def test_rates_and_those_who_wait(tmp_path: Path) -> None:
    now = [0.0]
    asked, _ = witness(tmp_path, logs(per_minute=8), ticks=lambda: now[0])
    sizes = [asked.add_checkpoint(LOG.ask(size, size + 1)).status for size in range(3)]
    assert sizes == [200, 200, 429]
    assert asked.add_checkpoint(LOG.ask(2, 2)).status == 200  # nothing is written for it
    now[0] += 8
    assert asked.add_checkpoint(LOG.ask(2, 3)).status == 200


def test_of_rivals_one_wins(tmp_path: Path) -> None:
    """Ten checkpoints at once from the same old size, half of them of a fork: one history comes of it."""
    asked, _ = witness(tmp_path)
    asked.add_checkpoint(LOG.ask(0, 3))
    bodies = [log.ask(3, size) for size in (4, 5, 6) for log in (LOG, FORK)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(asked.add_checkpoint, bodies))
    assert sorted({answer.status for answer in answers}) == [200, 409]
    assert sum(answer.status == 200 for answer in answers) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 12), st.integers(0, 12)), max_size=25))
def test_what_is_cosigned_is_one_history(steps: list[tuple[bool, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        asked, memory = witness(Path(folder))
        cosigned: list[tuple[MadeLog, int]] = [(LOG, 0)]
        for forked, old, more in steps:
            log = FORK if forked else LOG
            if asked.add_checkpoint(log.ask(old, old + more)).status == 200:
                cosigned.append((log, old + more))
        memory.close()
        for (_, small), (before, _), (after, large) in zip(cosigned, cosigned, cosigned[1:], strict=False):
            older, newer = before.reader(small), after.reader(large)
            assert small <= large
            assert verify_consistency(small, large, older.root(), newer.root(), newer.consistency(small))
