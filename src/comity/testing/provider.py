"""What an upstream says on every surface: `Upstream(provider)` answers like a provider that has them all.

It answers "Yes." to everything and calls the first tool that it is offered. Streams come in a few events.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from comity.testing.upstream import Answer, Request, completion, status, stream, whole

WORDS = ("Y", "es", ".")
SOUND = b"RIFF" + bytes(range(256)) * 64


async def provider(request: Request, writer: asyncio.StreamWriter) -> bool:
    """Answer by the path of the request."""
    path = request.line.split(" ")[1].partition("?")[0]
    name = next((name for name in sorted(_ANSWERS, key=len, reverse=True) if path.endswith(name)), "")
    answer = _ANSWERS[name](request) if name else status(404, f"no such path: {path}")
    return await answer(request, writer)


def _tool(document: dict[str, Any]) -> str:
    tools = document.get("tools") or []
    answered = any(message.get("role") == "tool" for message in document.get("messages", []))
    return "" if not tools or answered else str(tools[0].get("name") or tools[0]["function"]["name"])


def _chat(request: Request) -> Answer:
    document = request.document
    tool = _tool(document)
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": tool, "arguments": '{"city":"Paris"}'}}
    if not document.get("stream"):
        answer = json.loads(completion("Yes."))
        if tool:
            answer["choices"][0] |= {
                "message": {"role": "assistant", "content": None, "tool_calls": [call]},
                "finish_reason": "tool_calls",
            }
        return whole(_json(answer))
    deltas: list[dict[str, Any]] = [{"tool_calls": [call]}] if tool else [{"content": word} for word in WORDS]
    chunks = [_chunk(delta, None) for delta in deltas] + [_chunk({}, "tool_calls" if tool else "stop")]
    if (document.get("stream_options") or {}).get("include_usage"):
        chunks = [chunk | {"usage": None} for chunk in chunks]
        chunks.append(chunks[0] | {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})
    return stream([*(b"data: " + _json(chunk) + b"\n\n" for chunk in chunks), b"data: [DONE]\n\n"])


def _chunk(delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "double", "choices": [choice]}


def _completions(request: Request) -> Answer:
    answer: dict[str, Any] = {"id": "c1", "object": "text_completion", "created": 1, "model": "double"}
    if not request.document.get("stream"):
        choices = [{"index": 0, "text": "Yes.", "finish_reason": "stop"}]
        return whole(_json(answer | {"choices": choices, "usage": {"prompt_tokens": 7, "completion_tokens": 3}}))
    chunks = [answer | {"choices": [{"index": 0, "text": word, "finish_reason": None}]} for word in WORDS]
    chunks[-1]["choices"][0]["finish_reason"] = "stop"
    return stream([*(b"data: " + _json(chunk) + b"\n\n" for chunk in chunks), b"data: [DONE]\n\n"])


def _responses(request: Request) -> Answer:
    document = request.document
    tool = _tool(document)
    text: dict[str, Any] = {"type": "output_text", "text": "Yes.", "annotations": []}
    item: dict[str, Any] = {"id": "m1", "type": "message", "role": "assistant", "status": "completed"}
    item["content"] = [text]
    said = document["input"] if isinstance(document["input"], list) else []
    if tool and not any(each.get("type") == "function_call_output" for each in said):
        item = {"id": "f1", "type": "function_call", "call_id": "call_1", "name": tool, "status": "completed"}
        item["arguments"] = '{"city":"Paris"}'
    usage = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
    answer: dict[str, Any] = {"id": "r1", "object": "response", "created_at": 1, "model": "double", "tools": []}
    answer |= {"parallel_tool_calls": True, "tool_choice": "auto", "error": None, "store": document.get("store", True)}
    done = answer | {"status": "completed", "output": [item], "usage": usage}
    if not document.get("stream"):
        return whole(_json(done))
    at: dict[str, Any] = {"item_id": "m1", "output_index": 0, "content_index": 0}
    unwritten: dict[str, Any] = {"content": []} if "content" in item else {"arguments": ""}
    open_item = item | {"status": "in_progress"} | unwritten
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": answer | {"status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": open_item},
    ]
    if "content" in item:
        events.append({"type": "response.content_part.added", **at, "part": text | {"text": ""}})
        events.extend({"type": "response.output_text.delta", **at, "delta": word, "logprobs": []} for word in WORDS)
        events.append({"type": "response.output_text.done", **at, "text": "Yes.", "logprobs": []})
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    events.append({"type": "response.completed", "response": done})
    return _named([event | {"sequence_number": number} for number, event in enumerate(events)])


def _messages(request: Request) -> Answer:
    document = request.document
    block: dict[str, Any] = {"type": "text", "text": "Yes."}
    reason = "end_turn"
    if document.get("tools") and isinstance(document["messages"][-1]["content"], str):
        block = {"type": "tool_use", "id": "t1", "name": document["tools"][0]["name"], "input": {"city": "Paris"}}
        reason = "tool_use"
    answer: dict[str, Any] = {"id": "m1", "type": "message", "role": "assistant", "model": "double"}
    usage = {"input_tokens": 7, "output_tokens": 3}
    if not document.get("stream"):
        return whole(_json(answer | {"content": [block], "stop_reason": reason, "stop_sequence": None, "usage": usage}))
    if reason == "tool_use":
        deltas: list[dict[str, Any]] = [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
        start: dict[str, Any] = block | {"input": {}}
    else:
        deltas = [{"type": "text_delta", "text": word} for word in WORDS]
        start = {"type": "text", "text": ""}
    begun = answer | {"content": [], "stop_reason": None, "stop_sequence": None}
    return _named(
        [
            {"type": "message_start", "message": begun | {"usage": {"input_tokens": 7, "output_tokens": 1}}},
            {"type": "content_block_start", "index": 0, "content_block": start},
            *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 3}},
            {"type": "message_stop"},
        ]
    )


def _embeddings(request: Request) -> Answer:
    said = request.document["input"]
    texts = said if isinstance(said, list) else [said]
    data: list[dict[str, Any]] = [
        {"object": "embedding", "index": number, "embedding": [0.5, -0.25]} for number in range(len(texts))
    ]
    usage = {"prompt_tokens": 7, "total_tokens": 7}
    return whole(_json({"object": "list", "data": data, "model": "double", "usage": usage}))


def _rerank(request: Request) -> Answer:
    results = [{"index": number, "relevance_score": 0.5} for number in range(len(request.document["documents"]))]
    return whole(_json({"id": "k1", "results": results, "usage": {"total_tokens": 7}}))


def _moderations(request: Request) -> Answer:
    return whole(_json({"id": "d1", "model": "double", "results": [{"flagged": False}]}))


def _transcriptions(request: Request) -> Answer:
    usage = {"type": "tokens", "input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
    if b'name="stream"\r\n\r\ntrue' not in request.body:
        return whole(_json({"text": "Yes.", "usage": usage}))
    events: list[dict[str, Any]] = [{"type": "transcript.text.delta", "delta": word} for word in WORDS]
    return _named([*events, {"type": "transcript.text.done", "text": "Yes.", "usage": usage}])


def _images(request: Request) -> Answer:
    usage = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
    return whole(_json({"created": 1, "data": [{"b64_json": "AAAA"}], "usage": usage}))


def _named(events: list[dict[str, Any]]) -> Answer:
    return stream([b"event: %b\ndata: %b\n\n" % (event["type"].encode(), _json(event)) for event in events])


def _json(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


_ANSWERS = {
    "/chat/completions": _chat,
    "/completions": _completions,
    "/responses": _responses,
    "/messages": _messages,
    "/messages/count_tokens": lambda request: whole(b'{"input_tokens":7}'),
    "/embeddings": _embeddings,
    "/rerank": _rerank,
    "/moderations": _moderations,
    "/audio/transcriptions": _transcriptions,
    "/audio/speech": lambda request: whole(SOUND, content_type="audio/wav"),
    "/images/generations": _images,
}
