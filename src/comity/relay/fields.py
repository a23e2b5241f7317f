"""The fields of a chat request: which are inference, and which ask an upstream for more (docs/reference/hops.md).

DESIGN rule 5: what a request asks beyond inference is a hop. The list of what is *known to be inference* is closed, for
a field that nobody here knows could be tomorrow's hop: an unknown one asks for the hop `other`, which a deployment
may declare. A hop's word narrows the placement to deployments that declare it; `REFUSED` has no word, so no
deployment can.
"""

from __future__ import annotations

from typing import NamedTuple

REFUSED = "refused"
"""Asks for what no deployment may be asked, whatever it declares."""

OTHER = "other"
"""The hop of a field that is not in these tables."""


class Row(NamedTuple):
    """One field that is more than inference. `idle` are the values that ask for nothing."""

    asks: str
    why: str
    idle: tuple[object, ...] = (None, False)


READ = (
    *("model", "messages", "stream", "tools", "tool_choice", "provider"),
    *("audio", "chat_template_kwargs", "prediction"),
)
"""Fields that Comity reads itself. `provider` is the caller's own narrowing and goes no further."""

_OPENAI = """
    frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens
    modalities n parallel_tool_calls presence_penalty prompt_cache_key reasoning_effort response_format
    safety_identifier seed service_tier stop stream_options temperature top_logprobs top_p user verbosity
"""
_ENGINES = """
    add_generation_prompt add_special_tokens allowed_token_ids bad_words beam_search best_of
    cache_salt continue_final_message documents dry_allowed_length dry_base
    dry_multiplier dry_penalty_last_n dry_sequence_breakers dynatemp_exponent dynatemp_range ebnf echo
    enable_thinking frequency_penalty_range grammar guided_choice guided_decoding_backend guided_grammar guided_json
    guided_regex guided_whitespace_pattern ignore_eos include_reasoning include_stop_str_in_output json_schema
    length_penalty min_keep min_p min_tokens mirostat mirostat_eta mirostat_tau n_keep
    n_predict n_probs no_stop_trim num_ctx priority prompt_logprobs reasoning reasoning_format regex repeat_last_n
    repeat_penalty repetition_penalty return_token_ids return_tokens_as_token_ids samplers separate_reasoning
    skip_special_tokens spaces_between_special_tokens stop_regex stop_token_ids stream_reasoning structured_outputs
    t_max_predict_ms tfs_z thinking thinking_budget timings_per_token top_a top_k top_n_sigma
    truncate_prompt_tokens truncation typical_p use_beam_search xtc_probability xtc_threshold
"""
INFERENCE: frozenset[str] = frozenset(_OPENAI.split()) | frozenset(_ENGINES.split())
"""Known to be inference: they shape the answer and nothing else. Not here, though engines know them: fields that name
code to run (`logits_processors`, `custom_params`, `chat_template`), other weights (`lora`), hosts to call
(`bootstrap_host`), or state that outlives the request (`id_slot`, `keep_alive`, `session_params`)."""

BEYOND: dict[str, Row] = {
    "web_search_options": Row("web-search", "the upstream would search the web with what the prompt says"),
    "store": Row("store", "the upstream would keep the exchange"),
    "metadata": Row("store", "labels for a kept exchange", (None, False, {})),
    "prompt_cache_retention": Row(
        "store", "a cache that outlives the request", (None, False, "in_memory", "in-memory")
    ),
    "cache_prompt": Row("store", "the prompt would stay, and the next caller be told how much of it was there"),
    "mcp_servers": Row("mcp", "the upstream would call these servers"),
    "container": Row("code", "the upstream would run code in a sandbox that it keeps"),
    "previous_response_id": Row(REFUSED, "a state that only the deployment which issued it holds"),
    "conversation": Row(REFUSED, "a state that only the deployment which issued it holds"),
    "prompt": Row(REFUSED, "a template that is stored at the upstream: what is asked would not be in the request"),
    "background": Row(REFUSED, "an answer that is kept and fetched later"),
    "models": Row(REFUSED, "fallback is the gateway's: every attempt needs a ruling"),
    "fallbacks": Row(REFUSED, "fallback is the gateway's: every attempt needs a ruling"),
    "route": Row(REFUSED, "routing is the gateway's: every attempt needs a ruling"),
    "plugins": Row(REFUSED, "the upstream would call others with the prompt"),
    "transforms": Row(REFUSED, "the upstream would rewrite the request"),
    "extra_body": Row(REFUSED, "a client library's wrapper: its members belong at the top level"),
}
"""Top-level fields that ask for more than inference."""

