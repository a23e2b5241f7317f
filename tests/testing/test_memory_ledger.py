"""The ledger in memory behaves as the one on disk, where it is not told to fail."""

from __future__ import annotations

import asyncio

import pytest

from comity.adapters.ledger import LedgerBroken, Overloaded, UnknownReceipt
from comity.testing.ledger import MemoryLedger
from tests.proof.samples import denial, intent, outcome


async def enter(ledger: MemoryLedger, kind: str, blocks: tuple[bytes, bytes, bytes], of: int | None = None) -> int:
    durable: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()
    index = ledger.append(kind, *blocks, durable.set_result, intent=of)
    if error := await durable:
        raise error
    return index


async def work() -> None:
    ledger = MemoryLedger()
    index = await enter(ledger, "intent", intent())
    assert ledger.open_intents == 1
    await enter(ledger, "outcome", outcome(index), index)
    assert (ledger.durable, ledger.pending, ledger.open_intents) == (2, 0, 0)
    receipt = await ledger.receipt(ledger.receipt_id(index))
    assert receipt["outcome"]["blocks"]["content"]["finish"] == "stop"
    for unknown in ("x", "memory001.1", "memory001.9", "other.0"):
        with pytest.raises(UnknownReceipt):
            await ledger.receipt(unknown)


async def faults() -> None:
    ledger = MemoryLedger()
    ledger.full = True
    with pytest.raises(Overloaded):
        ledger.append("denial", *denial(), lambda _: None)
    ledger.full = False
    ledger.held = True
    told: list[BaseException | None] = []
    ledger.append("denial", *denial(), told.append)
    await asyncio.sleep(0)
    assert (told, ledger.pending) == ([], 1)
    ledger.release()
    assert told == [None]
    ledger.append("denial", *denial(), told.append)
    ledger.fail("a fault")
    assert isinstance(told[1], LedgerBroken)
    assert not ledger.healthy
    with pytest.raises(LedgerBroken, match="a fault"):
        ledger.append("denial", *denial(), told.append)


async def specification() -> None:
    ledger = MemoryLedger()
    party, decision, content = denial()
    for wrong in (
        ("denial", (party, decision, content.replace(b":", b": "))),
        ("denial", (party, decision, b"{}")),
        ("denial", (party, decision[:-1] + b',"zz":1}', content)),
        ("rumour", (party, decision, content)),
    ):
        with pytest.raises(ValueError, match=r"canonical|has no|unknown key|no kind"):
            ledger.append(wrong[0], *wrong[1], lambda _: None)
    with pytest.raises(ValueError, match="no open intent"):
        ledger.append("outcome", *outcome(0), lambda _: None, intent=0)
    assert ledger.kept == []


def test_a_request() -> None:
    asyncio.run(work())


def test_faults() -> None:
    asyncio.run(faults())


def test_blocks_are_held_to_the_specification() -> None:
    asyncio.run(specification())
