"""The tables against the providers' own lists: no parameter, tool, item or block of theirs is merely unknown to us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest
from anthropic.types import message_create_params, tool_union_param, user_message_param
from anthropic.types.beta import message_create_params as beta
from openai.types import (
    completion_create_params,
    embedding_create_params,
    image_generate_params,
    moderation_create_params,
)
from openai.types.audio import speech_create_params, transcription_create_params
from openai.types.chat import completion_create_params as chat_params
from openai.types.responses import response_create_params, response_input_param, tool_param
from typing_extensions import get_type_hints, is_typeddict

from comity.relay.reading import messages, responses
from comity.relay.reading.shapes import Asks, Kinds, Members
from comity.relay.surfaces import TABLES

PARAMETERS: dict[str, Any] = {
    "chat": chat_params.CompletionCreateParamsStreaming,
    "completions": completion_create_params.CompletionCreateParamsStreaming,
    "responses": response_create_params.ResponseCreateParamsStreaming,
    "messages": message_create_params.MessageCreateParamsStreaming,
    "embeddings": embedding_create_params.EmbeddingCreateParams,
    "moderations": moderation_create_params.ModerationCreateParams,
    "speech": speech_create_params.SpeechCreateParams,
    "images": image_generate_params.ImageGenerateParamsStreaming,
    "transcriptions": transcription_create_params.TranscriptionCreateParamsStreaming,
}
ELSEWHERE = {"file", "betas"}
"""The file of a form, and what the client library makes a header of."""

UNJUDGED = {"user_profile_id", "billing_policy", "fallback_credit_token", "workspace_id"}
"""Parameters that ask for `other`, and knowingly so: whose account it is on."""


UNDATED = re.compile(r"(?:_[0-9]+)+$")


def bare(kind: Any) -> Any:
    while str(get_origin(kind)).endswith(("Required", "NotRequired", "ReadOnly", "Annotated")):
        kind = get_args(kind)[0]
    return kind


def dicts(kind: Any) -> Iterator[Any]:
    kind = bare(kind)
    if is_typeddict(kind):
        yield kind
    for inner in get_args(kind):
        yield from dicts(inner)


def types(kind: Any) -> set[str]:
    """The words of `type` in a union of objects."""
    found: set[str] = set()
    for each in dicts(kind):
        told = bare(get_type_hints(each, include_extras=True).get("type"))
        for word in (told, *get_args(told)):
            found |= set(get_args(word)) if get_origin(word) is Literal else set()
            found |= {word} if isinstance(word, str) else set()
    return {word for word in found if isinstance(word, str)}


def known(kind: str, table: Kinds) -> bool:
    return kind in table.known or UNDATED.sub("", kind) in table.known


@pytest.mark.parametrize("surface", PARAMETERS)
def test_parameters(surface: str) -> None:
    theirs = set(get_type_hints(PARAMETERS[surface]))
    assert theirs - set(TABLES[surface].known) - ELSEWHERE - UNJUDGED == set()


def test_parameters_in_beta() -> None:
    theirs = set(get_type_hints(beta.MessageCreateParamsStreaming))
    assert theirs - set(TABLES["messages"].known) - ELSEWHERE - UNJUDGED == set()


@pytest.mark.parametrize(("kind", "table"), [
    (tool_param.ToolParam, responses.TOOL), (response_input_param.ResponseInputItemParam, responses.ITEM),
    (tool_union_param.ToolUnionParam, messages.TOOL),
    (get_type_hints(user_message_param.UserMessageParam)["content"], messages.BLOCK),
])  # fmt: skip
def test_types(kind: Any, table: Kinds) -> None:
    theirs = types(kind)
    assert len(theirs) > 5
    assert {each for each in theirs if not known(each, table)} == set()


@pytest.mark.parametrize(("kind", "table"), [
    (tool_param.ToolParam, responses.TOOL), (response_input_param.ResponseInputItemParam, responses.ITEM),
    (tool_union_param.ToolUnionParam, messages.TOOL),
    (get_type_hints(user_message_param.UserMessageParam)["content"], messages.BLOCK),
])  # fmt: skip
def test_members(kind: Any, table: Kinds) -> None:
    for each in dicts(kind):
        hints = get_type_hints(each, include_extras=True)
        for name in types(each):
            shape = table.known.get(name) or table.known.get(UNDATED.sub("", name))
            shape = shape.members if isinstance(shape, Asks) else shape
            if isinstance(shape, Members):
                assert set(hints) - set(shape.known) == set(), name
