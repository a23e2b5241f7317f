"""A real ledger of the trace's hour: entries, tiles and checkpoints as a gateway writes them, and the realm they name.

The requests come three years after the trace's, at the hour of its first one. There are no prompts in the trace: what
each entry commits to is the empty text. Keys, salts and shard are drawn from the seed, so this log proves nothing.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import accumulate
from pathlib import Path
from random import Random

from bench.made.assigned import SEED, SLOTS, Row, rows, signatures
from bench.made.exports import PREFILL, WRITES_MS
from bench.made.spans import ms, stack_file
from bench.made.trace import Arrival, arrivals
from comity.adapters.ledger import Ledger
from comity.adapters.realms import build_realm, keep
from comity.adapters.state import open_state
from comity.law.case import NOTHING_ADDED, Addition
from comity.placement.cases import registered, widened
from comity.placement.conditions import configured
from comity.placement.decide import Decisions, wish_document
from comity.placement.types import Placement
from comity.posture.replay.groups import Asked
from comity.proof.commitment import commit, opening
from comity.proof.entry import outcome_party
from comity.relay.record import case_document, denied, placed
from comity.stack.types import Stack
from comity.terms import canon
from comity.terms.instants import Instant

BEGUN = datetime(2026, 11, 16, 18, tzinfo=UTC)
"""The hour, three years on."""

WAITING = 4_096
"""Entries that may wait to be durable; the ledger itself refuses eight times as many."""


def write(state: Path, most: int | None = None) -> int:
    """Write the log into a new state folder, the first `most` requests or all; returns how many requests it has.

    Raises:
        StateError: the folder cannot be used.
    """
    open_state(state)
    file = stack_file()
    realm = build_realm(file, ms(BEGUN))
    keep(state, realm)
    return asyncio.run(_Writing(state, Decisions(realm, configured(realm.stack))).all(most))


class _Writing:
    """One log as it is written: intents when requests come, outcomes when they end."""

    def __init__(self, state: Path, decisions: Decisions) -> None:
        self._stack = decisions.realm.stack
        self._chance = Random(SEED)
        self._now = ms(BEGUN)
        self._blocks = {_key(asked): blocks for asked, blocks in _blocks(decisions, self._now)}
        self._rows = list(rows(decisions, f"{BEGUN:%Y-%m}", self._now))
        self._upto = list(accumulate(row.slots for row in self._rows))
        self._ends: list[tuple[Instant, int, Row, Arrival, Instant]] = []
        self._realm, self._conditions = decisions.realm, decisions.conditions
        self._ledger = Ledger.open(
            state, self._stack.origin, clock=lambda: self._now, rng=self._chance.randbytes, durability="strict"
        )

    async def all(self, most: int | None = None) -> int:
        """The whole of it, or the first `most` requests."""
        try:
            self._began()
            requests = arrivals()[:most]
            for arrival in requests:
                await self._until(ms(BEGUN) + arrival.after_ms)
                self._comes(arrival)
            await self._until(ms(BEGUN) + 24 * 3_600_000)
            return len(requests)
        finally:
            await asyncio.to_thread(self._ledger.close)

    def _began(self) -> None:
        times = canon.encode({"times": {"started": self._now}})
        for kind, named in (("realm", self._realm.digest), ("conditions", self._conditions.digest)):
            ends = {"valid_until": self._realm.valid_until} if kind == "realm" else {}
            self._enter(kind, b"{}", canon.encode({"durability": "strict", kind: named, **ends}), times)

    async def _until(self, instant: Instant) -> None:
        """Everything that ends before `instant`, and then it is that instant."""
        while self._ends and self._ends[0][0] <= instant:
            self._now, intent, row, arrival, first = heappop(self._ends)
            self._enter("outcome", outcome_party(intent), *self._ended(row, arrival, first), intent=intent)
        self._now = instant
        while self._ledger.pending > WAITING:
            await asyncio.sleep(0.001)

    def _comes(self, arrival: Arrival) -> None:
        row = self._rows[bisect_right(self._upto, self._chance.randrange(SLOTS))]
        party, decision, status = self._blocks[_key(row.asked)]
        nonce = self._chance.randbytes(16)
        content = {
            "bytes": 0,
            "nonce": nonce.hex(),
            "request": commit(opening(bytes(32), nonce, "request"), b""),
            "times": {"received": self._now},
        }
        if row.asked.status == "refused":
            content |= {"response": commit(opening(bytes(32), nonce, "response"), b""), "status": status}
            content["times"] = {"received": self._now, "finished": self._now + 1}
            self._enter("denial", party, decision, canon.encode(content))
            return
        intent = self._enter("intent", party, decision, canon.encode(content))
        first = self._now + row.latency_ms + arrival.prompt_tokens // PREFILL + self._chance.randrange(97)
        heappush(self._ends, (first + arrival.completion_tokens * WRITES_MS, intent, row, arrival, first))

    def _ended(self, row: Row, arrival: Arrival, first: Instant) -> tuple[bytes, bytes]:
        """Decision and content of an outcome."""
        response = commit(opening(bytes(32), self._chance.randbytes(16), "response"), b"")
        decision: dict[str, object] = {"attempts": [], "durability": "strict"}
        content: dict[str, object] = {"bytes": 0, "response": response, "times": {"finished": self._now}}
        if row.asked.status == "failed":
            return canon.encode(decision), canon.encode(content | {"finish": "error", "status": 502})
        began = first - row.latency_ms
        attempt = {"deployment": row.asked.deployment, "finished": self._now, "result": "ok", "started": began}
        decision |= {"attempts": [attempt], "deployment": row.asked.deployment}
        cost = arrival.prompt_tokens * row.price_in + arrival.completion_tokens * row.price_out
        content |= {
            "cost": {"amount": cost, "currency": self._stack.currency},
            "finish": "stop",
            "status": 200,
            "times": {"finished": self._now, "first_byte": first, "started": began},
            "usage": {"completion_tokens": arrival.completion_tokens, "prompt_tokens": arrival.prompt_tokens},
        }
        return canon.encode(decision), canon.encode(content)

    def _enter(self, kind: str, party: bytes, decision: bytes, content: bytes, intent: int | None = None) -> int:
        return self._ledger.append(kind, party, decision, content, _durable, intent=intent)


def _durable(fault: BaseException | None) -> None:
    """Nobody waits; a fault has broken the ledger, and the next entry is refused."""


def _key(asked: Asked) -> tuple[str, object, str, str]:
    return asked.application, asked.added, asked.model, asked.wish


def _blocks(decisions: Decisions, at: Instant) -> list[tuple[Asked, tuple[bytes, bytes, int]]]:
    """Party and decision block of each signature, and the status of a refusal, by any of its groups."""
    found = []
    asked = {_key(row.asked): row.asked for row in rows(decisions, "", at)}
    for name, added, wish in signatures(decisions.realm.stack):
        document = wish_document(wish)
        key = name, (added.data, added.subjects, added.purposes), wish.model, _text(document)
        cases = widened(registered(decisions.realm.stack.applications[name]), added)
        said = decisions.decide(cases, wish, at)
        party = _party(decisions.realm.stack, name, added)
        if isinstance(said, Placement):
            found.append((asked[key], (party, placed(said, wish.model, "strict"), 200)))
        else:
            found.append((asked[key], (party, denied(said, wish, "strict"), said.status)))
    return found


def _text(document: dict[str, object]) -> str:
    return canon.encode(document).decode() if document else ""


def _party(stack: Stack, name: str, added: Addition) -> bytes:
    application = stack.applications[name]
    cases = widened(registered(application), added)
    judged = next(case for case in reversed(cases) if case.purpose == application.purpose)
    party: dict[str, object] = {
        "application": name,
        "case": case_document(judged),
        "controller": application.controller,
    }
    if added != NOTHING_ADDED:
        party["added"] = {key: list(getattr(added, key)) for key in ("data", "subjects") if getattr(added, key)}
    return canon.encode(party)
