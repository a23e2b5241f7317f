"""Two instances of Comity witness each other over a link that is cut and healed; a backup of one is found out."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.ledger import Ledger, shards
from comity.adapters.ledger.audit import audit_shard
from comity.adapters.ledger.log_key import load_or_create as load_log_key
from comity.adapters.witness.client import WitnessClient
from comity.adapters.witness.key_file import load_all
from comity.adapters.witness.logs import KnownLog, Logs
from comity.adapters.witness.memory import WitnessMemory
from comity.adapters.witness.witness import Witness
from comity.adapters.witness.witnesses import Witnesses
from comity.proof.note import Note
from comity.proof.policy import Policy, parse_policy
from comity.proof.verify import open_checkpoint, verify_file
from comity.stack.urls import Url
from comity.terms import canon
from comity.testing.link import Link
from comity.testing.witness import WitnessPort
from tests.adapters.ledger.writing import ask


class Instance:
    """A gateway's log and, beside it, a witness for the other's."""

    def __init__(self, folder: Path, name: str, stack: ExitStack) -> None:
        self.name = name
        self.state = folder / name
        self.log_key = load_log_key(self.state, name, os.urandom).key
        (self.cosigner,) = load_all(self.state / "witness", f"{name}/witness", os.urandom) if _made(self.state) else ()
        self._stack = stack
        self.link: Link  # that leads to this instance's witness
        self.policy: Policy  # that this instance's log asks by

    def witness(self, other: Instance) -> None:
        """Serve as the witness of the other's log, and be what it asks."""
        memory = WitnessMemory(self.state / "witness" / "logs", (self.cosigner.key,))
        self._stack.callback(memory.close)
        known = Logs(self.cosigner.key.name, {other.name: KnownLog(other.name, (other.log_key,), 8, 60_000)})
        witness = Witness((self.cosigner,), known, memory, clock=unix_ms, ticks=time.monotonic)
        port = self._stack.enter_context(WitnessPort(witness.add_checkpoint, witness.checkpoint))
        self.link = self._stack.enter_context(Link(port.port))
        text = f"log {other.log_key.text}\nwitness w {self.cosigner.key.text} {self.link.url}\nquorum w\n"
        other.policy = parse_policy(text.encode())

    def opened(self, other: Instance, *, state: Path | None = None, patience: float = 20.0) -> Ledger:
        """The log, which asks the other's witness."""
        client = WitnessClient(
            "w", self.policy.witnesses["w"], Url("http", "127.0.0.1", other.link.port, ""), timeout=0.5
        )
        self.asks = Witnesses(
            self.policy, [client], every=0.0, refresh=60.0, clock=unix_ms, ticks=time.monotonic, patience=patience
        )
        return Ledger.open(state or self.state, self.name, clock=unix_ms, cosigning=self.asks)


def _made(state: Path) -> bool:
    (state / "witness").mkdir(mode=0o700)
    return True


@contextmanager
def pair(folder: Path) -> Iterator[tuple[Instance, Instance]]:
    with ExitStack() as stack:
        a, b = Instance(folder, "a.example/gw", stack), Instance(folder, "b.example/gw", stack)
        a.witness(b)
        b.witness(a)
        yield a, b


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def published(ledger: Ledger, state: Path, policy: Policy, file: str = "checkpoint") -> int:
    """Size of the public checkpoint, if the witness has cosigned it; else -1."""
    text = (state / "log" / ledger.shard / file).read_text()
    try:
        return open_checkpoint(Note.parse(text), policy)[0].size
    except Exception:  # noqa: BLE001
        return -1


def test_two_witness_each_other(tmp_path: Path) -> None:
    with pair(tmp_path) as (a, b):
        logs = [(a, b, a.opened(b)), (b, a, b.opened(a))]

        async def work() -> None:
            for one, _, ledger in logs:
                index = await ask(ledger)
                receipt = await ledger.receipt(ledger.receipt_id(index))
                found = verify_file(canon.encode(receipt), one.policy)
                assert found.valid, found.failure
                assert {*found.entries["intent"].witnesses} == {"w"}

        asyncio.run(work())
        for one, _, ledger in logs:
            assert published(ledger, one.state, one.policy) == ledger.published
            ledger.close()
            assert audit_shard(one.state, ledger.shard, one.policy).findings == []


def test_a_link_is_cut_and_healed(tmp_path: Path) -> None:
    with pair(tmp_path) as (a, b):
        ledger = a.opened(b, patience=0.5)

        async def one() -> str:
            return ledger.receipt_id(await ask(ledger))

        first = asyncio.run(one())
        until(lambda: published(ledger, a.state, a.policy) == ledger.published >= 2)
        witnessed = published(ledger, a.state, a.policy)
        b.link.cut()
        second = asyncio.run(one())
        # the log goes on, and says for how long it was not witnessed
        until(lambda: ledger.published > witnessed)
        until(lambda: bool(a.asks.stands[0].trouble))
        assert published(ledger, a.state, a.policy) == -1
        assert published(ledger, a.state, a.policy, "witnessed") == witnessed
        assert a.asks.stands[0].size == witnessed
        # what was witnessed is shown so all the while
        held = asyncio.run(ledger.receipt(first))
        assert verify_file(canon.encode(held), a.policy).valid
        plain = asyncio.run(ledger.receipt(second))
        failure = verify_file(canon.encode(plain), a.policy).failure
        assert failure is not None
        assert failure.name == "missing-witness"
        b.link.heal()
        until(lambda: published(ledger, a.state, a.policy) == ledger.published)
        assert not a.asks.stands[0].trouble
        assert verify_file(canon.encode(asyncio.run(ledger.receipt(second))), a.policy).valid
        ledger.close()
        assert audit_shard(a.state, ledger.shard, a.policy).findings == []


