"""Precedents: what rules were found to say, and what was compiled to ask them, kept from one epoch for the next.

Two epochs differ by a rule or a list, and a scenario by a supplier; most of what is asked was asked before. A rule's
answer is a function of its own text, of how the case answers its questions, and of how the candidate does: so it is
kept by these three. The answers name every list that a jurisdiction is on, so a list that changes is another answer;
a rule that looks at the lists themselves (`relevance.rests_on_places`) is kept apart for each state of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from comity.law.cedar import Policies, Schema, World
from comity.law.docket import Docket
from comity.law.profile import Profile
from comity.law.relevance import Answers, Reading, rests_on_places
from comity.law.rule import Rule

Policy: TypeAlias = Mapping[str, Any]

Said: TypeAlias = dict[Answers, bool]
"""Whether a rule applies, by the answers of the candidate to its questions. Candidates are those of stacks: few."""

KEPT = 1 << 14
"""Pairs of a rule and a case's answers to it, each with some ten candidates: 20 MB at most."""

SETS = 256
"""Sets of rules kept compiled, each of some 50 kB: cases differ in few ways that rules can tell apart."""

PARTS = 2048
"""Rules in a state of the lists, each with the profiles of the stacks that were asked of."""

WORLDS = 8
"""Jurisdictions in their lists, as the engine holds them: some 400 kB each."""


class Precedents:
    """What was read, compiled and found; for the epochs that these are given to. Bounded, without a lock."""

    def __init__(self) -> None:
        self._numbers: dict[int, tuple[Policy, int]] = {}  # by identity: a policy is kept, so that no other takes it
        self._readings: dict[tuple[int, str], Reading] = {}
        self._rest_on_places: dict[int, bool] = {}
        self._compiled: Docket[tuple[str, frozenset[int]], Policies] = Docket(SETS)
        self._places: dict[object, int] = {}
        self._worlds: Docket[tuple[str, int], World] = Docket(WORLDS)
        self._said: Docket[tuple[int, int, Answers], Said] = Docket(KEPT)
        self._parts: Docket[tuple[int, int], dict[Profile, Answers]] = Docket(PARTS)

    def new(self, rules: Iterable[Rule]) -> list[Rule]:
        """Those that were not met before; from now on they were."""
        fresh = [rule for rule in rules if id(rule.policy) not in self._numbers]
        for rule in fresh:
            self._number(rule.policy)
        return fresh

    def reading(self, policy: Policy, variable: str) -> Reading:
        """The policy as read for its questions."""
        key = self._number(policy), variable
        if key not in self._readings:
            self._readings[key] = Reading(policy, variable)
        return self._readings[key]

    def compiled(self, action: str, rules: Sequence[Rule]) -> Policies:
        """The rules of one action, compiled; raises ValueError if one does not compile."""
        numbers = frozenset(self._number(rule.policy) for rule in rules)
        return self._compiled.get((action, numbers), lambda _: Policies(action, rules))

    def places(self, groups: Mapping[str, tuple[str, ...]]) -> int:
        """A number for this state of the lists."""
        return self._places.setdefault(tuple(groups.items()), len(self._places))

    def world(self, schema: Schema, places: int, entities: Callable[[], Sequence[Mapping[str, Any]]]) -> World:
        """Jurisdictions in their lists; `entities` gives those of that state of the lists."""
        return self._worlds.get((schema.text, places), lambda _: World.of(schema, entities()))

    def said(self, rule: Rule, places: int, answers: Answers) -> Said:
        """What the rule is known to say to cases that answer its questions so; whoever finds more adds it."""
        number = self._number(rule.policy)
        if number not in self._rest_on_places:
            self._rest_on_places[number] = rests_on_places(rule.policy)
        return self._said.get((number, places if self._rest_on_places[number] else -1, answers), lambda _: {})

    def parts(self, rule: Rule, places: int) -> dict[Profile, Answers]:
        """How profiles answer what the rule asks in this state of the lists; whoever finds more adds it."""
        return self._parts.get((self._number(rule.policy), places), lambda _: {})

    def _number(self, policy: Policy) -> int:
        held = self._numbers.get(id(policy))
        if held is None:
            held = self._numbers[id(policy)] = policy, len(self._numbers)
        return held[1]
