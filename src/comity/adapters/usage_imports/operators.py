"""Who operates what a provider's name stands for, for a first look.

Every row is UNREVIEWED: the companies and seats are common knowledge as of 2026-11, and nobody here has read the terms
that `source` points to. A first look says so, and a stack file of one's own (`-c`) takes their place.
"""

from __future__ import annotations

from typing import NamedTuple


class Operator(NamedTuple):
    """A company; `abroad` is the seat of the company that contracts with customers in the EEA, "" if it is the same."""

    name: str
    seat: str
    abroad: str = ""
    source: str = ""


_MICROSOFT = Operator("Microsoft", "US", "IE", "https://www.microsoft.com/licensing/docs")
_GOOGLE = Operator("Google", "US", "IE", "https://cloud.google.com/terms/google-entity")
_AMAZON = Operator("Amazon Web Services", "US", "LU", "https://aws.amazon.com/agreement/")

OPERATORS: dict[str, Operator] = {
    "openai": Operator("OpenAI", "US", "IE", "https://openai.com/policies/services-agreement/"),
    "azure": _MICROSOFT,
    "azure_ai": _MICROSOFT,
    "anthropic": Operator("Anthropic", "US", "IE", "https://www.anthropic.com/legal/commercial-terms"),
    "bedrock": _AMAZON,
    "sagemaker": _AMAZON,
    "vertex_ai": _GOOGLE,
    "gemini": _GOOGLE,
    "mistral": Operator("Mistral AI", "FR", "", "https://legal.mistral.ai/terms"),
    "codestral": Operator("Mistral AI", "FR", "", "https://legal.mistral.ai/terms"),
    "cohere": Operator("Cohere", "CA", "", "https://cohere.com/terms-of-use"),
    "cohere_chat": Operator("Cohere", "CA", "", "https://cohere.com/terms-of-use"),
    "groq": Operator("Groq", "US", "", "https://groq.com/terms-of-use"),
    "deepseek": Operator("DeepSeek", "CN", "", "https://platform.deepseek.com/downloads"),
    "together_ai": Operator("Together AI", "US", "", "https://www.together.ai/terms-of-service"),
    "fireworks_ai": Operator("Fireworks AI", "US", "", "https://fireworks.ai/terms-of-service"),
    "perplexity": Operator("Perplexity", "US", "", "https://www.perplexity.ai/hub/legal"),
    "xai": Operator("xAI", "US", "", "https://x.ai/legal/terms-of-service-enterprise"),
    "deepinfra": Operator("Deep Infra", "US", "", "https://deepinfra.com/terms"),
    "nvidia_nim": Operator("NVIDIA", "US", "", "https://www.nvidia.com/en-us/agreements/"),
    "cerebras": Operator("Cerebras", "US", "", "https://www.cerebras.ai/terms-of-service"),
    "sambanova": Operator("SambaNova", "US", "", "https://sambanova.ai/terms"),
    "openrouter": Operator("OpenRouter", "US", "", "https://openrouter.ai/terms"),
}