def test_a_backup_becomes_a_new_shard(tmp_path: Path) -> None:
    with pair(tmp_path) as (a, b):
        ledger = a.opened(b)
        asyncio.run(ask(ledger))
        ledger.close()
        shutil.copytree(a.state, tmp_path / "backup")
        ledger = a.opened(b)
        asyncio.run(ask(ledger))
        ledger.close()
        (shard,) = shards(a.state)
        restored = a.opened(b, state=tmp_path / "backup")
        assert restored.shard != shard
        asyncio.run(ask(restored))
        restored.close()
        left = tmp_path / "backup" / "log" / shard
        assert "this is a backup" in (left / "closed").read_text()
        assert sorted(shards(tmp_path / "backup")) == sorted([shard, restored.shard])
        # the one that was left is as it was, and its receipts stay good
        again = a.opened(b, state=tmp_path / "backup")
        assert again.shard == restored.shard
        receipt = asyncio.run(again.receipt(f"{shard}.0"))
        assert verify_file(canon.encode(receipt), a.policy).valid
        again.close()


def test_a_backup_that_has_outgrown_its_witness_becomes_a_new_shard(tmp_path: Path) -> None:
    """It ran on while the witness was away, and is larger now than what that saw: another history all the same."""
    with pair(tmp_path) as (a, b):
        ledger = a.opened(b)
        asyncio.run(ask(ledger))
        ledger.close()
        shutil.copytree(a.state, tmp_path / "backup")
        ledger = a.opened(b)
        asyncio.run(ask(ledger))
        until(lambda: published(ledger, a.state, a.policy) == 4)
        ledger.close()
        b.link.cut()
        restored = a.opened(b, state=tmp_path / "backup", patience=0.1)
        assert restored.shard == ledger.shard
        for _ in range(4):
            asyncio.run(ask(restored))
        restored.close()
        b.link.heal()

        def serve() -> None:
            again = a.opened(b, state=tmp_path / "backup")
            assert again.shard != ledger.shard
            asyncio.run(ask(again))
            until(lambda: published(again, tmp_path / "backup", a.policy) == again.durable)
            again.close()

        serve()
        serve()
        assert len(shards(tmp_path / "backup")) == 2
        why = (tmp_path / "backup" / "log" / ledger.shard / "closed").read_text()
        assert why == (
            "the witness w shows that its first 4 entries were signed as others than those that are here:"
            " this is a backup\n"
        )


def test_what_was_cosigned_tells_of_a_backup_without_asking_anyone(tmp_path: Path) -> None:
    """Parts of a copy that are of different times: the last cosigned checkpoint is of entries that are not there."""
    with pair(tmp_path) as (a, b):
        ledger = a.opened(b)
        asyncio.run(ask(ledger))
        ledger.close()
        shutil.copytree(a.state, tmp_path / "backup")
        ledger = a.opened(b)
        asyncio.run(ask(ledger))
        until(lambda: published(ledger, a.state, a.policy, "witnessed") == 4)
        ledger.close()
        shutil.copy(a.state / "log" / ledger.shard / "witnessed", tmp_path / "backup" / "log" / ledger.shard)
        b.link.cut()
        restored = a.opened(b, state=tmp_path / "backup", patience=0.1)
        assert restored.shard != ledger.shard
        restored.close()
        why = (tmp_path / "backup" / "log" / ledger.shard / "closed").read_text()
        assert why == "witnessed says that 4 entries of it are signed, and here are 2: this is a backup\n"


def test_a_backup_that_could_not_ask_stops_when_it_can(tmp_path: Path) -> None:
    with pair(tmp_path) as (a, b):
        ledger = a.opened(b)
        asyncio.run(ask(ledger))
        ledger.close()
        shutil.copytree(a.state, tmp_path / "backup")
        ledger = a.opened(b)
        for _ in range(4):
            asyncio.run(ask(ledger))
        ledger.close()
        b.link.cut()
        restored = a.opened(b, state=tmp_path / "backup", patience=0.1)
        assert restored.shard == ledger.shard
        asyncio.run(ask(restored))
        assert restored.healthy
        b.link.heal()
        until(lambda: not restored.healthy)
        assert "what is here is a backup" in str(restored.fault)
        restored.close()


def test_a_crash_after_the_witness_signed_is_no_backup(tmp_path: Path) -> None:
    """The entries are durable, and the checkpoint was lost with the answer: the witness is ahead of what is signed."""
    with pair(tmp_path) as (a, b):
        ledger = a.opened(b)
        asyncio.run(ask(ledger))
        until(lambda: published(ledger, a.state, a.policy) == ledger.published)
        folder = a.state / "log" / ledger.shard
        kept = (folder / "checkpoint").read_text()
        asyncio.run(ask(ledger))
        until(lambda: published(ledger, a.state, a.policy) == ledger.durable)
        ledger.close()
        (folder / "checkpoint").write_text(kept)
        again = a.opened(b)
        assert again.shard == ledger.shard
        asyncio.run(ask(again))
        until(lambda: published(again, a.state, a.policy) == again.durable)
        again.close()
