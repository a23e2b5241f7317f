"""Which deployments a wish leaves, before any law is asked: names resolved, then narrowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from comity.placement.types import Conditions, Wish
from comity.stack.types import Stack

DIALECTS = frozenset({"chat", "responses", "messages"})
"""Surfaces that say the same in other words: each can be answered by a deployment that has another of them."""

PART_OF = {"count_tokens": "messages"}
"""Surfaces that come with another and are not declared apart."""


def named(model: str, stack: Stack) -> frozenset[str]:
    """The deployments that a model's name stands for; none if the stack has no such name.

    In this order: a model or a deployment; an alias; `PROVIDER/MODEL`, the provider being an operator or a site; the
    alias with a `*` at its end whose beginning fits best.
    """
    found = _of((model,), stack)
    if not found and model in stack.aliases:
        found = _of(stack.aliases[model], stack)
    if not found and "/" in model:
        provider, _, rest = model.partition("/")
        found = frozenset(name for name in _of((rest,), stack) if provider in providers(name, stack))
    if not found:
        fitting = [alias for alias in stack.aliases if alias.endswith("*") and model.startswith(alias[:-1])]
        if fitting:
            found = _of(stack.aliases[max(fitting, key=len)], stack)
    return found


def providers(deployment: str, stack: Stack) -> tuple[str, ...]:
    """The names that a caller may narrow by: the deployment's own, its operator's and its site's."""
    site = stack.deployments[deployment].site
    return deployment, stack.sites[site].operator, site


def allowed(names: Iterable[str], wish: Wish, stack: Stack) -> list[str]:
    """Those of models that the application and the key may ask for, sorted."""
    return sorted(name for name in names if wish.models is None or stack.deployments[name].model in wish.models)


def narrowed(names: Iterable[str], wish: Wish, stack: Stack, conditions: Conditions) -> Iterator[str]:
    """Those that have what is asked for and that the caller's own options leave."""
    only, ignore, order = set(wish.only), set(wish.ignore), set(wish.order)
    for name in names:
        deployment = stack.deployments[name]
        known_as = providers(name, stack)
        if (
            _serves(wish.surface, deployment.serves)
            and set(wish.hops) <= set(deployment.hops)
            and (not only or not only.isdisjoint(known_as))
            and ignore.isdisjoint(known_as)
            and (wish.allow_fallbacks or not order or not order.isdisjoint(known_as))
            and _affordable(conditions.price.get(name), wish.max_price)
        ):
            yield name


def rank(deployment: str, wish: Wish, stack: Stack) -> int:
    """Where the caller's order puts a deployment: its first name that stands there, or behind all of them."""
    if not wish.order:
        return 0
    known_as = providers(deployment, stack)
    return next((at for at, name in enumerate(wish.order) if name in known_as), len(wish.order))


def _of(targets: Iterable[str], stack: Stack) -> frozenset[str]:
    wanted = set(targets)
    return frozenset(name for name, each in stack.deployments.items() if each.model in wanted or name in wanted)


def _serves(surface: str, served: tuple[str, ...]) -> bool:
    if surface in DIALECTS:
        return not DIALECTS.isdisjoint(served)
    return PART_OF.get(surface, surface) in served


def _affordable(price: tuple[str, str] | None, most: tuple[str, str]) -> bool:
    if not any(most):
        return True
    if price is None:
        return False
    return all(not bound or Decimal(cost) <= Decimal(bound) for cost, bound in zip(price, most, strict=True))
