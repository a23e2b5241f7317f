"""Fields that several surfaces have in common: parameters of inference, and what asks for more wherever it stands."""

from __future__ import annotations

from comity.relay.reading.shapes import PASS, REFUSED, Members, Row, Shape, passing

SAMPLING = """
    frequency_penalty logit_bias logprobs max_tokens n presence_penalty seed service_tier stop stream_options
    temperature top_p user
"""
"""What every text surface of OpenAI has."""

ENGINES = """
    add_generation_prompt add_special_tokens allowed_token_ids bad_words beam_search best_of
    cache_salt continue_final_message documents dry_allowed_length dry_base
    dry_multiplier dry_penalty_last_n dry_sequence_breakers dynatemp_exponent dynatemp_range ebnf echo
    enable_thinking frequency_penalty_range grammar guided_choice guided_decoding_backend guided_grammar
    guided_regex guided_whitespace_pattern ignore_eos include_reasoning include_stop_str_in_output
    length_penalty min_keep min_p min_tokens mirostat mirostat_eta mirostat_tau n_keep
    n_predict n_probs no_stop_trim num_ctx priority prompt_logprobs reasoning reasoning_format regex repeat_last_n
    repeat_penalty repetition_penalty return_token_ids return_tokens_as_token_ids samplers separate_reasoning
    skip_special_tokens spaces_between_special_tokens stop_regex stop_token_ids stream_reasoning
    t_max_predict_ms tfs_z thinking thinking_budget timings_per_token top_a top_k top_n_sigma
    truncate_prompt_tokens truncation typical_p use_beam_search xtc_probability xtc_threshold
"""
"""What vLLM, SGLang, llama.cpp and others add to them. Not here, though engines know them: fields that name code to run
(`logits_processors`, `custom_params`, `chat_template`), other weights (`lora`), hosts to call (`bootstrap_host`), or
state that outlives the request (`id_slot`, `keep_alive`, `session_params`)."""

GUIDES = "guided_json json_schema structured_outputs"
"""Engines' parameters that hold JSON schemas."""

STATE = "a state that only the deployment which issued it holds"
OTHER_MODEL = "another model, on which nobody ruled"
ROUTING = "fallback and routing are the gateway's: every attempt needs a ruling"
KEPT_FILE = "a file that is kept at the upstream"
FETCHED = "the upstream would fetch it"
SANDBOX = "the upstream would run code in a sandbox"

CACHE_TTL = Row("store", "a cache that outlives the request by long", (None, False, "30m"))

CACHE: dict[str, Shape] = {
    "prompt_cache_retention": Row(
        "store", "a cache that outlives the request by long", (None, False, "in_memory", "in-memory")
    ),
    "prompt_cache_options": Members(
        {"mode": PASS, "prewarm": PASS, "ttl": CACHE_TTL, "comparison_response_id": Row(REFUSED, STATE)}
    ),
}
"""A cache in memory for minutes is how every engine works; one for hours is storage."""

BREAKPOINT = Members({"mode": PASS, "ttl": CACHE_TTL})

BEYOND: dict[str, Shape] = {
    **CACHE,
    "store": Row("store", "the upstream would keep the exchange"),
    "metadata": Row("store", "labels for a kept exchange", (None, False, {})),
    "cache_prompt": Row("store", "the prompt would stay, and the next caller be told how much of it was there"),
    "web_search_options": Row("web-search", "the upstream would search the web with what the prompt says"),
    "mcp_servers": Row("mcp", "the upstream would call these servers"),
    "container": Row("code", "the upstream would run code in a sandbox that it keeps"),
    "previous_response_id": Row(REFUSED, STATE),
    "conversation": Row(REFUSED, STATE),
    "background": Row(REFUSED, "an answer that is kept and fetched later"),
    "background_options": Row(REFUSED, "an answer that is kept and fetched later", (None, False, {})),
    "webhook": Row(REFUSED, "the upstream would call it with the answer"),
    "callback_url": Row(REFUSED, "the upstream would call it with the answer"),
    "moderation": Row(REFUSED, OTHER_MODEL),
    "models": Row(REFUSED, ROUTING),
    "fallbacks": Row(REFUSED, ROUTING),
    "route": Row(REFUSED, ROUTING),
    "inference_geo": Row(REFUSED, "where a request is processed is what was ruled on"),
    "workspace_id": Row(REFUSED, "another account, with other terms"),
    "plugins": Row(REFUSED, "the upstream would call others with the prompt"),
    "transforms": Row(REFUSED, "the upstream would rewrite the request"),
    "extra_body": Row(REFUSED, "a client library's wrapper: its members belong at the top level"),
}
"""Top-level fields that ask for more than inference, on every surface that has a model write."""

OURS: dict[str, Shape] = passing("model stream provider")
"""Fields that the reader itself looks at. `provider` is the caller's own narrowing and goes no further."""
