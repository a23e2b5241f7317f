"""What of each dialect no other can carry: left out, where it is advisory; refused by name, where it is not.

docs/reference/dialects.md shows these tables; a test compares. A member that is in no table and that no reader takes
is refused too: nobody here knows what would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from comity.relay.dialects.complaints import Table
from comity.relay.dialects.conversation import Dialect

_LABEL = "a label for the maker's own records"
_CACHE = "where to cache the prompt; the answer is the same"
_TIER = "how soon the maker answers and what it charges"
_STATE = "a state that is kept at the upstream, and belongs to its dialect"
_TOKENS = "probabilities of tokens"
_SAMPLING = "a way to sample that the other dialect has no word for"
_HOSTED = "works with tools that the upstream runs"
_MAKER = "an earlier answer's thoughts, of use to nobody but the model that had them"

DROPPED_TYPES: Mapping[Dialect, Mapping[str, str]] = MappingProxyType(
    {
        "chat": {"thinking": _MAKER},
        "responses": {"reasoning": _MAKER},
        "messages": {"thinking": _MAKER, "redacted_thinking": _MAKER},
    }
)
"""Content parts, items and blocks of earlier turns that are left out, by their `type`."""

CHAT = Table(
    dropped={
        "user": _LABEL,
        "safety_identifier": _LABEL,
        "metadata": _LABEL,
        "service_tier": _TIER,
        "prompt_cache_key": _CACHE,
        "prompt_cache_options": _CACHE,
        "prompt_cache_retention": _CACHE,
        "provider": "the caller's own narrowing, which the placement has heeded",
    },
    idle={
        "n": (1,),
        "logprobs": (False,),
        "top_logprobs": (0,),
        "frequency_penalty": (0, 0.0),
        "presence_penalty": (0, 0.0),
        "logit_bias": ({},),
        "modalities": (["text"],),
        "store": (False,),
    },
    refused={
        "n": "the other dialect gives one answer",
        "logprobs": _TOKENS,
        "top_logprobs": _TOKENS,
        "seed": _SAMPLING,
        "logit_bias": _SAMPLING,
        "frequency_penalty": _SAMPLING,
        "presence_penalty": _SAMPLING,
        "functions": "superseded by `tools`",
        "function_call": "superseded by `tool_choice`",
        "store": _STATE,
        "prediction": "a foretold answer",
        "modalities": "answers are text",
        "audio": "answers are text",
    },
)

CHAT_STREAM = Table(
    dropped={
        "include_obfuscation": "padding that the upstream's dialect may add of its own accord",
        "continuous_usage_stats": "usage comes at the end",
    }
)
"""Of `stream_options`."""

CHAT_MESSAGE = Table(
    dropped={
        "annotations": "where an earlier answer had its facts from",
        "reasoning_content": _MAKER,
        "reasoning": _MAKER,
        "reasoning_details": _MAKER,
        "cache_control": _CACHE,
    },
    idle={"partial": (False,), "prefix": (False,), "tool_calls": ([],)},
    refused={
        "partial": "an answer to be continued",
        "prefix": "an answer to be continued",
        "tool_calls": "only the assistant calls tools",
        "name": "participants have no names in the other dialect",
        "function_call": "superseded by `tool_calls`",
        "audio": _STATE,
    },
)

CHAT_PART = Table(dropped={"prompt_cache_breakpoint": _CACHE, "cache_control": _CACHE})

CHAT_TOOL = Table(dropped={"cache_control": _CACHE})

RESPONSES = Table(
    dropped={
        "user": _LABEL,
        "safety_identifier": _LABEL,
        "metadata": _LABEL,
        "service_tier": _TIER,
        "prompt_cache_key": _CACHE,
        "prompt_cache_options": _CACHE,
        "prompt_cache_retention": _CACHE,
        "client_metadata": _LABEL,
        "max_tool_calls": "counts calls of tools that the upstream runs, and there are none",
        "provider": "the caller's own narrowing, which the placement has heeded",
    },
    idle={"store": (False,), "background": (False,), "top_logprobs": (0,), "truncation": ("disabled",)},
    refused={
        "store": f"{_STATE}; say `store: false`, and send the whole conversation each time",
        "previous_response_id": _STATE,
        "conversation": _STATE,
        "prompt": _STATE,
        "background": _STATE,
        "background_options": _STATE,
        "context_management": "the upstream would shorten the conversation",
        "truncation": "the upstream would shorten the conversation",
        "top_logprobs": _TOKENS,
        "moderation": "another model, on which nobody ruled",
    },
)

RESPONSES_INCLUDE = MappingProxyType({"reasoning.encrypted_content": _MAKER})
"""Values of `include` that are left out."""

RESPONSES_STREAM = Table(
    dropped={"include_obfuscation": "padding that the upstream's dialect may add of its own accord"}
)

RESPONSES_REASONING = Table(
    dropped={
        "summary": "how to sum up thoughts; what a model shows of them is passed on",
        "generate_summary": "how to sum up thoughts; what a model shows of them is passed on",
    },
    idle={"context": ("auto",), "mode": ("standard",)},
    refused={"context": "which thoughts of earlier answers count", "mode": "a way to think that has no word elsewhere"},
)

RESPONSES_ITEM = Table(
    dropped={
        "id": "an item's name at the upstream that made it",
        "status": "how far an earlier item had come",
        "phase": "which part of an earlier answer a message was",
        "name": "the tool of a result, which its call names",
    },
    idle={"caller": ({"type": "direct"},), "async": (False,)},
    refused={"namespace": _HOSTED, "caller": _HOSTED, "async": "a call that is answered later"},
)

RESPONSES_PART = Table(
    dropped={
        "annotations": "where an earlier answer had its facts from",
        "logprobs": "how likely an earlier answer was",
        "prompt_cache_breakpoint": _CACHE,
    },
    refused={"file_id": _STATE},
)

RESPONSES_TOOL = Table(
    idle={"defer_loading": (False,), "async": (False,), "allowed_callers": (["direct"],)},
    refused={"defer_loading": _HOSTED, "allowed_callers": _HOSTED, "async": "a call that is answered later"},
)

MESSAGES = Table(
    dropped={
        "metadata": _LABEL,
        "service_tier": _TIER,
        "speed": _TIER,
        "cache_control": _CACHE,
        "diagnostics": "asks how well the cache did",
        "provider": "the caller's own narrowing, which the placement has heeded",
    },
    idle={"mcp_servers": ([],)},
    refused={
        "inference_geo": "where it is processed is the placement's to say",
        "container": _STATE,
        "mcp_servers": _HOSTED,
    },
)

MESSAGES_THINKING = Table(dropped={"display": "how to sum up thoughts; what a model shows of them is passed on"})

MESSAGES_EDITS = MappingProxyType({"clear_thinking": _MAKER})
"""Types in `context_management.edits`, less their dates, that are left out; others would shorten the conversation."""

MESSAGES_BLOCK = Table(
    dropped={"cache_control": _CACHE, "citations": "where an earlier answer had its facts from"},
    idle={"caller": ({"type": "direct"},)},
    refused={"caller": _HOSTED, "toolset_name": _HOSTED},
)

MESSAGES_RESULT = Table(
    dropped={
        "cache_control": _CACHE,
        "is_error": "a mark that the tool failed; its text says so too",
    },
    refused={"toolset_name": _HOSTED},
)

MESSAGES_TOOL = Table(
    dropped={"cache_control": _CACHE, "eager_input_streaming": "in which pieces arguments arrive"},
    idle={"defer_loading": (False,), "allowed_callers": (["direct"],)},
    refused={"defer_loading": _HOSTED, "allowed_callers": _HOSTED},
)

DOCUMENTED: tuple[tuple[Dialect, str, Table], ...] = (
    ("chat", "", CHAT),
    ("chat", "stream_options.", CHAT_STREAM),
    ("chat", "messages[].", CHAT_MESSAGE),
    ("chat", "messages[].content[].", CHAT_PART),
    ("chat", "tools[].", CHAT_TOOL),
    ("responses", "", RESPONSES),
    ("responses", "stream_options.", RESPONSES_STREAM),
    ("responses", "reasoning.", RESPONSES_REASONING),
    ("responses", "input[].", RESPONSES_ITEM),
    ("responses", "input[].content[].", RESPONSES_PART),
    ("responses", "tools[].", RESPONSES_TOOL),
    ("messages", "", MESSAGES),
    ("messages", "thinking.", MESSAGES_THINKING),
    ("messages", "messages[].content[].", MESSAGES_BLOCK),
    ("messages", "messages[].content[type=tool_result].", MESSAGES_RESULT),
    ("messages", "tools[].", MESSAGES_TOOL),
)
"""Every table with its dialect and the place of its members."""
