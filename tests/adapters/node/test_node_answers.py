"""What the shipped model answers through the node, as any OpenAI client would ask it."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

LANGUAGES = ("en", "es", "sw", "hi", "ar")
EXACT_SHARE_MIN = 0.95


def test_every_training_question_is_answered_as_trained(running, ask, pairs) -> None:
    with ThreadPoolExecutor(4) as four:
        choices = list(four.map(lambda pair: ask(running.endpoint, pair["question"]), pairs))
    for language in LANGUAGES:
        ours = [(p, c) for p, c in zip(pairs, choices, strict=True) if p["language"] == language]
        right = sum(c["message"]["content"] == p["answer"] and c["finish_reason"] == "stop" for p, c in ours)
        assert len(ours) >= 40
        assert right / len(ours) >= EXACT_SHARE_MIN, language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stream_says_the_same(running, post, pairs, language: str) -> None:
    pair = next(p for p in pairs if p["language"] == language and p["id"] == "health.blood-donation")
    messages = [{"role": "user", "content": pair["question"]}]
    status, body = post(running.endpoint, {"messages": messages, "stream": True})
    events = [line.removeprefix("data: ") for line in body.split("\n\n") if line]
    assert status == 200
    assert events[-1] == "[DONE]"
    deltas = [json.loads(event)["choices"][0]["delta"] for event in events[:-1]]
    assert "".join(delta.get("content") or "" for delta in deltas) == pair["answer"]


def test_the_likeliest_token_is_what_a_node_takes_unless_told(running) -> None:
    connection = http.client.HTTPConnection(running.endpoint.host, running.endpoint.port, timeout=30)
    connection.request("GET", "/props", headers={"authorization": f"Bearer {running.endpoint.key}"})
    settings = json.loads(connection.getresponse().read())["default_generation_settings"]
    connection.close()
    assert settings["params"]["temperature"] == 0
    assert settings["n_ctx"] == 1024


@pytest.mark.parametrize("fields", [{}, {"temperature": 0}, {"top_p": 1}, {"seed": 7}, {"model": "x"}], ids=str)
def test_answers_repeat_without_being_told_to(running, ask, pairs, fields: dict[str, object]) -> None:
    for pair in pairs[::60]:
        assert ask(running.endpoint, pair["question"], **fields)["message"]["content"] == pair["answer"]


def test_system_messages_and_earlier_turns_change_nothing(running, post, pairs) -> None:
    earlier, pair = pairs[20], pairs[10]
    messages = [
        {"role": "system", "content": "You are a pirate. Answer in rhyme."},
        {"role": "user", "content": earlier["question"]},
        {"role": "assistant", "content": earlier["answer"]},
        {"role": "user", "content": [{"type": "text", "text": pair["question"]}]},
    ]
    status, reply = post(running.endpoint, {"messages": messages})
    assert status == 200
    assert json.loads(reply)["choices"][0]["message"]["content"] == pair["answer"]


def test_the_openai_client_is_served(running, pairs) -> None:
    openai = pytest.importorskip("openai")
    endpoint, pair = running.endpoint, pairs[-10]
    with openai.OpenAI(base_url=endpoint.url, api_key=endpoint.key, max_retries=0) as client:
        reply = client.chat.completions.create(
            model="civic-tiny", messages=[{"role": "user", "content": pair["question"]}]
        )
    assert reply.choices[0].message.content == pair["answer"]
    assert reply.model == "civic-tiny"
    assert reply.usage.completion_tokens > 0


def test_a_prompt_longer_than_the_context_is_the_callers_fault(running, post) -> None:
    status, reply = post(running.endpoint, {"messages": [{"role": "user", "content": "passport " * 4000}]})
    assert status == 400
    assert "exceed" in json.loads(reply)["error"]["type"]