SCHEMAS: frozenset[str] = frozenset(
    {"response_format", "json_schema", "guided_json", "structured_outputs", "functions", "tools"}
)
"""Fields with JSON schemas, in which a reference may name another document: the upstream would fetch it."""

REFERENCES: frozenset[str] = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
"""Members of a schema that refer; one that begins with `#` stays within the schema."""

TEMPLATE: frozenset[str] = frozenset(
    {"add_generation_prompt", "add_vision_id", "clear_thinking", "continue_final_message", "date_string", "documents"}
    | {"enable_thinking", "preserve_thinking", "reasoning_effort", "thinking", "thinking_budget", "thinking_mode"}
)
"""Members of `chat_template_kwargs` that are inference. Not `chat_template`: engines run it, as the field."""

PREDICTION: frozenset[str] = frozenset({"type", "content"})
"""Members of `prediction`; its content is judged as that of a message."""

TOOLS: dict[str, Row] = {
    "web_search": Row("web-search", "a hosted tool"),
    "web_search_preview": Row("web-search", "a hosted tool"),
    "file_search": Row("files", "a hosted tool over files that are kept at the upstream"),
    "code_interpreter": Row("code", "a hosted tool"),
    "computer_use_preview": Row("code", "a hosted tool"),
    "local_shell": Row("code", "a hosted tool"),
    "shell": Row("code", "a hosted tool"),
    "mcp": Row("mcp", "the upstream would call that server"),
    "image_generation": Row(REFUSED, "another model, on which nobody ruled"),
}
"""`tools[].type` beyond `function` and `custom`, which the caller runs. An unknown type is refused."""

CALLER_RUN = ("function", "custom")
"""Types of tools that the caller runs itself: the model only says how to call them."""

TOOL: frozenset[str] = frozenset(
    {"type", "function", "custom", "strict", "name", "description", "parameters", "format", "cache_control"}
)
"""Members of a tool that the caller runs."""

PLAIN_CHOICES = ("auto", "none", "required", "any")
"""`tool_choice` as a word."""

CHOICES = (*CALLER_RUN, "allowed_tools")
"""`tool_choice.type` that picks among tools already declared."""

MESSAGE: frozenset[str] = frozenset(
    {"role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal", "reasoning", "prefix"}
    | {"reasoning_content", "reasoning_details", "thinking", "cache_control", "annotations", "partial"}
)
"""Members of a message that are inference."""

MESSAGE_BEYOND: dict[str, Row] = {
    "audio": Row(REFUSED, "an earlier answer's sound, which only the deployment that made it holds"),
    "container": Row(REFUSED, "a sandbox that only the deployment which made it holds"),
}

PART_TEXT: frozenset[str] = frozenset({"type", "text", "refusal", "thinking", "signature", "cache_control"})
"""Members of a content part that hold text, or say how to treat it."""

PART_TYPES: frozenset[str] = frozenset({"text", "refusal", "thinking"})
"""Types of content parts that are text alone."""

MEDIA: dict[str, str] = {
    "image_url": "url",
    "video_url": "url",
    "audio_url": "url",
    "input_audio": "data",
    "file": "file_data",
}
"""Parts with media: the member that holds it. A `data:` URL or base64 is inference."""

MEDIA_BESIDE: frozenset[str] = frozenset({"detail", "format", "filename", "mime_type"})
"""Members of media that describe it."""

MEDIA_BEYOND: dict[str, Row] = {
    "file_id": Row("files", "a file that is kept at the upstream"),
    "file_url": Row("fetch", "the upstream would fetch it"),
}
"""Members of media that point elsewhere. A URL by `http` or `https` asks for `fetch`; by another scheme, refused."""
