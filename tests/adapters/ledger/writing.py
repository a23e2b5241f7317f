"""A ledger on a real disk, driven as the relay drives it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from comity.adapters.ledger import Ledger
from comity.adapters.ledger.audit import ShardAudit, audit_shard
from comity.proof.note import VerifierKey
from comity.proof.policy import Policy
from comity.proof.verify import Verification, verify_file
from comity.terms import canon
from tests.proof.samples import ORIGIN, Blocks, denial, intent, outcome

_now = itertools.count(1795406400000)


def clock() -> int:
    """Unix milliseconds that only this counter moves."""
    return next(_now)


def opened(state: Path, **options: Any) -> Ledger:
    """A ledger over `state`."""
    return Ledger.open(state, ORIGIN, clock=clock, **options)


def run(state: Path, work: Callable[[Ledger], Coroutine[Any, Any, Any]], **options: Any) -> Any:
    """Open, do the work on a loop, close; gives what the work gives."""
    ledger = opened(state, **options)
    try:
        return asyncio.run(work(ledger))
    finally:
        ledger.close()


async def enter(ledger: Ledger, kind: str, blocks: Blocks, of: int | None = None) -> int:
    """Append and wait until it is durable; raises what `done` was told."""
    durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def done(error: BaseException | None) -> None:
        if error is None:
            durable.set_result(None)
        else:
            durable.set_exception(error)

    index = ledger.append(kind, *blocks, done, intent=of)
    await durable
    return index


async def ask(ledger: Ledger, request: bytes = b"question", response: bytes = b"answer") -> int:
    """One request, answered; its intent's index."""
    index = await enter(ledger, "intent", intent(request))
    await enter(ledger, "outcome", outcome(index, response), index)
    return index


async def deny(ledger: Ledger, count: int) -> None:
    """Many denials at once."""
    await asyncio.gather(*(enter(ledger, "denial", denial()) for _ in range(count)))


def trust(state: Path) -> Policy:
    """Trust in the log's own key."""
    return Policy((VerifierKey.parse((state / "log.vkey").read_text()),))


def verified(state: Path, receipt: dict[str, Any], **given: bytes) -> Verification:
    """The receipt, verified as a file."""
    return verify_file(canon.encode(receipt), trust(state), **given)


def audited(state: Path, shard: str) -> ShardAudit:
    """The audit of a shard."""
    return audit_shard(state, shard, trust(state))
