"""The `anthropic` package, as it comes."""

from __future__ import annotations

import asyncio
from typing import Any

import anthropic
import pytest

from .conftest import Served

SAY: Any = [{"role": "user", "content": "Are you open?"}]
TOOLS: Any = [{"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}]
MODELS = ["all", "talker", "thinker"]


@pytest.fixture(scope="module")
def client(served: Served) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=served.root, api_key=served.key, max_retries=0)


@pytest.mark.parametrize("model", MODELS)
def test_a_message(served: Served, client: anthropic.Anthropic, model: str) -> None:
    async def later() -> Any:
        async with anthropic.AsyncAnthropic(base_url=served.root, api_key=served.key, max_retries=0) as client:
            return await client.messages.create(model=model, max_tokens=9, messages=SAY)

    for said in (client.messages.create(model=model, max_tokens=9, messages=SAY), asyncio.run(later())):
        assert said.content[0].text == "Yes."
        assert said.stop_reason == "end_turn"
        assert (said.usage.input_tokens, said.usage.output_tokens) == (7, 3)


@pytest.mark.parametrize("model", MODELS)
def test_a_message_that_streams(served: Served, client: anthropic.Anthropic, model: str) -> None:
    events = list(client.messages.create(model=model, max_tokens=9, messages=SAY, stream=True))
    assert events[-1].type == "message_stop"
    receipt = next(event for event in events if event.type == "message_delta").comity["receipt"]
    assert served.outcome(receipt)["usage"] == {"completion_tokens": 3, "prompt_tokens": 7}
    with client.messages.stream(model=model, max_tokens=9, messages=SAY) as stream:
        assert "".join(stream.text_stream) == "Yes."
        assert stream.get_final_message().stop_reason == "end_turn"


def test_an_asynchronous_stream(served: Served) -> None:
    async def main() -> str:
        async with (
            anthropic.AsyncAnthropic(base_url=served.root, api_key=served.key, max_retries=0) as client,
            client.messages.stream(model="all", max_tokens=9, messages=SAY) as stream,
        ):
            return await stream.get_final_text()

    assert asyncio.run(main()) == "Yes."


@pytest.mark.parametrize("model", MODELS)
def test_tools(client: anthropic.Anthropic, model: str) -> None:
    said = client.messages.create(model=model, max_tokens=9, messages=SAY, tools=TOOLS)
    call = said.content[-1]
    assert (said.stop_reason, call.name, call.input) == ("tool_use", "weather", {"city": "Paris"})
    result: Any = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
    back = [*SAY, {"role": "assistant", "content": said.content}, {"role": "user", "content": [result]}]
    again = client.messages.create(model=model, max_tokens=9, messages=back, tools=TOOLS)
    assert again.content[-1].text == "Yes."
    with client.messages.stream(model=model, max_tokens=9, messages=SAY, tools=TOOLS) as stream:
        assert stream.get_final_message().content[-1].input == {"city": "Paris"}


def test_tokens_are_counted_by_a_deployment_that_can(served: Served, client: anthropic.Anthropic) -> None:
    for model in ("all", "thinker"):
        assert client.messages.count_tokens(model=model, messages=SAY).input_tokens == 7
        assert served.last(model).line.split(" ")[1].endswith("/messages/count_tokens")
    with pytest.raises(anthropic.BadRequestError):
        client.messages.count_tokens(model="talker", messages=SAY)


def test_headers_of_the_api_reach_a_deployment_that_speaks_it(served: Served, client: anthropic.Anthropic) -> None:
    client.beta.messages.create(model="all", max_tokens=9, messages=SAY, betas=["interleaved-thinking-2025-05-14"])
    headers = served.last().headers
    assert headers["anthropic-version"] == client.default_headers["anthropic-version"]
    assert headers["anthropic-beta"] == "interleaved-thinking-2025-05-14"
    with pytest.raises(anthropic.BadRequestError, match="tomorrow"):
        client.beta.messages.create(model="all", max_tokens=9, messages=SAY, betas=["tomorrow-2026-01-01"])


def test_models(client: anthropic.Anthropic) -> None:
    listed = list(client.models.list())
    assert {"all", "thinker"} <= {model.id for model in listed}
    assert all(model.type == "model" for model in listed)
    assert client.models.retrieve("all").display_name == "all"


def test_errors(served: Served, client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as unknown:
        client.messages.create(model="nobody", max_tokens=9, messages=SAY)
    assert unknown.value.body["type"] == "error"
    with pytest.raises(anthropic.AuthenticationError) as stranger:
        client.with_options(api_key="sk-wrong").messages.create(model="all", max_tokens=9, messages=SAY)
    assert stranger.value.body["error"]["type"] == "authentication_error"
    searching: Any = [{"type": "web_search_20260318", "name": "web_search"}]
    with pytest.raises(anthropic.BadRequestError, match="web_search") as hop:
        client.messages.create(model="all", max_tokens=9, messages=SAY, tools=searching)
    assert hop.value.body["type"] == "error"
    placed: Any = {"inference_geo": "us"}
    with pytest.raises(anthropic.BadRequestError, match="inference_geo"):
        client.messages.create(model="all", max_tokens=9, messages=SAY, **placed)
