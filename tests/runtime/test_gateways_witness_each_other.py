"""Two gateways, each with a witness for the other's log, all in processes of their own; the link between is cut."""

import asyncio
import os
from contextlib import AsyncExitStack

import openai

from comity.adapters.ledger.log_key import load_or_create
from comity.proof.policy import parse_policy
from comity.proof.verify import verify_file
from comity.terms import canon
from comity.testing.gateway import Gateway
from comity.testing.link import Link
from comity.testing.upstream import Upstream, chat
from tests.cli.test_witness import serving
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "And who sees you?"}]}


class House:
    """A gateway, and the witness that it runs for the other."""

    def __init__(self, folder, name: str, upstream: str) -> None:
        self.folder, self.origin = folder / name, f"{name}.example/gw"
        self.file = two_upstreams(self.folder, upstream, upstream)
        self.file.write_text(self.file.read_text().replace("test.example/gateway", self.origin))
        self.vkey = load_or_create(self.folder / ".comity", self.origin, os.urandom).key.text
        self.gateway = Gateway(self.file)

    def witness(self, stack: AsyncExitStack, other: "House") -> None:
        """Serve as the other's witness, over a link that this house holds."""
        file = self.folder / "witness.yaml"
        file.write_text(f"witness: {self.origin}/witness\nlogs:\n  - {{vkey: {other.vkey}, shards: 4}}\n")
        told = stack.enter_context(serving(file, "--state", str(self.folder / ".witness")))
        self.link = stack.enter_context(Link(told["address"][1]))
        text = f"log {other.vkey}\nwitness neighbour {told['vkeys'][0]} {self.link.url}\nquorum neighbour\n"
        (other.folder / "neighbour.policy").write_text(text)
        other.policy = parse_policy(text.encode())
        with other.file.open("a") as stack_file:
            stack_file.write("witnesses: {policy: neighbour.policy}\n")


def test_they_witness_each_other(tmp_path, until):
    async def main():
        async with AsyncExitStack() as stack, Upstream(chat("You do.")) as upstream:
            north, south = (House(tmp_path, name, upstream.url) for name in ("north", "south"))
            north.witness(stack, south)
            south.witness(stack, north)
            clients = {}
            for house in (north, south):
                key = house.gateway.new_key("--app", "desk")
                await stack.enter_async_context(house.gateway)
                client = openai.AsyncOpenAI(base_url=house.gateway.url, api_key=key, max_retries=0)
                clients[house] = await stack.enter_async_context(client)

            async def asked(house) -> str:
                answer = await clients[house].chat.completions.with_raw_response.create(**ASK)
                return answer.headers["comity-receipt"]

            async def witnessed(house, receipt_id) -> bool:
                receipt = await clients[house].get(f"/receipts/{receipt_id}", cast_to=object)
                found = verify_file(canon.encode(receipt), house.policy)
                assert found.valid or found.failure.name == "missing-witness"
                return found.valid

            for house in (north, south):
                first = await asked(house)
                await until(lambda house=house, first=first: witnessed(house, first))
            south.link.cut()
            alone, seen = await asked(north), await asked(south)
            await until(lambda: witnessed(south, seen))
            assert not await witnessed(north, alone)
            south.link.heal()
            await until(lambda: witnessed(north, alone))

    asyncio.run(main())
