"""Forms of export, each a function from a row to what was used. Names of columns as of 2026-11.

LiteLLM: its table of spend logs (`LiteLLM_SpendLogs`, schema.prisma) and the answer of `/spend/logs`. OpenAI: the usage
API (`/v1/organization/usage/completions`, grouped by model) and the export of its dashboard. Azure: resource logs of
category RequestResponse; UNREVIEWED, their columns were not read in Microsoft's own pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from comity.adapters.imports.providers import PROVIDERS, provider_of
from comity.adapters.usage_imports.rows import Row
from comity.adapters.usage_imports.used import Unusable, Used, count, decoded, money, month, text

FIELDS = ("time", "model", "provider", "requests", "input", "output", "cost", "region", "url", "application", "status")
"""What `--map FIELD=COLUMN` may name."""

USUAL: Mapping[str, tuple[str, ...]] = {
    "time": ("time", "timestamp", "date", "start_time", "startTime", "created_at", "month", "day"),
    "model": ("model", "model_name", "model_id", "deployment"),
    "provider": ("provider", "custom_llm_provider", "vendor", "gateway_provider"),
    "requests": ("requests", "num_model_requests", "count", "n", "calls"),
    "input": ("input_tokens", "prompt_tokens", "tokens_in", "input"),
    "output": ("output_tokens", "completion_tokens", "tokens_out", "output"),
    "cost": ("cost", "spend", "amount", "cost_usd"),
    "region": ("region", "location"),
    "url": ("url", "api_base", "endpoint", "host"),
    "application": ("application", "app", "team", "project", "project_id"),
    "status": ("status", "status_code"),
}
"""Columns that are taken where no map names one."""

Read = Callable[[Row], Used]


def litellm(row: Row) -> Used:
    """A row of LiteLLM's spend logs."""
    asked = _model(text(row, "model"), text(row, "custom_llm_provider"))
    metadata = _object(row.get("metadata"))
    started, first = text(row, "startTime"), text(row, "completionStartTime")
    return Used(
        month(row, "startTime", "endTime"),
        *asked,
        host=_host(text(row, "api_base")),
        application=text(metadata, "user_api_key_team_alias", "user_api_key_alias") or text(row, "team_id"),
        answered=_answered(text(row, "status") or text(metadata, "status")),
        prompt_tokens=count(row, "prompt_tokens"),
        completion_tokens=count(row, "completion_tokens"),
        cost=money(row, "spend"),
        first_byte_ms=_between(started, first),
    )


def openai(row: Row) -> Used:
    """A row of OpenAI's usage, of the API or of the dashboard's export."""
    requests = count(row, "num_model_requests", "n_requests", otherwise=1)
    if not requests:
        raise Unusable("no requests")
    return Used(
        month(row, "start_time_iso", "start_time", "date", "timestamp", "aggregation_timestamp"),
        *_model(text(row, "model", "snapshot_id"), "openai"),
        host="api.openai.com",
        application=text(row, "project_name", "project_id"),
        requests=requests,
        prompt_tokens=count(row, "input_tokens", "n_context_tokens_total"),
        completion_tokens=count(row, "output_tokens", "n_generated_tokens_total"),
        cost=money(row, "amount_value", "cost"),
    )


def azure(row: Row) -> Used:
    """A resource log of Azure OpenAI, category RequestResponse."""
    category = text(row, "category", "Category")
    if category and category != "RequestResponse":
        raise Unusable(f"category {category}")
    inner = _object(row.get("properties") or row.get("properties_s"))
    status = text(row, "resultSignature", "ResultSignature", "resultType", "statusCode")
    name = text(inner, "modelName", "modelDeploymentName") or text(row, "modelName_s", "modelDeploymentName_s")
    return Used(
        month(row, "time", "TimeGenerated", "TimeGenerated [UTC]"),
        *_model(name, "azure"),
        region=text(row, "location", "Location", "location_s").lower().replace(" ", ""),
        application=text(row, "Resource", "resource").lower(),
        answered=_answered(status),
        prompt_tokens=count(inner, "promptTokens", "inputTokens"),
        completion_tokens=count(inner, "generatedTokens", "completionTokens", "outputTokens"),
    )


def table(columns: Mapping[str, str]) -> Read:
    """Any table; `columns` names the column of a field, where it is not one that is usual."""
    names = {field: (columns[field],) if field in columns else USUAL[field] for field in FIELDS}

    def read(row: Row) -> Used:
        url = text(row, *names["url"])
        return Used(
            month(row, *names["time"]),
            *_model(text(row, *names["model"]), text(row, *names["provider"]).lower()),
            host=_host(url) if "/" in url else url.lower(),
            region=text(row, *names["region"]).lower(),
            application=text(row, *names["application"]),
            answered=_answered(text(row, *names["status"])),
            requests=count(row, *names["requests"], otherwise=1),
            prompt_tokens=count(row, *names["input"]),
            completion_tokens=count(row, *names["output"]),
            cost=money(row, *names["cost"]),
        )

    return read


FORMS: Mapping[str, Callable[[Mapping[str, str]], Read]] = {
    "litellm": lambda _: litellm,
    "openai": lambda _: openai,
    "azure": lambda _: azure,
    "csv": table,
}
"""A reader for each form; only `csv` takes a map of columns."""


def _model(asked: str, told: str) -> tuple[str, str]:
    """Provider and model; a prefix of LiteLLM's names the provider where nothing else does."""
    if not asked:
        raise Unusable("no model")
    provider, model = provider_of(asked, told if told in PROVIDERS else "")
    return provider or told or "unknown", model


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str) and value[:1] == "{":
        try:
            value = decoded(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _answered(status: str) -> bool:
    return not status or status.lower() in ("success", "ok", "stop") or status[:1] == "2"


def _between(started: str, first: str) -> int:
    """Milliseconds from one time in ISO 8601 to another; -1 where either is none."""
    try:
        one, other = (datetime.fromisoformat(each.replace("Z", "+00:00")) for each in (started, first))
        return max(-1, round((other - one).total_seconds() * 1000))
    except (ValueError, TypeError):
        return -1
