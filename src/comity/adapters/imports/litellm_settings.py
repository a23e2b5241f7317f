"""LiteLLM's settings of the router and the proxy, as far as a stack file has a place for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from comity.adapters.imports.foreign import Said, Section
from comity.adapters.imports.litellm_entry import seconds
from comity.stack.draft import Path
from comity.stack.operation import Period
from comity.stack.spelling import looks_secret, shown
from comity.stack.yaml_nodes import Leaf, Mapping, Node

MOST_RETRIES = 10  # what `routing.retries` takes

FALLBACKS = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")
_PERIODS: dict[str, Period] = {"1h": "hour", "1d": "day", "24h": "day", "30d": "month", "1mo": "month"}
_STRATEGY = (
    "Comity chooses among the deployments that law permits by the objective (cost, latency, carbon, exposure, "
    "quality), and inside a tier by weight, load and health"
)
_FALLBACK = (
    "Comity fails over among the deployments of the model that is asked for, never to another model unasked; "
    "an alias of both lets either answer, and is drafted as a remark under aliases"
)


@dataclass(slots=True)
class Settings:
    """What the settings say. Times are in seconds, `budget` in US dollars; None where they do not say."""

    retries: int | None = None
    backoff: float | None = None
    timeout: float | None = None
    cache: float | None = None
    budget: tuple[Period, float] | None = None
    aliases: dict[str, Said[str]] = field(default_factory=dict)  # a name to the name of a group
    fallbacks: dict[str, list[str]] = field(default_factory=dict)  # a group to further groups


def read_settings(router: Section, proxy: Section) -> Settings:
    """`router_settings` and `litellm_settings` together; the router's come first."""
    settings = Settings()
    retries = _either(router, proxy, "num_retries", "num_retries")
    if retries is not None:
        settings.retries = min(int(retries.value), MOST_RETRIES)
        if settings.retries != retries.value:
            router.note(retries.line, (*router.path, "num_retries"), "changed", f"at most {MOST_RETRIES}")
    timeout = _either(router, proxy, "timeout", "request_timeout")
    settings.timeout = seconds(timeout.value) if timeout else None
    backoff = router.number("retry_after")
    settings.backoff = seconds(backoff.value) if backoff else None
    strategy = router.text("routing_strategy")
    if strategy is not None and strategy.value != "simple-shuffle":
        router.note(strategy.line, (*router.path, "routing_strategy"), "changed", _STRATEGY)
    _aliases(settings, router)
    for section in (router, proxy):
        _fallbacks(settings, section)
    _cache(settings, proxy)
    _budget(settings, proxy)
    return settings


def is_model_name(text: str) -> bool:
    """Whether callers of Comity may ask for a model by that name."""
    return _NAME.fullmatch(text) is not None and not looks_secret(text)


def _either(router: Section, proxy: Section, one: str, other: str) -> Said[float] | None:
    first, second = router.number(one), proxy.number(other)
    return first or second


def _aliases(settings: Settings, router: Section) -> None:
    for name, node, path in router.section("model_group_alias").entries():
        target: Node | None = node
        if isinstance(node, Mapping):
            target = node.entries["model"][1] if "model" in node.entries else None
            if "hidden" in node.entries:
                router.note(node.line, path, "changed", "an alias is always listed among the models")
        if isinstance(target, Leaf) and is_model_name(name):
            settings.aliases[name] = Said(target.text, node.line, shown(name))
        else:
            router.note(node.line, path, "lost", "it is no alias of one name for another")


def _fallbacks(settings: Settings, section: Section) -> None:
    for key in FALLBACKS:
        for node, path in section.items(key):
            if isinstance(node, Mapping):
                section.note(node.line, path, "changed", _FALLBACK)
                for group, (_, others) in node.entries.items():
                    settings.fallbacks.setdefault(group, []).extend(_names(others))
    for node, path in section.items("default_fallbacks"):
        _lose_default(section, node, path)


def _lose_default(section: Section, node: Node, path: Path) -> None:
    section.note(node.line, path, "lost", _FALLBACK.partition(";")[0])


def _names(node: Node) -> list[str]:
    items = getattr(node, "items", [])
    return [item.text for item in items if isinstance(item, Leaf)]


def _cache(settings: Settings, proxy: Section) -> None:
    params = proxy.section("cache_params")
    kind, ttl = params.text("type"), params.number("ttl")
    if not proxy.yes("cache"):
        return
    if ttl is None:
        proxy.note(proxy.line, (*proxy.path, "cache"), "lost", "without a ttl nobody could say how long answers hold")
        return
    if kind is not None and "semantic" in kind.value:
        params.note(
            kind.line, (*params.path, "type"), "lost", "answers to requests that are only alike are never given"
        )
        return
    settings.cache = seconds(ttl.value)
    says = "answers are kept in the memory of each worker, for equal bytes of one application alone"
    params.note(ttl.line, (*params.path, "ttl"), "changed", says)


def _budget(settings: Settings, proxy: Section) -> None:
    most, every = proxy.number("max_budget"), proxy.text("budget_duration")
    if most is None:
        return
    period: Period | None = "total" if every is None else _PERIODS.get(every.value)
    if period is None:
        proxy.note(
            most.line, (*proxy.path, "max_budget"), "lost", "budgets are for an hour, a day, a month or in total"
        )
        return
    settings.budget = (period, most.value)
    proxy.note(
        most.line, (*proxy.path, "max_budget"), "changed", "it becomes the budget of the one application drafted"
    )
