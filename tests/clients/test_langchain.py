"""LangChain's `ChatOpenAI`, as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Served

langchain_openai = pytest.importorskip("langchain_openai")


def weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:  # the package keeps its connections for the next call
        yield runner


@pytest.mark.parametrize("responses", [False, True])
@pytest.mark.parametrize("model", ["all", "talker", "thinker"])
def test_asks_streams_and_calls_tools(served: Served, loop: asyncio.Runner, model: str, responses: bool) -> None:
    chat: Any = langchain_openai.ChatOpenAI(
        model=model, base_url=served.url, api_key=served.key, max_retries=0, use_responses_api=responses
    )
    assert chat.invoke("Are you open?").text == "Yes."
    assert "".join(chunk.text for chunk in chat.stream("Are you open?")) == "Yes."
    assert loop.run(chat.ainvoke("Are you open?")).text == "Yes."
    said = chat.bind_tools([weather]).invoke("Are you open?")
    assert [(call["name"], call["args"]) for call in said.tool_calls] == [("weather", {"city": "Paris"})]


def test_vectors(served: Served) -> None:
    embeddings: Any = langchain_openai.OpenAIEmbeddings(
        model="all", base_url=served.url, api_key=served.key, check_embedding_ctx_length=False
    )
    assert embeddings.embed_documents(["a", "b"]) == [[0.5, -0.25]] * 2
