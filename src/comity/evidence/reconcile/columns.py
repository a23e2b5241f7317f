"""Which column of an export says what: known maps, each with where its columns were read, and one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

FIELDS = (
    "day", "name", "requests", "prompt_tokens", "completion_tokens", "tokens", "cost", "currency", "request", "unit",
)  # fmt: skip
"""What a column can say; `unit` is that of `tokens` (`1K`, `1M`), `name` the supplier's name of what was used."""


class Known(NamedTuple):
    """An export that is known by its columns.

    Attributes:
        columns: by field, those that may have it, the first that is there counts; compared without case.
        needs: columns by which the export is recognised.
        only: rows count only where these columns have this value.
        name: which part of the name's text is the name.
    """

    columns: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...]
    only: Mapping[str, str] = {}
    name: str = "whole"


KNOWN: Mapping[str, Known] = {
    # platform.openai.com, Usage, Export: completions_usage_….csv
    "openai-usage": Known(
        {
            "day": ("start_time_iso", "start_time"),
            "name": ("model",),
            "requests": ("num_model_requests",),
            "prompt_tokens": ("input_tokens",),
            "completion_tokens": ("output_tokens",),
        },
        ("start_time", "model", "input_tokens", "output_tokens"),
    ),
    # platform.openai.com, Usage, Cost, Export: cost_….csv; line_item is "gpt-4o-mini-2024-07-18, input"
    "openai-costs": Known(
        {
            "day": ("start_time_iso", "start_time"),
            "name": ("line_item",),
            "cost": ("amount_value",),
            "currency": ("amount_currency",),
        },
        ("start_time", "amount_value", "amount_currency", "line_item"),
        name="before the comma",
    ),
    # Azure Cost Management, cost and usage details (EA 2024-08-01, MCA): the account is the last part of ResourceId
    "azure": Known(
        {
            "day": ("Date", "UsageDateTime"),
            "name": ("ResourceId", "InstanceId", "ResourceName"),
            "tokens": ("Quantity", "UsageQuantity"),
            "unit": ("UnitOfMeasure",),
            "cost": ("CostInBillingCurrency", "PreTaxCost"),
            "currency": ("BillingCurrency", "BillingCurrencyCode", "Currency"),
        },
        ("MeterCategory", "UnitOfMeasure"),
        {"ConsumedService": "Microsoft.CognitiveServices"},
        name="after the last slash",
    ),
    # LiteLLM, table LiteLLM_SpendLogs
    "litellm": Known(
        {
            "day": ("startTime", "endTime"),
            "name": ("model",),
            "prompt_tokens": ("prompt_tokens",),
            "completion_tokens": ("completion_tokens",),
            "cost": ("spend",),
        },
        ("request_id", "spend", "startTime", "model"),
    ),
}


def recognised(header: list[str]) -> str | None:
    """The known export with these columns, or None."""
    there = {column.strip().lower() for column in header}
    for name, known in KNOWN.items():
        if all(column.lower() in there for column in known.needs):
            return name
    return None
