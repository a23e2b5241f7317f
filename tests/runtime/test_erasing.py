"""An order to erase: what it names goes, later too, unless a hold came in between; what fails leaves it findable."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace

from comity.adapters.ledger import ApplicationSalts, Ledger, LedgerCorrupt, entries, shards
from comity.adapters.ledger.in_turn import in_turn
from comity.adapters.ledger.segment_files import ledger_folder, segment_path, segment_starts
from comity.adapters.stack_files import read_stack_file
from comity.proof.commitment import marked
from comity.runtime.erasing import FOLDER, Erased, Held, Waiting, carry_out, order, orders
from comity.runtime.housekeeping import Ending
from comity.stack.sworn import LegalHold
from comity.stack.types import Stack
from comity.terms import canon
from tests.adapters.ledger.writing import audited, enter, opened, run
from tests.proof.samples import denial, intent, outcome
from tests.runtime.stacks import two_upstreams

TODAY = date(2026, 11, 23)
REF = "case-7"


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return read_stack_file(two_upstreams(tmp_path / "gw", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")).stack


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Requests of triage in the last segment, which is not sealed: two without a ref, one under `REF`."""
    asked(tmp_path, "", REF, "")
    return tmp_path


def asked(state: Path, *refs: str) -> None:
    """Requests of triage, each under a ref or none."""
    salt = ApplicationSalts(state).of_ref("triage", REF)

    async def ask(ledger: Ledger) -> None:
        for ref in refs:
            party, decision, content = intent()
            said = canon.parse(content)
            if ref:
                said["ref"] = marked(salt, bytes.fromhex(said["nonce"]))
            kept = {key: value for key, value in canon.parse(decision).items() if key != "obligations"}
            index = await enter(ledger, "intent", (party, canon.encode(kept), canon.encode(said)))
            await enter(ledger, "outcome", outcome(index), index)

    run(state, ask)


def left(state: Path) -> list[int]:
    (shard,) = shards(state)
    return [entry.index for entry in entries(state, shard) if not entry.erased]


def seal(state: Path) -> None:
    opened(state).close()


def held(stack: Stack, until: date) -> Stack:
    return replace(stack, legal_holds=(LegalHold("case 7", until, ("triage",)),))


def test_an_order_is_carried_out_once_a_segment_is_sealed(state: Path, stack: Stack) -> None:
    done = order(state, stack, "triage", REF, TODAY, lambda _: None)
    assert (done.salts, done.entries) == (1, 2)
    assert carry_out(state, stack, TODAY).entries == 2
    seal(state)
    assert carry_out(state, stack, TODAY).entries == 0
    assert left(state) == [0, 1, 4, 5]
    (shard,) = shards(state)
    assert audited(state, shard).findings == []


def test_a_hold_that_comes_before_an_order_is_carried_out_keeps_what_is_left(state: Path, stack: Stack) -> None:
    assert order(state, stack, "triage", "", TODAY, lambda _: None).entries == 6
    seal(state)
    holding = held(stack, TODAY + timedelta(10))
    assert carry_out(state, holding, TODAY).entries == 6
    assert left(state) == [0, 1, 2, 3, 4, 5]
    assert carry_out(state, holding, TODAY + timedelta(11)).entries == 0
    assert left(state) == []


def test_under_a_hold_nothing_is_destroyed(state: Path, stack: Stack) -> None:
    known = ApplicationSalts(state).get("triage", REF)
    with pytest.raises(Held):
        order(state, held(stack, TODAY), "triage", REF, TODAY, lambda _: None)
    assert ApplicationSalts(state).get("triage", REF) == known


