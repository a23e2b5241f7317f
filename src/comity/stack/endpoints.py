"""Hosted endpoints that process a request in more places than one, or do not say where.

A stack that puts one of them at a site with a single jurisdiction rules on a fact that is not so. A row with scope
`unsaid` is a host whose address alone does not tell; the contract may. Excerpts of each source were read on the date
in `checked`; rows without a date are UNREVIEWED: common knowledge that nobody has checked against the provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`host` is a pattern with `*`; `served_as` a prefix and `path` a part that must be there as well."""

    host: str
    scope: Literal["global", "cross-region", "unsaid"]
    says: str
    way_out: str
    source: str
    checked: str = ""
    served_as: str = ""
    path: str = ""

    def matches(self, host: str, path: str, served_as: str) -> bool:
        """Whether a deployment at that address, asking for that model, is this endpoint."""
        here = fnmatchcase(host.lower(), self.host) and self.path in path
        return here and served_as.startswith(self.served_as)


_ALL_PLACES = "write jurisdiction: {any_of: [...]} with every place it may choose"
_BEDROCK = "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html"
_VERTEX = "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/data-residency"
_OPENAI = "https://help.openai.com/en/articles/10503543-data-residency-for-the-openai-api"
_OPENROUTER = "https://www.openrouter.ai/docs/guides/features/in-region-routing.md"
_AZURE = (
    "https://learn.microsoft.com/en-gb/azure/foundry/foundry-models/concepts/"
    "models-sold-directly-by-azure-region-availability"
)
_CLAUDE = "https://platform.claude.com/docs/en/build-with-claude/data-residency"
_CHECKED = "2026-11-23"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "api.openai.com",
        "global",
        "OpenAI processes in any region unless the project has data residency, which has a host of its own",
        f"use the host of your region, or {_ALL_PLACES}",
        _OPENAI,
        _CHECKED,
    ),
    Endpoint(
        "eu.api.openai.com",
        "cross-region",
        "OpenAI's European residency spans the EEA and Switzerland",
        _ALL_PLACES,
        _OPENAI,
        _CHECKED,
    ),
    Endpoint(
        "api.anthropic.com",
        "global",
        "inference runs in any geography unless inference_geo says us, which the OpenAI surface cannot say",
        f"pin the workspace's geography and state {{any_of: [...]}}, or {_ALL_PLACES}",
        _CLAUDE,
        _CHECKED,
    ),
    Endpoint(
        "generativelanguage.googleapis.com",
        "global",
        "the Gemini API has no regions",
        f"use a regional Vertex AI host, or {_ALL_PLACES}",
        "UNREVIEWED",
    ),
    Endpoint(
        "aiplatform.googleapis.com",
        "global",
        "requests to the global endpoint may be processed in any Google Cloud location",
        f"use REGION-aiplatform.googleapis.com, or {_ALL_PLACES}",
        _VERTEX,
        _CHECKED,
    ),
    Endpoint(
        "*aiplatform.googleapis.com",
        "global",
        "requests to the location global may be processed in any Google Cloud location",
        f"name a region in the path, or {_ALL_PLACES}",
        _VERTEX,
        _CHECKED,
        path="/locations/global/",
    ),
    Endpoint(
        "aiplatform.eu.rep.googleapis.com",
        "cross-region",
        "the EU multi-region spans member states",
        _ALL_PLACES,
        _VERTEX,
        _CHECKED,
    ),
    Endpoint(
        "me-*-aiplatform.googleapis.com",
        "unsaid",
        "Google gives no guarantee where Vertex AI processes requests to its Middle East hosts",
        f"state the contract that does, or {_ALL_PLACES}",
        _VERTEX,
        _CHECKED,
    ),
    Endpoint(
        "bedrock*.amazonaws.com",
        "global",
        "a global inference profile is served from every commercial AWS region",
        f"ask for the model without the prefix global., or {_ALL_PLACES}",
        _BEDROCK,
        _CHECKED,
        served_as="global.",
    ),
    Endpoint(
        "bedrock*.amazonaws.com",
        "cross-region",
        "the inference profile eu. is served from several European countries",
        f"ask for the model without the prefix eu., or {_ALL_PLACES}",
        _BEDROCK,
        _CHECKED,
        served_as="eu.",
    ),
    Endpoint(
        "bedrock*.amazonaws.com",
        "cross-region",
        "the inference profile apac. is served from several countries of Asia and the Pacific",
        f"ask for the model without the prefix apac., or {_ALL_PLACES}",
        _BEDROCK,
        _CHECKED,
        served_as="apac.",
    ),
    Endpoint(
        "*.openai.azure.com",
        "unsaid",
        "an Azure deployment of type Global or Data Zone is served from many regions, and its host does not tell",
        f"for a Standard or regional deployment state the contract that says so, else {_ALL_PLACES}",
        _AZURE,
        _CHECKED,
    ),
    Endpoint(
        "*.services.ai.azure.com",
        "unsaid",
        "a Foundry deployment of type Global or Data Zone is served from many regions, and its host does not tell",
        f"for a Standard or regional deployment state the contract that says so, else {_ALL_PLACES}",
        _AZURE,
        _CHECKED,
    ),
    Endpoint(
        "openrouter.ai",
        "global",
        "it is a router: the request goes on to providers in any region",
        f"use eu.openrouter.ai or us.openrouter.ai, and {_ALL_PLACES}",
        _OPENROUTER,
        _CHECKED,
    ),
    Endpoint(
        "eu.openrouter.ai",
        "cross-region",
        "the European region spans the EU, the EEA, the United Kingdom and Switzerland",
        _ALL_PLACES,
        "https://openrouter.ai/business/eu",
        _CHECKED,
    ),
    Endpoint(
        "router.huggingface.co",
        "global",
        "it is a router: the request goes on to third-party providers",
        f"use the provider's own host, or {_ALL_PLACES}",
        "https://huggingface.co/docs/inference-providers/index",
        _CHECKED,
    ),
    Endpoint(
        "gateway.ai.cloudflare.com",
        "global",
        "it is a relay that runs wherever the network meets the request",
        f"use the provider's own host, or {_ALL_PLACES}",
        "UNREVIEWED",
    ),
    Endpoint(
        "ai-gateway.vercel.sh",
        "global",
        "it is a router: the request goes on to providers in any region",
        f"use the provider's own host, or {_ALL_PLACES}",
        "UNREVIEWED",
    ),
    Endpoint(
        "api.mistral.ai",
        "unsaid",
        "sources conflict on whether this host stays in the European Union",
        f"state the contract that says where, or {_ALL_PLACES}",
        "UNREVIEWED",
    ),
)
