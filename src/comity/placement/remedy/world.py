"""What a remedy changes: the stack, and the cases that must all be permitted at one deployment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from comity.law.case import Case
from comity.law.realm import Realm
from comity.law.ruling import Verdict, both
from comity.stack.agreements import signed_by
from comity.stack.types import Deployment, Site, Stack

LISTS = frozenset({"agreements", "uncovered", "certificates", "grounds"})
"""Keys of a stack file whose members a remedy adds to; of every other key it states the value."""

Lines = Mapping[str, Any]
"""A part of a stack file, as plain values, to be merged with the file."""


class World(Struct, frozen=True):
    """One deployment of a stack, asked by some cases. `application` is empty for cases that come from elsewhere."""

    stack: Stack
    cases: tuple[Case, ...]
    deployment: str
    application: str
    on: date

    @property
    def served(self) -> Deployment:
        """The deployment itself."""
        return self.stack.deployments[self.deployment]

    @property
    def site(self) -> Site:
        """Where it is."""
        return self.stack.sites[self.served.site]

    @property
    def controller(self) -> str:
        """Who asks."""
        return self.cases[0].controller

    def serving(self, **changes: Any) -> World:
        """This world with `changes` of the deployment."""
        deployments = {**self.stack.deployments, self.deployment: replace(self.served, **changes)}
        return replace(self, stack=replace(self.stack, deployments=deployments))

    def asking(self, **changes: Any) -> World:
        """This world with `changes` of each case, and of the application where its keys have the same names."""
        return replace(self, cases=tuple(replace(case, **changes) for case in self.cases))


def as_attested(stack: Stack, on: date) -> Stack:
    """Under `attest: required`, `stack` with the agreements alone that count, taken at their word from here on: so
    that an instrument which is proposed is one that counsel will have signed. Else `stack` itself.
    """
    if stack.attest != "required":
        return stack
    counting = tuple(each for each in stack.agreements if signed_by(stack, each, on))
    return replace(stack, attest="declared", agreements=counting)


def judged(world: World, realm: Realm) -> tuple[Realm, Verdict]:
    """The law of `realm` over `world`, and what it says to all its cases together."""
    narrow = replace(world.stack, deployments={world.deployment: world.served})
    supposed = realm.supposing(narrow)
    return supposed, reduce(both, (supposed.rule(case).verdicts[world.deployment] for case in world.cases))


def merged(lines: Lines, more: Lines) -> dict[str, Any]:
    """Both parts of a stack file as one; where both state a value, `more` does."""
    made = dict(lines)
    for key, value in more.items():
        held = made.get(key)
        if isinstance(held, Mapping) and isinstance(value, Mapping):
            made[key] = merged(held, value)
        elif isinstance(held, list) and key in LISTS:
            made[key] = [*(each for each in held if not any(_restates(new, each) for new in value)), *value]
        else:
            made[key] = value
    return made


def _restates(new: Any, held: Any) -> bool:
    """Whether `new` is `held`, or the same agreement with the assessment that it lacked."""
    return bool(new == held or (isinstance(new, Mapping) and {k: v for k, v in new.items() if k != "tia"} == held))
