"""A gateway whose stack file names a signer: the workers use it too."""

import asyncio

import openai

from comity.proof.note import VerifierKey
from comity.proof.policy import Policy
from comity.proof.verify import verify_file
from comity.terms import canon
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.adapters.signer.processes import signer
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "Who signs?"}]}


def test_a_signer_of_the_stack_file_signs(tmp_path):
    async def main():
        async with Upstream(chat("Somebody else.")) as upstream:
            file = two_upstreams(tmp_path / "gw", upstream.url, upstream.url)
            (tmp_path / "signer").mkdir()
            with signer(tmp_path / "signer", "test.example/gateway"):
                with file.open("a") as stack:
                    stack.write(f"signer: unix:{tmp_path}/signer/socket\n")
                gateway = Gateway(file)
                key = gateway.new_key("--app", "desk")
                async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0) as client:
                    answer = await client.chat.completions.with_raw_response.create(**ASK)
                    receipt = await client.get(f"/receipts/{answer.headers['comity-receipt']}", cast_to=object)
                state = file.parent / ".comity"
                assert not (state / "log.key").exists()
                trust = Policy((VerifierKey.parse((state / "log.vkey").read_text()),))
                assert verify_file(canon.encode(receipt), trust).valid

    asyncio.run(main())
