"""Why a setting of LiteLLM is not carried over, and what takes its place, as data.

A name stands for the key wherever it is; with a section before it (`general_settings.master_key`) for that one, and
a section alone (`model_info.`) for whatever else is in it.
"""

from __future__ import annotations

UNKNOWN = "Comity has no such setting"

_BYTES = "Comity passes a request's bytes untouched, so defaults belong into the application"
_STATE = "Comity keeps its own state beside the stack file; nothing on the way of a request asks a database"
_AGAIN = "keys, teams and budgets of LiteLLM's database are not in this file: make keys with `comity keys new`"
_SIGHT = "who sees requests is a hop: name it under hooks or telemetry, with the site where it runs"
_CONTENT = "Comity rules on who serves a request, and does not change or judge its content"
_SCORE = "Comity chooses among the deployments that law permits by the objective, then by load and health"
_HEALTH = "each deployment has a circuit breaker, which needs no setting"

REASONS: dict[str, str] = {
    "include": "other files are not followed: import each, and put the results together",
    "environment_variables": "set them where Comity runs; a stack file names variables and never holds them",
    "credential_list": "a deployment names the variable or file of its key itself",
    "guardrails": _CONTENT,
    "mcp_servers": "a request that asks an upstream to call MCP servers is a hop: see docs/reference/hops.md",
    "vector_store_registry": "files and stores at an upstream are hops: see docs/reference/hops.md",
    "prompts": _CONTENT,
    "files_settings": "files at an upstream are bound to it; only inference is relayed",
    "finetune_settings": "only inference is relayed",
    "assistant_settings": "only inference is relayed",
    "general_settings.master_key": "make a key for each role instead: `comity keys new --role owner`",
    "general_settings.database_url": f"{_STATE}; several hosts share one with `database:`. And {_AGAIN}",
    "general_settings.store_model_in_db": "models that live in LiteLLM's database are not in this file: add them",
    "general_settings.pass_through_endpoints": "only the surfaces of docs/reference/http.md are relayed",
    "general_settings.custom_auth": "applications have keys of Comity's, or tokens of an issuer: see `issuers`",
    "general_settings.enable_jwt_auth": "tokens of an issuer are taken with `issuers`, claim by claim",
    "general_settings.litellm_jwtauth": "tokens of an issuer are taken with `issuers`, claim by claim",
    "general_settings.alerting": _SIGHT,
    "general_settings.max_parallel_requests": "set `limits: {concurrent: N}` on the application",
    "general_settings.global_max_parallel_requests": "set `limits: {concurrent: N}` on an organisation",
    "general_settings.max_request_size_mb": "bodies have a limit of their own: see docs/reference/http.md",
    "general_settings.background_health_checks": "set `health` on a deployment to have it asked actively",
    "general_settings.health_check_interval": "set `health: {every: …}` on a deployment",
    "general_settings.completion_model": "a request names its model",
    "callbacks": _SIGHT,
    "success_callback": _SIGHT,
    "failure_callback": _SIGHT,
    "service_callback": _SIGHT,
    "audit_log_callbacks": "the log is the audit: `comity log audit`",
    "store_audit_logs": "the log is the audit: `comity log audit`",
    "turn_off_message_logging": "content is never logged, so there is nothing to turn off",
    "redact_user_api_key_info": "keys are never logged, so there is nothing to turn off",
    "set_verbose": "content is never logged",
    "json_logs": "the log of the process is for operators; the record is the ledger",
    "telemetry": "nothing is sent to anyone whom the stack file does not name",
    "drop_params": "a field that an upstream refuses comes back as that upstream's answer",
    "modify_params": _BYTES,
    "cache_params": "answers are cached only where they are equal byte by byte: `cache` on an application",
    "cache": "set `cache: {seconds: N}` on an application; without a ttl there is nothing to carry over",
    "redis_host": _STATE,
    "redis_port": _STATE,
    "redis_password": _STATE,
    "redis_url": _STATE,
    "cache_responses": "set `cache: {seconds: N}` on an application",
    "allowed_fails": _HEALTH,
    "allowed_fails_policy": _HEALTH,
    "cooldown_time": _HEALTH,
    "disable_cooldowns": _HEALTH,
    "retry_policy": "one number holds for all errors: what may be tried again is known by its kind",
    "model_group_retry_policy": "one number of retries holds for all models",
    "enable_pre_call_checks": "an upstream that refuses a length answers so itself",
    "optional_pre_call_checks": "affinity for KV caches is on; see `routing`",
    "default_team_settings": "a team is an application or an organisation of the stack file: add it, with its facts",
    "default_internal_user_params": _AGAIN,
    "upperbound_key_generate_params": _AGAIN,
    "default_key_generate_params": _AGAIN,
    "public_model_groups": "an application asks for what its `models` allow, or for every model",
    "model_info.access_groups": "name the models that an application may ask for under its `models`",
    "model_info.team_id": "name the models that an application may ask for under its `models`",
    "model_info.mode": "Comity has no surface for it",
    "cache_params.": "answers are cached only where they are equal byte by byte: `cache` on an application",
    "model_info.": "what a model can do is no ground of a ruling; an upstream that cannot answers so itself",
    "litellm_params.": f"{_BYTES}, and credentials into `key`, `oauth`, `client_cert` and `client_key`",
    "litellm_params.order": _SCORE,
    "litellm_params.tags": _SCORE,
    "litellm_params.tpm": "tokens are limited by application: `limits: {tokens_per_minute: N}`",
    "litellm_params.rpm": "requests are limited by application: `limits: {requests_per_minute: N}`",
    "litellm_params.max_parallel_requests": "set `connections` on the deployment",
    "litellm_params.max_retries": "one number of retries holds for all: `routing.retries`",
    "litellm_params.num_retries": "one number of retries holds for all: `routing.retries`",
    "litellm_params.organization": "headers of the gateway's own are not added; make a key for that organisation",
    "litellm_params.extra_headers": "headers of the gateway's own are not added",
    "litellm_params.headers": "headers of the gateway's own are not added",
    "litellm_params.extra_body": _BYTES,
    "litellm_params.temperature": _BYTES,
    "litellm_params.max_tokens": _BYTES,
    "litellm_params.top_p": _BYTES,
    "litellm_params.cache_control_injection_points": _BYTES,
    "litellm_params.mock_response": "answers come from models; an embedded one serves for tests",
    "litellm_params.litellm_credential_name": "name the variable or file of the key on the deployment itself",
    "litellm_params.region_name": "where a site lies is for people to say: see its `jurisdiction`",
    "litellm_params.ssl_verify": "upstreams are always verified; give `ca:` for an authority of your own",
}


def reason(section: str, key: str) -> str:
    """Why `key` of `section` (its last name) is not carried over."""
    return REASONS.get(f"{section}.{key}") or REASONS.get(key) or REASONS.get(f"{section}.") or UNKNOWN