def test_what_fails_after_the_salts_leaves_entries_that_are_found_again(state: Path, stack: Stack) -> None:
    """Without its salt nobody can tell what belongs to a ref: the order has to be there before it goes."""
    names = state / "vault-keys" / "triage" / "names"
    names.parent.mkdir(parents=True)
    names.write_bytes(b"damaged")
    known = ApplicationSalts(state).get("triage", REF)
    with pytest.raises(ValueError, match="damaged"):
        order(state, stack, "triage", REF, TODAY, lambda _: None)
    assert ApplicationSalts(state).get("triage", REF) != known
    seal(state)
    assert carry_out(state, stack, TODAY).entries == 0
    assert left(state) == [0, 1, 4, 5]


def test_of_two_orders_at_once_one_has_the_salt_that_the_other_left(state: Path, stack: Stack) -> None:
    """What came between the two is under that one."""
    done: list[Erased] = []
    (state / FOLDER).mkdir()
    other = Thread(target=lambda: done.append(order(state, stack, "triage", REF, TODAY, lambda _: None)))
    with in_turn(state / FOLDER):
        other.start()
        ApplicationSalts(state).destroy("triage", REF)
        asked(state, REF, REF)
    other.join()
    assert done[0].entries == 4


def test_a_whole_application_goes_even_where_its_salt_is_damaged(state: Path, stack: Stack) -> None:
    path = state / "salts" / "triage"
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ValueError, match="damaged"):
        order(state, stack, "triage", REF, TODAY, lambda _: None)
    done = order(state, stack, "triage", "", TODAY, lambda _: None)
    assert (done.salts, done.entries) == (1, 6)
    assert not path.exists()


def test_salts_go_even_where_the_ledger_cannot_be_read(state: Path, stack: Stack) -> None:
    seal(state)
    (shard,) = shards(state)
    folder = ledger_folder(state, shard)
    path = segment_path(folder, segment_starts(folder)[0])
    path.write_bytes(b"nothing")
    known = ApplicationSalts(state).get("triage", REF)
    with pytest.raises(LedgerCorrupt):
        order(state, stack, "triage", REF, TODAY, lambda _: None)
    assert ApplicationSalts(state).get("triage", REF) != known


def under_way(state: Path, stack: Stack, meanwhile: Callable[[Ledger], Awaitable[None]]) -> str:
    """A request under `REF` is erased before its outcome comes; then `meanwhile`, while the shard is written on."""
    salt = ApplicationSalts(state).get("triage", REF)
    assert salt is not None

    async def ask(ledger: Ledger) -> str:
        party, decision, content = intent()
        said = canon.parse(content)
        said["ref"] = marked(salt, bytes.fromhex(said["nonce"]))
        kept = {key: value for key, value in canon.parse(decision).items() if key != "obligations"}
        index = await enter(ledger, "intent", (party, canon.encode(kept), canon.encode(said)))
        done = await asyncio.to_thread(order, state, stack, "triage", REF, TODAY, lambda _: None)
        assert done.entries == 4
        ledger.rotate()
        await enter(ledger, "denial", denial())
        assert carry_out(state, stack, TODAY) == Waiting(1, unsealed=False, under_way=True)
        await enter(ledger, "outcome", outcome(index), index)
        await meanwhile(ledger)
        return ledger.shard

    shard: str = run(state, ask)
    return shard


def test_the_outcome_of_what_was_under_way_goes_too(state: Path, stack: Stack) -> None:
    async def meanwhile(ledger: Ledger) -> None:
        assert carry_out(state, stack, TODAY) == Waiting(1, unsealed=True, under_way=False)
        ledger.rotate()
        await enter(ledger, "denial", denial())
        assert carry_out(state, stack, TODAY) == Waiting()

    shard = under_way(state, stack, meanwhile)
    assert [entry.kind for entry in entries(state, shard)] == ["intent", "outcome"] * 2 + ["denial"] * 2
    assert audited(state, shard).findings == []
    assert orders(state) == ()


