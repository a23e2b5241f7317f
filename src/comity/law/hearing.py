"""A hearing: the candidates that one controller sees, before the law of one epoch."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property

from comity.law.case import Case
from comity.law.cedar import World
from comity.law.docket import Docket, cases_of
from comity.law.epoch import ACTIONS, Epoch, Finding, profile_entities
from comity.law.precedents import SETS
from comity.law.profile import Profile
from comity.law.relevance import Answers, Names
from comity.law.vocabulary import Vocabulary


class Hearing:
    """Finds on cases. What no rule can tell apart is judged once: cases that answer all questions of the rules alike,
    and candidates that do, as far as the rules that can speak to the case ask. Where there are precedents for all that
    each rule is asked, nothing is judged.
    """

    def __init__(self, epoch: Epoch, words: Vocabulary, profiles: Iterable[Profile]) -> None:
        """Puts `profiles` before `epoch`."""
        distinct = tuple(dict.fromkeys(profiles))
        self._epoch = epoch
        self._words = words
        self._names = {profile: f"p{number}" for number, profile in enumerate(distinct)}
        self._alike: Docket[Names, Mapping[Profile, str]] = Docket(SETS)
        self._parts: dict[str, Mapping[Answers, Sequence[Profile]]] = {}
        self._judged: Docket[Hashable, Mapping[Profile, Finding]] = Docket(cases_of(len(distinct)))

    def findings(self, case: Case, seat: str, public: bool) -> Mapping[Profile, Finding]:
        """What the law says to the case of each profile. `seat` is the controller's, `public` whether it is a public
        body.
        """
        answers = self._epoch.answers(case, self._words, seat, public)
        complete = self._epoch.distinctions.complete and self._epoch.of_candidates.complete

        def judge(_: Hashable) -> Mapping[Profile, Finding]:
            speaking = self._epoch.distinctions.speaking(answers)
            found, unheard = self._by_precedent(speaking, answers) if complete else ({}, set(self._names))
            if unheard:
                found |= self._by_the_engine(case, seat, public, speaking, unheard)
                if complete:
                    self._keep(speaking, answers, {profile: found[profile] for profile in unheard})
            return found

        return self._judged.get(answers if self._epoch.distinctions.complete else case, judge)

    def _by_precedent(self, speaking: Names, answers: Answers) -> tuple[dict[Profile, Finding], set[Profile]]:
        """Findings on the profiles of which every rule is known to apply or not, and the profiles that are left."""
        unheard: set[Profile] = set()
        apply: dict[str, dict[Profile, list[str]]] = {}
        for action in ACTIONS:
            of_each = apply[action] = {profile: [] for profile in self._names}
            for rule in sorted(self._epoch.of_action(action, speaking)):
                said = self._epoch.said(rule, answers)
                for part, profiles in self._by_part(rule).items():
                    applies = said.get(part)
                    if applies is None:
                        unheard.update(profiles)
                    elif applies:
                        for profile in profiles:
                            of_each[profile].append(rule)
        place, oblige, advise = (apply[action] for action in ACTIONS)
        found = {
            profile: Finding(tuple(place[profile]), tuple(oblige[profile]), tuple(advise[profile]), erred=False)
            for profile in self._names
            if profile not in unheard
        }
        return found, unheard

    def _by_the_engine(
        self, case: Case, seat: str, public: bool, speaking: Names, profiles: set[Profile]
    ) -> dict[Profile, Finding]:
        alike = self._alike.get(speaking, self._sort)
        names = sorted({alike[profile] for profile in profiles})
        judged = self._epoch.judge(case, self._words, seat, public, self._world, names, speaking)
        findings = dict(zip(names, judged, strict=True))
        return {profile: findings[alike[profile]] for profile in profiles}

    def _keep(self, speaking: Names, answers: Answers, found: Mapping[Profile, Finding]) -> None:
        """Makes precedents of what was found. Which rule an error is of is not known, so an error makes none."""
        for rule in speaking:
            said = self._epoch.said(rule, answers)
            for part, profiles in self._by_part(rule).items():
                for profile in profiles:
                    if profile in found and not found[profile].erred:
                        said[part] = rule in found[profile].rules
                        break

    def _by_part(self, rule: str) -> Mapping[Answers, Sequence[Profile]]:
        """The profiles by how they answer what the rule asks."""
        if rule not in self._parts:
            parts: dict[Answers, list[Profile]] = {}
            for profile in self._names:
                parts.setdefault(self._epoch.part(rule, profile), []).append(profile)
            self._parts[rule] = parts
        return self._parts[rule]

    @cached_property
    def _world(self) -> World:
        """The epoch's world with the profiles in it: made when the engine is first asked."""
        return self._epoch.world.with_(profile_entities(self._names)[0])

    def _sort(self, speaking: Names) -> Mapping[Profile, str]:
        """For each profile the name of the first one that the rules `speaking` cannot tell from it."""
        if not self._epoch.of_candidates.complete:
            return self._names
        asked = self._epoch.of_candidates.asked(speaking)
        first: dict[Hashable, str] = {}
        return {
            profile: first.setdefault(tuple([self._epoch.seen(profile)[place] for place in asked]), name)
            for profile, name in self._names.items()
        }
