"""Prices and capacities moved, demand grown."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from comity.posture.scenario.ground import ALL, Atom, Atoms, Ground, known, named_by
from comity.posture.scenario.types import Capacities, Demand, Prices, PriceSet
from comity.stack.types import Deployment, Price


def of_prices(change: Prices) -> Atoms:
    """One atom for the factor, one for each price that is set."""
    if change.factor != 1:
        whose = ", ".join(change.of) if change.of is not None else "all"
        says = f"prices of {whose} are multiplied by {change.factor:g}"
        yield Atom("prices", whose, says, partial(_priced, change.factor, change.of))
    for name, price in change.set.items():
        says = f"{name} costs {price.input:g} in and {price.output:g} out for 10^6 tokens"
        yield Atom("prices", name, says, partial(_price_set, name, price))


def of_capacity(change: Capacities) -> Atoms:
    """One atom for the factor, one for each capacity that is set."""
    if change.factor != 1:
        whose = ", ".join(change.of) if change.of is not None else "all"
        says = f"capacities of {whose} are multiplied by {change.factor:g}"
        yield Atom("capacity", whose, says, partial(_able, change.factor, change.of))
    for name, tokens in change.set.items():
        says = f"{name} can do {tokens:g} tokens a second"
        yield Atom("capacity", name, says, partial(_capacity_set, name, tokens))


def of_demand(change: Demand) -> Atoms:
    """One atom for the factor, one for each application."""
    if change.factor != 1:
        says = f"there are {change.factor:g} times as many requests"
        yield Atom("demand", "all", says, partial(_grown, ALL, change.factor))
    for name, factor in change.by_application.items():
        says = f"there are {factor:g} times as many requests of {name}"
        yield Atom("demand", name, says, partial(_grown, name, factor))


def _deployments(ground: Ground, of: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(ground.stack.deployments) if of is None else named_by(ground.stack, of)


def _changed(ground: Ground, made: dict[str, Deployment]) -> Ground:
    return ground.stacked(deployments={**ground.stack.deployments, **made})


def _priced(factor: float, of: tuple[str, ...] | None, ground: Ground) -> Ground:
    made = {}
    for name in _deployments(ground, of):
        each = ground.stack.deployments[name]
        if each.price is None:
            ground = ground.noting(f"{name} has no price in the stack, so none could be multiplied.")
        else:
            made[name] = replace(each, price=Price(each.price.input * factor, each.price.output * factor))
    return _changed(ground, made)


def _price_set(name: str, price: PriceSet, ground: Ground) -> Ground:
    held = ground.stack.deployments[known("deployment", name, ground.stack.deployments)]
    return _changed(ground, {name: replace(held, price=Price(price.input, price.output))})


def _able(factor: float, of: tuple[str, ...] | None, ground: Ground) -> Ground:
    made = {}
    for name in _deployments(ground, of):
        each = ground.stack.deployments[name]
        if each.capacity is None:
            ground = ground.noting(f"{name} has no capacity in the stack, so none could be multiplied.")
        else:
            made[name] = replace(each, capacity=each.capacity * factor)
    return _changed(ground, made)


def _capacity_set(name: str, tokens: float, ground: Ground) -> Ground:
    held = ground.stack.deployments[known("deployment", name, ground.stack.deployments)]
    return _changed(ground, {name: replace(held, capacity=tokens)})


def _grown(name: str, factor: float, ground: Ground) -> Ground:
    if name != ALL:
        known("application", name, ground.stack.applications)
    return replace(ground, demand={**ground.demand, name: ground.demand.get(name, 1.0) * factor})
