"""Active checks and shares, as a stack file asks for them."""

import asyncio

import openai

from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat, status
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "Are you well?"}]}
CHECKED = "health: {path: /health, every: 0.05, timeout: 1}"


def test_a_deployment_that_a_check_finds_unwell_is_left_alone_until_it_is_well(tmp_path, until):
    async def main():
        well = asyncio.Event()

        async def first(request, writer):
            if request.line.startswith("GET"):
                return await status(200 if well.is_set() else 503)(request, writer)
            return await chat("The first.")(request, writer)

        async with Upstream(first) as one, Upstream(chat("The second.")) as two:
            file = two_upstreams(tmp_path / "gw", one.url, two.url)
            file.write_text(file.read_text().replace("price: {input: 1,", f"{CHECKED}, price: {{input: 1,"))
            gateway = Gateway(file)
            key = gateway.new_key("--app", "desk")
            async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0) as ours:

                async def says(text: str) -> bool:
                    answer = await ours.chat.completions.create(**ASK)
                    return answer.choices[0].message.content == text

                await until(lambda: says("The second."))
                assert await says("The second.")
                assert any(request.line == "GET /v1/health HTTP/1.1" for request in one.requests)
                well.set()
                await until(lambda: says("The first."))

    asyncio.run(main())


def test_a_deployment_without_a_share_is_not_asked_first(tmp_path):
    async def main():
        async with Upstream(chat("The first.")) as one, Upstream(chat("The second.")) as two:
            file = two_upstreams(tmp_path / "gw", one.url, two.url)
            same = file.read_text().replace("price: {input: 2, output: 2}", "price: {input: 1, output: 1}")
            file.write_text(same.replace("site: paris, url", "weight: 0, site: paris, url"))
            gateway = Gateway(file)
            key = gateway.new_key("--app", "desk")
            async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0) as ours:
                for _ in range(5):
                    answer = await ours.chat.completions.create(**ASK)
                    assert answer.choices[0].message.content == "The second."
            assert not one.requests

    asyncio.run(main())
