"""What is kept of an exchange: the deployment's side, durably before the outcome says so, and only what is whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from comity.adapters.http.port import Port
from comity.adapters.http.serve import listen
from comity.proof.commitment import commit, opening
from comity.proof.shape import check_block
from comity.relay.exactness import Profile, sampling
from comity.relay.exchange import Exchange
from comity.terms import canon
from comity.testing.gate import TENANT
from tests.adapters.http.house import House, chat, run, until

PROFILE = Profile("ab" * 32, "xllamacpp 1", "avx2", 1024, 1)


class Shelf:
    """A vault in memory, which keeps when it is told to."""

    def __init__(self, *, holds: bool = False, day: str = "2026-12-23") -> None:
        self.kept: list[tuple[str, str, bytes, bytes]] = []
        self.holds = holds
        self.day = day
        self.waiting: list[Callable[[str], None]] = []

    def wants(self, exchange: Exchange) -> bool:
        return True

    def keep(
        self, exchange: Exchange, surface: str, request: bytes, response: bytes, done: Callable[[str], None]
    ) -> None:
        self.kept.append((exchange.receipt, surface, request, response))
        self.waiting.append(done)
        if not self.holds:
            asyncio.get_running_loop().call_soon(self.release)

    def release(self) -> None:
        for done in self.waiting:
            done(self.day)
        self.waiting.clear()


class Keeping(House):
    """A house whose port has a vault, and whose deployment promises exactness."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.shelf = shelf

    async def __aenter__(self) -> House:
        for name in (name for tier in self.tiers for name in tier):
            upstream = await self.add(name)
            self.gate.reached[name] = self.target(name, upstream.port, profile=PROFILE.text)
        self.port = Port(self.gate, self.log, receipts=self._receipt, limits=self.limits, vault=self.shelf)
        self.listener = await listen(self.port, "127.0.0.1", 0, reuse_port=False)
        return self


@pytest.mark.parametrize("stream", [False, True])
def test_the_deployments_side_is_kept_as_the_log_commits_to_it(stream: bool) -> None:
    async def main() -> None:
        shelf = Shelf()
        async with Keeping(shelf) as house:
            await house.ask(stream=stream, temperature=0.5, seed=7)
            outcome = await house.outcome()
            decision, content = outcome.decision, outcome.content
            check_block("outcome", "decision", decision, exact=True)
            check_block("outcome", "content", content, exact=True)
            assert decision["profile"] == canon.parse(PROFILE.text)
            assert content["kept"] == "2026-12-23"
            assert content["sampling"] == {"seed": 7, "temperature": "0.5"}
            ((receipt, surface, request, response),) = shelf.kept
            assert (receipt, surface) == (house.log.receipt_id(0), "chat")
            assert request == house.upstream.requests[0].body
            intent = next(entry for entry in house.log.kept if entry.kind == "intent")
            nonce = bytes.fromhex(intent.content["nonce"])
            upstream = content["upstream"]
            said = {
                "upstream-request": (request, upstream["request"]),
                "upstream-response" if stream else "response": (
                    response,
                    upstream["response"] if stream else content["response"],
                ),
            }
            for role, (data, committed) in said.items():
                assert commit(opening(TENANT.salt, nonce, role), data) == committed  # type: ignore[arg-type]

    run(main())


def test_the_answer_ends_only_when_what_is_kept_is_durable() -> None:
    async def main() -> None:
        shelf = Shelf(holds=True)
        async with Keeping(shelf) as house:
            asked = asyncio.create_task(house.ask())
            await until(lambda: shelf.waiting)
            await asyncio.sleep(0.05)
            assert not house.outcomes()
            assert not asked.done()
            shelf.release()
            assert (await asked).status == 200

    run(main())


def test_what_could_not_be_kept_is_not_said_to_be() -> None:
    async def main() -> None:
        async with Keeping(Shelf(day="")) as house:
            assert (await house.ask()).status == 200
            assert "kept" not in (await house.outcome()).content

    run(main())


def test_a_client_that_leaves_while_it_is_being_kept_changes_nothing() -> None:
    async def main() -> None:
        shelf = Shelf(holds=True)
        async with Keeping(shelf) as house:
            wire = await house.connect()
            await wire.send(chat(None, headers="", key="sk-test"))
            await until(lambda: shelf.waiting)
            wire.close()
            await asyncio.sleep(0.05)
            shelf.release()
            content = (await house.outcome()).content
            assert (content["finish"], content["kept"]) == ("stop", "2026-12-23")

    run(main())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, {}),
        ({"temperature": 0}, {"temperature": "0.0"}),
        ({"temperature": 0.8, "seed": 2**53 - 1}, {"temperature": "0.8", "seed": 2**53 - 1}),
        ({"seed": -1, "temperature": None}, {}),
        ({"seed": 2**53}, {}),
        ({"seed": "x"}, {}),
    ],
)
def test_how_it_was_sampled(body: dict[str, object], said: dict[str, object]) -> None:
    found = canon.parse(sampling(json.dumps(body).encode()))
    assert found == said
    check_block("outcome", "content", {"finish": "stop", "times": {"finished": 1}, "sampling": found}, exact=True)
