"""The official clients, unmodified: each speaks its dialect, and a deployment of every other one answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, get_args

import anthropic
import httpx2
import openai
import pytest
from anthropic.types import message_create_params
from openai.types.chat import completion_create_params
from openai.types.responses import response_create_params
from pydantic import TypeAdapter

from comity.relay.dialects import Dialect, StreamTranslation, translate_request, whole_translation

from .transcripts import DIALECTS, NOW, Transcript, ids, transcripts

ANSWERS = {each.path.stem.partition("-")[2]: each for each in transcripts("answer")}
STREAMS = {each.path.stem.partition("-")[2]: each for each in transcripts("stream")}
REQUESTS: dict[str, Any] = {
    "chat": TypeAdapter(completion_create_params.CompletionCreateParamsBase),
    "responses": TypeAdapter(response_create_params.ResponseCreateParamsBase),
    "messages": TypeAdapter(message_create_params.MessageCreateParamsBase),
}
TOOL = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


class Wire(httpx2.BaseTransport):
    """Where a gateway would stand: what the client sends is said to a deployment, whose answer is said back."""

    def __init__(self, client: Dialect, transcript: Transcript, cut: int = 50) -> None:
        self.client, self.transcript, self.cut = client, transcript, cut
        self.sent: dict[str, Any] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        speaks = self.transcript.speaks
        body = request.read()
        self.sent = json.loads(translate_request(body, self.client, speaks, "served"))
        if not self.sent.get("stream"):
            done = whole_translation(self.client, speaks, "alias", now=NOW, ids=ids)(
                self.transcript.status, self.transcript.raw
            )
            return httpx2.Response(done.status, content=done.body, headers={"content-type": "application/json"})
        usage = json.loads(body).get("stream_options", {}).get("include_usage", False)
        stream = StreamTranslation(self.client, speaks, "alias", include_usage=usage, now=NOW, ids=ids)
        return httpx2.Response(200, content=self._flow(stream), headers={"content-type": "text/event-stream"})

    def _flow(self, stream: StreamTranslation) -> Iterator[bytes]:
        raw = self.transcript.raw
        for at in range(0, len(raw), self.cut):
            yield stream.feed(raw[at : at + self.cut])
        yield stream.close() + stream.tail


def _openai(wire: Wire) -> openai.OpenAI:
    return openai.OpenAI(
        api_key="k", base_url="http://gateway/v1", max_retries=0, http_client=openai.DefaultHttpxClient(transport=wire)
    )


def _anthropic(wire: Wire) -> anthropic.Anthropic:
    return anthropic.Anthropic(
        api_key="k",
        base_url="http://gateway",
        max_retries=0,
        http_client=anthropic.DefaultHttpxClient(transport=wire),
    )


def _of(files: dict[str, Transcript], *names: str) -> Callable[[Dialect], list[Transcript]]:
    return lambda client: [files[name] for name in names if files[name].speaks != client]


TEXTS = _of(ANSWERS, "chat-text", "messages-text", "responses-text")
CALLS = _of(ANSWERS, "chat-tools", "messages-tools", "responses-cut")
ERRORS = _of(ANSWERS, "chat-error", "messages-error")
TEXT_STREAMS = _of(STREAMS, "chat-text", "messages-text", "responses-text")
CALL_STREAMS = _of(STREAMS, "chat-tools", "messages-tools", "responses-tools")
BROKEN_STREAMS = _of(STREAMS, "chat-error", "messages-error", "responses-failed")


def _known(transcript: Transcript) -> tuple[str, int, int]:
    """The text of a transcript, and what it took."""
    return {
        "chat-text": ("Hello – “wörld”!", 19, 10),
        "messages-text": ("Hello!", 25, 15),
        "responses-text": ("Hi there!", 37, 11),
    }[transcript.path.stem.partition("-")[2]]


@pytest.mark.parametrize("transcript", TEXTS("chat"), ids=lambda each: each.speaks)
def test_chat_completion(transcript: Transcript) -> None:
    wire = Wire("chat", transcript)
    done = _openai(wire).chat.completions.create(model="alias", messages=[{"role": "user", "content": "Hi"}])
    assert done.to_dict(mode="json")["choices"] == transcript.said["chat"]["body"]["choices"]
    assert done.choices[0].message.content and done.usage and done.usage.total_tokens > 0
    assert type(done).model_validate(done.model_dump(), strict=True)
    REQUESTS[transcript.speaks].validate_python(wire.sent)


@pytest.mark.parametrize("transcript", CALLS("chat"), ids=lambda each: each.speaks)
def test_chat_calls_and_their_results(transcript: Transcript) -> None:
    wire = Wire("chat", transcript)
    client = _openai(wire)
    tools: Any = [{"type": "function", "function": {"name": "get_weather", "parameters": TOOL, "strict": True}}]
    asked: list[Any] = [{"role": "user", "content": "Weather?"}]
    first = client.chat.completions.create(model="alias", messages=asked, tools=tools)
    message = first.choices[0].message
    assert message.tool_calls
    asked.append(message.to_dict())  # as it came, with every member that we add
    asked += [{"role": "tool", "tool_call_id": call.id, "content": "18 C"} for call in message.tool_calls]
    client.chat.completions.create(model="alias", messages=asked, tools=tools)
    assert message.tool_calls[0].id in json.dumps(wire.sent)
    REQUESTS[transcript.speaks].validate_python(wire.sent)


@pytest.mark.parametrize("transcript", TEXT_STREAMS("chat"), ids=lambda each: each.speaks)
@pytest.mark.parametrize("usage", [True, False])
def test_chat_stream(transcript: Transcript, usage: bool) -> None:
    from openai.lib.streaming.chat import ChatCompletionStreamState

    state = ChatCompletionStreamState()
    options: Any = {"stream_options": {"include_usage": True}} if usage else {}
    for chunk in _openai(Wire("chat", transcript)).chat.completions.create(
        model="alias", messages=[{"role": "user", "content": "Hi"}], stream=True, **options
    ):
        type(chunk).model_validate(chunk.model_dump(), strict=True)
        state.handle_chunk(chunk)
    done = state.get_final_completion()
    text, prompt, completion = _known(transcript)
    assert done.choices[0].message.content == text and done.choices[0].finish_reason == "stop"
    if usage:
        assert done.usage and (done.usage.prompt_tokens, done.usage.completion_tokens) == (prompt, completion)
    else:
        assert done.usage is None


@pytest.mark.parametrize("transcript", CALL_STREAMS("chat"), ids=lambda each: each.speaks)
def test_chat_stream_of_calls(transcript: Transcript) -> None:
    with _openai(Wire("chat", transcript)).chat.completions.stream(
        model="alias", messages=[{"role": "user", "content": "Hi"}]
    ) as stream:
        done = stream.get_final_completion()
    calls = done.choices[0].message.tool_calls
    assert calls and done.choices[0].finish_reason == "tool_calls"
    assert all(json.loads(call.function.arguments) for call in calls)


@pytest.mark.parametrize("transcript", TEXTS("responses"), ids=lambda each: each.speaks)
def test_response(transcript: Transcript) -> None:
    wire = Wire("responses", transcript)
    done = _openai(wire).responses.create(model="alias", input="Hi", instructions="Be brief.")
    assert done.output_text and done.status == "completed" and done.usage and done.usage.total_tokens > 0
    assert done.to_dict(mode="json")["output"] == transcript.said["responses"]["body"]["output"]
    assert type(done).model_validate(done.model_dump(), strict=True)
    REQUESTS[transcript.speaks].validate_python(wire.sent)


@pytest.mark.parametrize("transcript", CALLS("responses"), ids=lambda each: each.speaks)
def test_response_calls_and_their_results(transcript: Transcript) -> None:
    wire = Wire("responses", transcript)
    client = _openai(wire)
    tools: Any = [{"type": "function", "name": "get_weather", "parameters": TOOL, "strict": True}]
    asked: list[Any] = [{"role": "user", "content": "Weather?"}]
    first = client.responses.create(model="alias", input=asked, tools=tools)
    asked += [item.to_dict() for item in first.output]
    calls = [item for item in first.output if item.type == "function_call"]
    assert calls
    asked += [{"type": "function_call_output", "call_id": call.call_id, "output": "18 C"} for call in calls]
    client.responses.create(model="alias", input=asked, tools=tools)
    assert calls[0].call_id in json.dumps(wire.sent)
    REQUESTS[transcript.speaks].validate_python(wire.sent)


@pytest.mark.parametrize(
    "transcript", [*TEXT_STREAMS("responses"), *CALL_STREAMS("responses")], ids=lambda t: t.path.stem
)
def test_response_stream(transcript: Transcript) -> None:
    kinds, numbers = [], []
    with _openai(Wire("responses", transcript)).responses.stream(model="alias", input="Hi") as stream:
        for event in stream:
            kinds.append(event.type)
            numbers.append(event.sequence_number)
        done = stream.get_final_response()
    assert kinds[:2] == ["response.created", "response.in_progress"] and kinds[-1] == "response.completed"
    assert numbers == list(range(len(numbers)))
    if transcript in TEXT_STREAMS("responses"):
        text, prompt, completion = _known(transcript)
        assert done.output_text == text
        assert done.usage and (done.usage.input_tokens, done.usage.output_tokens) == (prompt, completion)
    else:
        calls = [item for item in done.output if item.type == "function_call"]
        assert calls and all(json.loads(call.arguments) for call in calls)


@pytest.mark.parametrize("transcript", TEXT_STREAMS("responses"), ids=lambda each: each.speaks)
def test_every_event_of_a_response_is_one_that_the_client_knows(transcript: Transcript) -> None:
    from openai.types.responses import ResponseStreamEvent

    known = TypeAdapter(ResponseStreamEvent)
    for event in transcript.said["responses"].split("\n\n"):
        if event:
            name, _, data = event.partition("\n")
            parsed = known.validate_json(data.removeprefix("data: "))
            assert name == f"event: {parsed.type}"


@pytest.mark.parametrize("transcript", TEXTS("messages"), ids=lambda each: each.speaks)
def test_message(transcript: Transcript) -> None:
    wire = Wire("messages", transcript)
    done = _anthropic(wire).messages.create(
        model="alias", max_tokens=100, system="Be brief.", messages=[{"role": "user", "content": "Hi"}]
    )
    assert done.to_dict(mode="json") == transcript.said["messages"]["body"]
    assert done.stop_reason == "end_turn" and done.usage.output_tokens > 0
    assert type(done).model_validate(done.model_dump(), strict=True)
    REQUESTS[transcript.speaks].validate_python(wire.sent)


@pytest.mark.parametrize("transcript", CALLS("messages"), ids=lambda each: each.speaks)
def test_message_calls_and_their_results(transcript: Transcript) -> None:
    wire = Wire("messages", transcript)
    client = _anthropic(wire)
    tools: Any = [{"name": "get_weather", "input_schema": TOOL}]
    asked: list[Any] = [{"role": "user", "content": "Weather?"}]
    first = client.messages.create(model="alias", max_tokens=100, messages=asked, tools=tools)
    calls = [block for block in first.content if block.type == "tool_use"]
    assert calls
    asked.append({"role": "assistant", "content": [block.to_dict() for block in first.content]})
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "18 C"} for call in calls]
    asked.append({"role": "user", "content": results})
    client.messages.create(model="alias", max_tokens=100, messages=asked, tools=tools)
    assert calls[0].id in json.dumps(wire.sent)
    REQUESTS[transcript.speaks].validate_python(wire.sent)


@pytest.mark.parametrize(
    "transcript", [*TEXT_STREAMS("messages"), *CALL_STREAMS("messages")], ids=lambda t: t.path.stem
)
def test_message_stream(transcript: Transcript) -> None:
    with _anthropic(Wire("messages", transcript)).messages.stream(
        model="alias", max_tokens=100, messages=[{"role": "user", "content": "Hi"}]
    ) as stream:
        kinds = [event.type for event in stream if event.type.startswith(("message", "content"))]
        done = stream.get_final_message()
    assert kinds[0] == "message_start" and kinds[-2:] == ["message_delta", "message_stop"]
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == len(done.content)
    if transcript in TEXT_STREAMS("messages"):
        text, prompt, completion = _known(transcript)
        assert done.content[-1].type == "text" and done.content[-1].text == text
        read = done.usage.cache_read_input_tokens or 0
        assert (done.usage.input_tokens + read, done.usage.output_tokens) == (prompt, completion)
    else:
        calls = [block for block in done.content if block.type == "tool_use"]
        assert calls and all(call.input for call in calls) and done.stop_reason == "tool_use"


@pytest.mark.parametrize("client", get_args(Dialect))
def test_an_error_is_the_clients_own_exception(client: Dialect) -> None:
    for transcript in ERRORS(client):
        wire = Wire(client, transcript)
        expected = (openai.RateLimitError, anthropic.RateLimitError) if transcript.status == 429 else None
        with pytest.raises(expected or (openai.InternalServerError, anthropic.InternalServerError)) as caught:
            _ask(client, wire, stream=False)
        error = transcript.said[transcript.speaks]["error"]
        assert error["message"] in str(caught.value)


@pytest.mark.parametrize("client", get_args(Dialect))
def test_an_error_in_a_stream_is_the_clients_own_exception(client: Dialect) -> None:
    for transcript in BROKEN_STREAMS(client):
        with pytest.raises((openai.APIError, anthropic.APIError)):
            _ask(client, Wire(client, transcript), stream=True)


def _ask(client: Dialect, wire: Wire, *, stream: bool) -> None:
    if client == "messages":
        with _anthropic(wire) as user:
            said: Any = user.messages.create(
                model="alias", max_tokens=9, messages=[{"role": "user", "content": "Hi"}], stream=stream
            )
            list(said)
    elif client == "chat":
        said = _openai(wire).chat.completions.create(
            model="alias", messages=[{"role": "user", "content": "Hi"}], stream=stream
        )
        list(said)
    else:
        said = _openai(wire).responses.create(model="alias", input="Hi", stream=stream)
        list(said)


def test_every_answer_of_the_transcripts_is_one_that_the_clients_know() -> None:
    from anthropic.types import Message
    from openai.types.chat import ChatCompletion
    from openai.types.responses import Response

    models: dict[str, Any] = {"chat": ChatCompletion, "responses": Response, "messages": Message}
    for transcript in ANSWERS.values():
        for dialect in DIALECTS:
            said = transcript.said[dialect]
            if dialect != transcript.speaks and said["status"] == 200:
                models[dialect].model_validate(said["body"])


def test_every_request_of_the_transcripts_is_one_that_the_clients_would_send() -> None:
    for transcript in transcripts("request"):
        for dialect in DIALECTS:
            if "refused" not in transcript.said[dialect]:
                REQUESTS[dialect].validate_python(transcript.said[dialect])
