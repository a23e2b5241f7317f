"""What a request says, in words of no dialect: turns, tools and how to answer.

Each dialect has a reader that makes a `Conversation` of a request and a writer that makes a request of it; so three
readers and three writers give all six directions.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from msgspec import Struct, field

Dialect: TypeAlias = Literal["chat", "responses", "messages"]
"""OpenAI Chat Completions, OpenAI Responses, Anthropic Messages."""

Role: TypeAlias = Literal["system", "developer", "user", "assistant", "tool"]

Kind: TypeAlias = Literal["auto", "none", "required", "named", "allowed"]

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""How hard to think, as `reasoning_effort` and `reasoning.effort` have it."""

NAMELESS_FORM = "answer"
"""What a schema is called whose caller's dialect has no names for them."""


class Text(Struct, frozen=True, gc=False):
    """Words; of any role."""

    text: str


class Declined(Struct, frozen=True, gc=False):
    """What the assistant said instead of an answer (`refusal` in OpenAI's dialects)."""

    text: str


class Image(Struct, frozen=True, gc=False):
    """A picture: base64 `data` of `media_type`, or a `url` where `data` is empty. `place` is its field."""

    place: str
    media_type: str = ""
    data: str = ""
    url: str = ""
    detail: str = ""


class ToolCall(Struct, frozen=True, gc=False):
    """The assistant calls a tool that the caller runs; `arguments` is JSON text, as the model wrote it."""

    id: str
    name: str
    arguments: str


class ToolResult(Struct, frozen=True):
    """What a tool gave back: texts and images."""

    id: str
    parts: list[Text | Image]


Part: TypeAlias = Text | Declined | Image | ToolCall | ToolResult


class Turn(Struct, frozen=True):
    """One message. A turn of the role `tool` has results alone; `place` is its field in the request."""

    role: Role
    parts: list[Part]
    place: str


class Tool(Struct, frozen=True):
    """A tool that the caller runs. `parameters` is a JSON schema; `strict` is None where the caller did not say."""

    name: str
    description: str
    parameters: dict[str, Any] | None
    strict: bool | None


class Choice(Struct, frozen=True):
    """Which tools the model may or must call. `names`: the one of `named`, or those of `allowed`."""

    kind: Kind
    names: tuple[str, ...] = ()
    must: bool = False


class Form(Struct, frozen=True):
    """The answer is JSON; of `schema`, or any object where there is none."""

    schema: dict[str, Any] | None = None
    name: str = ""
    description: str = ""
    strict: bool | None = None


class Conversation(Struct):
    """One request. None means that the caller did not say.

    `places` has the caller's own name for whatever is set here and not every dialect can say: errors name that field.
    """

    turns: list[Turn] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    choice: Choice | None = None
    parallel: bool | None = None
    form: Form | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: list[str] = field(default_factory=list)
    effort: str | None = None
    verbosity: str | None = None
    stream: bool = False
    places: dict[str, str] = field(default_factory=dict)
