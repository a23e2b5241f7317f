"""A real engine that serves all three dialects, asked by the official clients across every pair of them."""

from __future__ import annotations

import http.client
import json

import anthropic
import httpx2
import openai
import pytest

from comity.adapters.node import Endpoint
from comity.relay.dialects import Dialect, StreamTranslation, translate_request, whole_translation

PATHS: dict[Dialect, str] = {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages"}


class Gateway(httpx2.BaseTransport):
    """Says what a client sends to the engine in another dialect, and its answer back."""

    def __init__(self, client: Dialect, speaks: Dialect, engine: Endpoint) -> None:
        self.client, self.speaks, self.engine = client, speaks, engine

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        body = translate_request(request.read(), self.client, self.speaks, "civic-tiny")
        status, answer = self._relay(body)
        if not json.loads(body).get("stream"):
            done = whole_translation(self.client, self.speaks, "alias")(status, answer)
            return httpx2.Response(done.status, content=done.body, headers={"content-type": "application/json"})
        assert status == 200, answer
        stream = StreamTranslation(
            self.client, self.speaks, "alias", include_usage=True, now=0, ids=lambda prefix: f"{prefix}1"
        )
        said = b"".join(stream.feed(answer[at : at + 40]) for at in range(0, len(answer), 40)) + stream.close()
        assert stream.ended and stream.usage and stream.usage.completion_tokens > 0
        return httpx2.Response(200, content=said + stream.tail, headers={"content-type": "text/event-stream"})

    def _relay(self, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.engine.host, self.engine.port, timeout=30)
        try:
            headers = {"content-type": "application/json", "authorization": f"Bearer {self.engine.key}"}
            connection.request("POST", PATHS[self.speaks], body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def ask(gateway: Gateway, question: str, *, stream: bool) -> str:
    """The whole text of the answer, as the official client of the gateway's dialect has it."""
    if gateway.client == "messages":
        user = anthropic.Anthropic(
            api_key="k", base_url="http://gateway", http_client=anthropic.DefaultHttpxClient(transport=gateway)
        )
        asked = {"model": "alias", "max_tokens": 200, "messages": [{"role": "user", "content": question}]}
        if not stream:
            return user.messages.create(**asked).content[0].text
        with user.messages.stream(**asked) as events:
            return events.get_final_text()
    client = openai.OpenAI(
        api_key="k", base_url="http://gateway/v1", http_client=openai.DefaultHttpxClient(transport=gateway)
    )
    if gateway.client == "responses":
        if not stream:
            return client.responses.create(model="alias", input=question).output_text
        with client.responses.stream(model="alias", input=question) as events:
            return events.get_final_response().output_text
    asked = {"model": "alias", "messages": [{"role": "user", "content": question}]}
    if not stream:
        return client.chat.completions.create(**asked).choices[0].message.content
    with client.chat.completions.stream(**asked) as events:
        return events.get_final_completion().choices[0].message.content


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("speaks", PATHS)
@pytest.mark.parametrize("client", PATHS)
def test_the_answer_is_the_same_in_every_dialect(
    running, pairs, client: Dialect, speaks: Dialect, stream: bool
) -> None:
    pair = next(p for p in pairs if p["language"] == "hi" and p["id"] == "health.blood-donation")
    assert ask(Gateway(client, speaks, running.endpoint), pair["question"], stream=stream) == pair["answer"]


@pytest.mark.parametrize("speaks", PATHS)
@pytest.mark.parametrize("client", PATHS)
def test_a_mistake_is_the_clients_own_exception(running, client: Dialect, speaks: Dialect) -> None:
    with pytest.raises((openai.APIStatusError, anthropic.APIStatusError)) as caught:
        ask(Gateway(client, speaks, running.endpoint), "x" * 20_000, stream=False)  # more than its context
    assert caught.value.status_code == 400
