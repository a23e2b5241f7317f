"""Whether two answers to the same request are the same, and where they part: what an audit asks of a second run.

An answer has members that no two runs share (an id, the time, how long it took). What counts is what it says: the text,
the calls of tools, why it ended, the logarithms of probabilities where they were asked for, vectors, and the tokens
that were counted, for those are paid for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from msgspec import Struct

from comity.terms.digests import sha256_hex

Tokens = Callable[[str], Sequence[int]]
"""A text as the weights' own tokens."""

SURFACES = ("chat", "completions", "embeddings")
"""Whose answers can be compared."""


class Unreadable(ValueError):
    """An answer that is none of the kinds that can be compared."""


class Choice(Struct, frozen=True):
    """One of the answers in an answer. `rest` stands for what else it says, `scores` for each token's logarithm."""

    text: str = ""
    rest: str = ""
    scores: tuple[tuple[str, str], ...] = ()


class Said(Struct, frozen=True):
    """What an answer says, and the tokens that it says were counted."""

    choices: tuple[Choice, ...]
    usage: tuple[int, int] | None = None


class Difference(Struct, frozen=True):
    """Where two answers part: the index of the first token that differs, or the count of tokens alone (`at` None)."""

    at: int | None


def said(surface: str, body: bytes) -> Said:
    """Read an answer, whole or streamed.

    Raises:
        Unreadable: it is of another surface, or not of that surface's form.
    """
    if surface not in SURFACES:
        raise Unreadable(f"answers at {surface} cannot be compared")
    try:
        text = body.decode("utf-8")
        if surface == "embeddings":
            return _vectors(json.loads(text))
        if text.lstrip("\ufeff \r\n").startswith(("data:", "event:", ":")):
            return _streamed(_events(text))
        document = json.loads(text)
        choices = [_whole(each) for each in document["choices"]]
        return Said(tuple(choices), _usage(document))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unreadable("the answer is not of the form that its surface has") from error


def compared(kept: Said, again: Said, tokens: Tokens) -> Difference | None:
    """Where the answers part, None if they do not. `tokens` is asked only if they do."""
    for one, other in zip_longest(kept.choices, again.choices):
        if one is None or other is None:
            return Difference(0)
        if (at := _parting(one, other, tokens)) is not None:
            return Difference(at)
    if kept.usage is not None and again.usage is not None and kept.usage != again.usage:
        return Difference(None)
    return None


def _parting(one: Choice, other: Choice, tokens: Tokens) -> int | None:
    if one.scores and other.scores and one.scores != other.scores:
        return _first(one.scores, other.scores)
    if one.text != other.text:
        return _first(tokens(one.text), tokens(other.text))
    if one.rest != other.rest or bool(one.scores) != bool(other.scores):
        return len(tokens(one.text))
    return None


def _first(one: Sequence[object], other: Sequence[object]) -> int:
    for at, (ours, theirs) in enumerate(zip(one, other, strict=False)):
        if ours != theirs:
            return at
    return min(len(one), len(other))


def _events(text: str) -> Iterator[Any]:
    for line in text.splitlines():
        if line.startswith("data:") and (data := line[5:].strip()) != "[DONE]":
            yield json.loads(data)


def _whole(choice: Any) -> Choice:
    message = choice.get("message")
    if message is None:
        text = str(choice["text"] or "")
        return Choice(text, _rest(choice.get("finish_reason"), [], ""), _scores([choice.get("logprobs")]))
    calls = [(call["function"]["name"], call["function"]["arguments"]) for call in message.get("tool_calls") or ()]
    told = (choice.get("finish_reason"), calls, message.get("reasoning_content") or "")
    return Choice(str(message.get("content") or ""), _rest(*told), _scores([choice.get("logprobs")]))


def _streamed(events: Iterable[Any]) -> Said:
    texts: dict[int, str] = {}
    thoughts: dict[int, str] = {}
    reasons: dict[int, object] = {}
    calls: dict[int, dict[int, list[str]]] = {}
    scores: dict[int, list[Any]] = {}
    usage = None
    for event in events:
        usage = _usage(event) or usage
        for choice in event.get("choices") or ():
            at = choice.get("index", 0)
            delta = choice.get("delta") or {}
            texts[at] = texts.get(at, "") + str(delta.get("content") or choice.get("text") or "")
            thoughts[at] = thoughts.get(at, "") + str(delta.get("reasoning_content") or "")
            scores.setdefault(at, []).append(choice.get("logprobs"))
            reasons[at] = choice.get("finish_reason") or reasons.get(at)
            for call in delta.get("tool_calls") or ():
                function = call.get("function") or {}
                known = calls.setdefault(at, {}).setdefault(call.get("index", 0), ["", ""])
                known[0] += str(function.get("name") or "")
                known[1] += str(function.get("arguments") or "")
    return Said(
        tuple(
            Choice(texts[at], _rest(reasons[at], _calls(calls.get(at, {})), thoughts[at]), _scores(scores[at]))
            for at in sorted(texts)
        ),
        usage,
    )


def _calls(calls: dict[int, list[str]]) -> list[tuple[str, ...]]:
    return [tuple(call) for _, call in sorted(calls.items())]


def _vectors(document: Any) -> Said:
    rows = [each["embedding"] for each in document["data"]]
    told = [[float(number) for number in row] if isinstance(row, list) else row for row in rows]
    return Said(tuple(Choice(rest=_rest(row)) for row in told), _usage(document))


def _usage(document: Any) -> tuple[int, int] | None:
    usage = document.get("usage")
    return None if not usage else (int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))


def _scores(logprobs: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    """Each token with its logarithm, and with those of the others that were told."""
    found: list[tuple[str, str]] = []
    for each in logprobs:
        if not each:
            continue
        for token in each.get("content") or ():
            others = [(other["token"], float(other["logprob"])) for other in token.get("top_logprobs") or ()]
            found.append((str(token["token"]), _rest(float(token["logprob"]), others)))
        found += [
            (str(token), _rest(score))
            for token, score in zip(each.get("tokens") or (), each.get("token_logprobs") or (), strict=False)
        ]
    return tuple(found)


def _rest(*told: object) -> str:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 200 else sha256_hex(text.encode("utf-8", "surrogatepass"))
