"""The `openai` package, as it comes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import openai
import pytest

from comity.testing.provider import SOUND

from .conftest import Served

USED = {"completion_tokens": 3, "prompt_tokens": 7}
SAY = [{"role": "user", "content": "Are you open?"}]
TOOLS: Any = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]


@pytest.fixture(scope="module")
def client(served: Served) -> openai.OpenAI:
    return openai.OpenAI(base_url=served.url, api_key=served.key, max_retries=0)


def both(served: Served, ask: Any) -> list[Any]:
    """What `ask` gets with the synchronous client, and what with the asynchronous one."""

    async def later() -> Any:
        async with openai.AsyncOpenAI(base_url=served.url, api_key=served.key, max_retries=0) as client:
            return await ask(client)

    with openai.OpenAI(base_url=served.url, api_key=served.key, max_retries=0) as client:
        return [ask(client), asyncio.run(later())]


@pytest.mark.parametrize("model", ["all", "talker", "thinker"])
def test_a_chat(served: Served, model: str) -> None:
    for said in both(served, lambda client: client.chat.completions.create(model=model, messages=SAY)):
        assert said.choices[0].message.content == "Yes."
        assert (said.usage.prompt_tokens, said.usage.completion_tokens) == (7, 3)


@pytest.mark.parametrize("model", ["all", "talker", "thinker"])
def test_a_chat_that_streams_tells_its_usage_to_the_log_alone(
    served: Served, client: openai.OpenAI, model: str
) -> None:
    chunks = list(client.chat.completions.create(model=model, messages=SAY, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Yes."
    assert all(chunk.choices and not chunk.usage for chunk in chunks)
    assert served.outcome(chunks[-1].comity["receipt"])["usage"] == USED


@pytest.mark.parametrize("model", ["all", "talker", "thinker"])
def test_a_client_that_asks_for_the_usage_gets_it(client: openai.OpenAI, model: str) -> None:
    options: Any = {"include_usage": True}
    chunks = list(client.chat.completions.create(model=model, messages=SAY, stream=True, stream_options=options))
    assert chunks[-1].usage.prompt_tokens == 7
    assert chunks[-1].choices == []


def test_an_asynchronous_stream(served: Served) -> None:
    async def main() -> str:
        async with openai.AsyncOpenAI(base_url=served.url, api_key=served.key, max_retries=0) as client:
            stream = await client.chat.completions.create(model="all", messages=SAY, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert asyncio.run(main()) == "Yes."


@pytest.mark.parametrize("model", ["all", "talker", "thinker"])
def test_tools(client: openai.OpenAI, model: str) -> None:
    said = client.chat.completions.create(model=model, messages=SAY, tools=TOOLS)
    call = said.choices[0].message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("weather", {"city": "Paris"})
    back = [*SAY, said.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    again = client.chat.completions.create(model=model, messages=back, tools=TOOLS)
    assert again.choices[0].message.content == "Yes."
    with client.chat.completions.stream(model=model, messages=SAY, tools=TOOLS) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.tool_calls[0].function.name == "weather"


@pytest.mark.parametrize("model", ["all", "talker", "thinker"])
def test_responses(served: Served, client: openai.OpenAI, model: str) -> None:
    for said in both(served, lambda client: client.responses.create(model=model, input="Are you open?")):
        assert said.output_text == "Yes."
        assert said.usage.input_tokens == 7
    with client.responses.stream(model=model, input="Are you open?") as stream:
        events = list(stream)
        assert stream.get_final_response().output_text == "Yes."
        assert [event.type for event in events][-1] == "response.completed"
        receipt = stream.get_final_response().comity["receipt"]
    assert served.outcome(receipt)["usage"] == USED


@pytest.mark.parametrize("model", ["all", "talker", "thinker"])
def test_responses_with_tools(client: openai.OpenAI, model: str) -> None:
    tools: Any = [{"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": False}]
    said = client.responses.create(model=model, input="Are you open?", tools=tools)
    call = said.output[0]
    assert (call.type, call.name, json.loads(call.arguments)) == ("function_call", "weather", {"city": "Paris"})
    done = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    back: Any = [{"role": "user", "content": "Are you open?"}, call.model_dump(exclude_none=True), done]
    assert client.responses.create(model=model, input=back, tools=tools).output_text == "Yes."


def test_a_response_is_not_kept_unless_the_client_says_so(served: Served, client: openai.OpenAI) -> None:
    assert client.responses.create(model="all", input="x").store is False
    assert served.last().document["store"] is False
    with pytest.raises(openai.BadRequestError, match="store"):
        client.responses.create(model="all", input="x", store=True)
    with pytest.raises(openai.BadRequestError, match="previous_response_id"):
        client.responses.create(model="all", input="x", previous_response_id="resp_1")


def test_completions(client: openai.OpenAI) -> None:
    said = client.completions.create(model="all", prompt="Open:")
    assert said.choices[0].text == "Yes."
    assert "".join(each.choices[0].text for each in client.completions.create(model="all", prompt="x", stream=True))


def test_embeddings_by_an_alias(served: Served, client: openai.OpenAI) -> None:
    said = client.embeddings.with_raw_response.create(
        model="text-embedding-3-small", input=["a", "b"], encoding_format="float"
    )
    assert [each.embedding for each in said.parse().data] == [[0.5, -0.25]] * 2
    assert served.last().document["model"] == "all"
    assert served.outcome(said.headers["comity-receipt"])["usage"] == {"prompt_tokens": 7}


def test_moderations(client: openai.OpenAI) -> None:
    assert client.moderations.create(model="all", input="x").results[0].flagged is False


def test_images(client: openai.OpenAI) -> None:
    assert client.images.generate(model="all", prompt="a door").data[0].b64_json == "AAAA"


def test_speech(client: openai.OpenAI) -> None:
    assert client.audio.speech.create(model="all", voice="alloy", input="Yes.").read() == SOUND
    with client.audio.speech.with_streaming_response.create(model="all", voice="alloy", input="Yes.") as answer:
        assert b"".join(answer.iter_bytes(1000)) == SOUND


def test_transcriptions(served: Served, client: openai.OpenAI) -> None:
    said = client.audio.transcriptions.create(model="all", file=("door.wav", SOUND), language="en")
    assert said.text == "Yes."
    assert SOUND in served.last().body
    assert b"multipart/form-data" in served.last().headers["content-type"].encode()
    events = list(client.audio.transcriptions.create(model="all", file=("door.wav", SOUND), stream=True))
    assert events[-1].type == "transcript.text.done"
    assert served.outcome(events[-1].comity["receipt"])["usage"] == USED


def test_models(client: openai.OpenAI) -> None:
    listed = [model.id for model in client.models.list()]
    assert {"all", "talker", "thinker", "text-embedding-3-small"} <= set(listed)
    assert client.models.retrieve("all").id == "all"


def test_errors(served: Served, client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="nobody"):
        client.chat.completions.create(model="nobody", messages=SAY)
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="sk-wrong").responses.create(model="all", input="x")
    tools: Any = [{"type": "web_search"}]
    with pytest.raises(openai.BadRequestError, match="web_search"):
        client.responses.create(model="all", input="x", tools=tools)
    with pytest.raises(openai.BadRequestError, match="teleport"):
        client.responses.create(model="all", input="x", tools=[{"type": "teleport"}])


def test_narrowing(client: openai.OpenAI) -> None:
    extra = {"provider": {"only": ["everything"], "order": ["acme"], "max_price": {"prompt": 1, "completion": 2}}}
    assert client.chat.completions.create(model="all", messages=SAY, extra_body=extra).choices
    with pytest.raises(openai.BadRequestError):
        dear = {"provider": {"max_price": {"prompt": 0.5}}}
        client.chat.completions.create(model="all", messages=SAY, extra_body=dear)


def test_the_client_for_azure(served: Served) -> None:
    client = openai.AzureOpenAI(azure_endpoint=served.root, api_key=served.key, api_version="2026-01-01", max_retries=0)
    assert client.chat.completions.create(model="all", messages=SAY).choices[0].message.content == "Yes."
    assert client.embeddings.create(model="all", input="x", encoding_format="float").data[0].embedding == [0.5, -0.25]
    assert client.responses.create(model="all", input="x").output_text == "Yes."
    assert client.audio.transcriptions.create(model="all", file=("door.wav", SOUND)).text == "Yes."
    fixed = openai.AzureOpenAI(
        azure_endpoint=served.root,
        azure_deployment="talker",
        api_key=served.key,
        api_version="2026-01-01",
        max_retries=0,
    )
    assert fixed.chat.completions.create(model="whatever", messages=SAY).choices[0].message.content == "Yes."
    assert served.last("talker").document["model"] == "talker"
