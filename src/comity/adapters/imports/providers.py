"""Where LiteLLM sends what names a provider, as data.

`base` is the address that it uses where the configuration gives none, read in LiteLLM's own source on 2026-11-23; what
stands in braces is taken from the configuration. `company` is a suggestion for people, common knowledge that nobody
has checked: UNREVIEWED, every row. It is written into comments and never into a fact.
"""

from __future__ import annotations

from dataclasses import dataclass

from comity.stack.operation import Surface

CHAT: tuple[Surface, ...] = ("chat",)


@dataclass(frozen=True, slots=True)
class Provider:
    """One prefix of a model's name.

    `base` "" means that the configuration must say where. `serves` is what the address is sure to have, empty where
    that cannot be said; then `suggests` is an address to look at. `path` is added to an address that the configuration
    gives without it. `key` is the variable that holds the key where the configuration names none. `hosts` are patterns
    of the company's own hosts besides that of `base`: at any other somebody else answers, who speaks its language.
    `own` marks engines whose operator the prefix does not tell.
    """

    company: str = ""
    base: str = ""
    key: str = ""
    serves: tuple[Surface, ...] = CHAT
    suggests: str = ""
    path: str = ""
    changed: str = ""
    hosts: tuple[str, ...] = ()
    own: bool = False


_OPENAI = ("*.api.openai.com",)
_AZURE = ("*.openai.azure.com", "*.cognitiveservices.azure.com", "*.services.ai.azure.com", "*.models.ai.azure.com")
_NATIVE = "LiteLLM speaks the provider's own API; Comity reaches it through the OpenAI-compatible one"