def test_a_gateway_ends_it_by_itself(state: Path, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.runtime.housekeeping.SEALING_S", 0.01)
    sealed, said = [], []

    async def meanwhile(ledger: Ledger) -> None:
        ending = Ending(state, lambda: stack, lambda: sealed.append(ledger.rotate()), said.append)
        while orders(state):
            await ending.look()
            await enter(ledger, "denial", denial())

    shard = under_way(state, stack, meanwhile)
    assert 1 <= len(sealed) <= 2
    assert not said
    left = [entry.kind for entry in entries(state, shard) if entry.kind != "denial"]
    assert left == ["intent", "outcome"] * 2


def test_segments_are_not_ended_in_vain_each_minute(state: Path, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a shard is held by nobody who listens."""
    monkeypatch.setattr("comity.runtime.housekeeping.SEALING_S", 0)
    order(state, stack, "triage", REF, TODAY, lambda _: None)
    sealed, said = [], []
    ending = Ending(state, lambda: stack, lambda: sealed.append(1), said.append)

    async def looks(count: int) -> None:
        for _ in range(count):
            await ending.look()

    asyncio.run(looks(100))
    assert 1 <= len(sealed) <= 8
    assert not said


def test_what_was_entered_while_the_log_was_read_goes_too(
    state: Path, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the first look and the end of the salt, which a long log makes long."""
    salt = ApplicationSalts(state).get("triage", REF)
    destroy = ApplicationSalts.destroy

    def late(self: ApplicationSalts, application: str, ref: str | None = None) -> int:
        async def ask(ledger: Ledger) -> None:
            party, decision, content = intent()
            said = canon.parse(content) | {"ref": marked(salt, bytes.fromhex(canon.parse(content)["nonce"]))}
            kept = {key: value for key, value in canon.parse(decision).items() if key != "obligations"}
            index = await enter(ledger, "intent", (party, canon.encode(kept), canon.encode(said)))
            await enter(ledger, "outcome", outcome(index), index)

        run(state, ask)
        return destroy(self, application, ref)

    monkeypatch.setattr(ApplicationSalts, "destroy", late)
    assert order(state, stack, "triage", REF, TODAY, lambda _: None).entries == 4
    seal(state)
    assert carry_out(state, stack, TODAY) == Waiting()
    assert left(state) == [0, 1, 4, 5]


@pytest.mark.parametrize("ref", ["", REF])
def test_what_workers_entered_until_they_heard_goes_too_and_what_comes_after_stays(
    state: Path, stack: Stack, ref: str
) -> None:
    salt = ApplicationSalts(state).get("triage", REF)
    assert salt is not None

    async def ask(ledger: Ledger, mark: bytes | None) -> None:
        party, decision, content = intent()
        said = canon.parse(content)
        if mark:
            said["ref"] = marked(mark, bytes.fromhex(said["nonce"]))
        kept = {key: value for key, value in canon.parse(decision).items() if key != "obligations"}
        index = await enter(ledger, "intent", (party, canon.encode(kept), canon.encode(said)))
        await enter(ledger, "outcome", outcome(index), index)

    async def work(ledger: Ledger) -> None:
        loop = asyncio.get_running_loop()

        async def hears() -> None:
            await ask(ledger, salt if ref else None)
            ledger.rotate()
            await ask(ledger, ApplicationSalts(state).of_ref("triage", REF))
            await ask(ledger, None)

        def settle() -> None:
            asyncio.run_coroutine_threadsafe(hears(), loop).result()

        wanted = order, state, stack, "triage", ref, TODAY, lambda _: None
        await asyncio.to_thread(*wanted, settle=settle)
        assert carry_out(state, stack, TODAY) == Waiting()

    run(state, work)
    assert left(state) == [*([0, 1, 4, 5] if ref else []), 8, 9, 10, 11]


def test_of_a_shard_that_is_closed_the_last_segment_goes_too(state: Path, stack: Stack) -> None:
    (shard,) = shards(state)
    (state / "log" / shard / "closed").write_text("a copy\n")
    order(state, stack, "triage", "", TODAY, lambda _: None)
    assert carry_out(state, stack, TODAY) == Waiting()
    assert left(state) == []
    assert audited(state, shard).findings == []