PROVIDERS: dict[str, Provider] = {
    "openai": Provider("OpenAI, US", "https://api.openai.com/v1", "OPENAI_API_KEY", hosts=_OPENAI),
    "text-completion-openai": Provider(
        "OpenAI, US", "https://api.openai.com/v1", "OPENAI_API_KEY", serves=("completions",), hosts=_OPENAI
    ),
    "azure": Provider("Microsoft, US, in the EU through a company in IE", key="AZURE_API_KEY", hosts=_AZURE),
    "azure_ai": Provider(
        "Microsoft, US, in the EU through a company in IE",
        key="AZURE_AI_API_KEY",
        serves=(),
        suggests="https://RESOURCE.services.ai.azure.com/openai/v1",
        hosts=_AZURE,
    ),
    "anthropic": Provider(
        "Anthropic, US", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", serves=("messages",), path="/v1"
    ),
    "bedrock": Provider(
        "Amazon Web Services, US, in the EU through a company in LU",
        key="AWS_BEARER_TOKEN_BEDROCK",
        serves=(),
        suggests="https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
        hosts=("*.amazonaws.com",),
        changed="LiteLLM signs each request for AWS; Comity sends a Bedrock API key, which you must make",
    ),
    "vertex_ai": Provider(
        "Google, US, in the EU through a company in IE",
        key="GOOGLE_ACCESS_TOKEN",
        serves=(),
        suggests="https://{region}-aiplatform.googleapis.com/v1/projects/{project}/locations/{region}/endpoints/openapi",
        hosts=("*.googleapis.com",),
        changed="LiteLLM makes Google tokens from a service account; Comity sends the token that you give it",
    ),
    "gemini": Provider(
        "Google, US",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "GEMINI_API_KEY",
        changed=_NATIVE,
    ),
    "mistral": Provider("Mistral AI, FR", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "codestral": Provider("Mistral AI, FR", "https://codestral.mistral.ai/v1", "CODESTRAL_API_KEY"),
    "cohere": Provider(
        "Cohere, CA", key="COHERE_API_KEY", serves=(), suggests="https://api.cohere.ai/compatibility/v1"
    ),
    "cohere_chat": Provider(
        "Cohere, CA", key="COHERE_API_KEY", serves=(), suggests="https://api.cohere.ai/compatibility/v1"
    ),
    "groq": Provider("Groq, US", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "deepseek": Provider("DeepSeek, CN", "https://api.deepseek.com/beta", "DEEPSEEK_API_KEY"),
    "together_ai": Provider("Together AI, US", "https://api.together.xyz/v1", "TOGETHERAI_API_KEY"),
    "fireworks_ai": Provider("Fireworks AI, US", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "perplexity": Provider("Perplexity, US", "https://api.perplexity.ai", "PERPLEXITYAI_API_KEY"),
    "xai": Provider("xAI, US", "https://api.x.ai/v1", "XAI_API_KEY"),
    "deepinfra": Provider("Deep Infra, US", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"),
    "nvidia_nim": Provider("NVIDIA, US", "https://integrate.api.nvidia.com/v1", "NVIDIA_NIM_API_KEY"),
    "cerebras": Provider("Cerebras, US", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
    "sambanova": Provider("SambaNova, US", "https://api.sambanova.ai/v1", "SAMBANOVA_API_KEY"),
    "openrouter": Provider(
        "OpenRouter, US, which passes requests on to other companies",
        "https://openrouter.ai/api/v1",
        "OPENROUTER_API_KEY",
    ),
    "hosted_vllm": Provider(key="HOSTED_VLLM_API_KEY", own=True),
    "openai_like": Provider(own=True),
    "lm_studio": Provider(own=True),
    "llamafile": Provider(base="http://127.0.0.1:8080/v1", own=True),
    "infinity": Provider(serves=("rerank",), own=True),
    "ollama": Provider(base="http://127.0.0.1:11434/v1", path="/v1", own=True, changed=_NATIVE),
    "ollama_chat": Provider(base="http://127.0.0.1:11434/v1", path="/v1", own=True, changed=_NATIVE),
}

# A model without a prefix, where LiteLLM's lists leave no doubt.
BARE = (
    (("gpt-", "o1", "o3", "o4", "chatgpt-", "text-embedding-", "whisper-", "tts-", "dall-e-", "ft:gpt-"), "openai"),
    (("claude-",), "anthropic"),
)

# How a model's name begins, and whose weights such names stand for. UNREVIEWED: suggestions only.
DEVELOPERS = (
    (("gpt", "o1", "o3", "o4", "chatgpt", "text-embedding", "whisper", "tts", "dall-e"), "OpenAI, US"),
    (("claude", "anthropic"), "Anthropic, US"),
    (("mistral", "mixtral", "ministral", "magistral", "codestral", "devstral", "pixtral"), "Mistral AI, FR"),
    (("llama", "meta"), "Meta, US"),
    (("gemini", "gemma", "text-bison"), "Google, US"),
    (("qwen", "qwq"), "Alibaba, CN"),
    (("deepseek",), "DeepSeek, CN"),
    (("command", "cohere", "embed-", "rerank-"), "Cohere, CA"),
    (("phi",), "Microsoft, US"),
    (("falcon",), "Technology Innovation Institute, AE"),
    (("granite",), "IBM, US"),
    (("amazon", "nova", "titan"), "Amazon, US"),
    (("grok",), "xAI, US"),
    (("kimi", "moonshot"), "Moonshot AI, CN"),
    (("glm",), "Zhipu AI, CN"),
    (("bge",), "BAAI, CN"),
)

# model_info.mode, as the surface of the API that it stands for.
MODES: dict[str, Surface] = {
    "chat": "chat",
    "completion": "completions",
    "embedding": "embeddings",
    "rerank": "rerank",
    "moderation": "moderations",
    "audio_transcription": "transcriptions",
    "audio_speech": "speech",
    "image_generation": "images",
    "responses": "responses",
}

# Surfaces that OpenAI's own names are sure to mean where no mode is given.
NAMED: tuple[tuple[tuple[str, ...], Surface], ...] = (
    (("text-embedding-",), "embeddings"),
    (("whisper-",), "transcriptions"),
    (("tts-",), "speech"),
    (("dall-e-", "gpt-image-"), "images"),
    (("omni-moderation-", "text-moderation-"), "moderations"),
)


def provider_of(model: str, told: str = "") -> tuple[str, str]:
    """The provider that a model's name stands for, and the name without its prefix; "" if it cannot be said.

    `told` is `custom_llm_provider`, which comes before the name's own prefix.
    """
    prefix, slash, rest = model.partition("/")
    if told:
        return told, rest if slash and prefix == told else model
    if slash and prefix in PROVIDERS:
        return prefix, rest
    for beginnings, provider in BARE:
        if not slash and model.startswith(beginnings):
            return provider, model
    return "", model


def developer_of(model: str) -> str:
    """Who commonly trains weights of that name, "" if it is not known."""
    name = model.lower().rpartition("/")[2]
    for region in ("us.", "eu.", "apac.", "global."):
        name = name.removeprefix(region)
    return next((company for beginnings, company in DEVELOPERS if name.startswith(beginnings)), "")
