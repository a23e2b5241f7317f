"""A hearing: the candidates that one controller sees, before the law of one epoch."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
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
        self.epoch = epoch
        self._words = words
        self._names = {profile: f"p{number}" for number, profile in enumerate(distinct)}
        self._alike: Docket[Names, Mapping[Profile, str]] = Docket(SETS)
        self._judged: Docket[Hashable, Findings] = Docket(cases_of(len(distinct)))

    @property
    def profiles(self) -> Iterable[Profile]:
        """Those that are heard."""
        return self._names

    def findings(self, case: Case, seat: str, public: bool) -> Findings:
        """What the law says to the case of each profile. `seat` is the controller's, `public` whether it is a public
        body.
        """
        answers = self.epoch.answers(case, self._words, seat, public)
        key = answers if self.epoch.distinctions.complete else case
        return self._judged.get(key, lambda _: Findings(self, case, seat, public, answers))

    def judged(
        self, case: Case, seat: str, public: bool, speaking: Names, profiles: Iterable[Profile]
    ) -> dict[Profile, Finding]:
        """What the engine finds, of rules that can speak to the case."""
        alike = self._alike.get(speaking, self._sort)
        names = sorted({alike[profile] for profile in profiles})
        judged = self.epoch.judge(case, self._words, seat, public, self._world, names, speaking)
        findings = dict(zip(names, judged, strict=True))
        return {profile: findings[alike[profile]] for profile in profiles}

    @cached_property
    def _world(self) -> World:
        """The epoch's world with the profiles in it: made when the engine is first asked."""
        return self.epoch.world.with_(profile_entities(self._names)[0])

    def _sort(self, speaking: Names) -> Mapping[Profile, str]:
        """For each profile the name of the first one that the rules `speaking` cannot tell from it."""
        if not self.epoch.of_candidates.complete:
            return self._names
        asked = self.epoch.of_candidates.asked(speaking)
        first: dict[Hashable, str] = {}
        return {
            profile: first.setdefault(tuple([self.epoch.seen(profile)[place] for place in asked]), name)
            for profile, name in self._names.items()
        }


class Findings:
    """What the law says to one case of each profile: each is found when it is first asked for."""

    def __init__(self, hearing: Hearing, case: Case, seat: str, public: bool, answers: Answers) -> None:
        epoch = hearing.epoch
        self._hearing = hearing
        self._asked = case, seat, public
        self._complete = epoch.distinctions.complete and epoch.of_candidates.complete
        self._speaking = epoch.distinctions.speaking(answers)
        self._said = {
            action: [(rule, epoch.said(rule, answers)) for rule in sorted(epoch.of_action(action, self._speaking))]
            for action in ACTIONS
        }
        self._found: dict[Profile, Finding] = {}

    def __getitem__(self, profile: Profile) -> Finding:
        if profile not in self._found and not self._by_precedent(profile):
            self._by_the_engine()
        return self._found[profile]

    def _by_precedent(self, profile: Profile) -> bool:
        """Whether every rule is known to apply to the profile or not; then that is found."""
        apply: dict[str, tuple[str, ...]] = {}
        for action, rules in self._said.items():
            of_each = [(rule, said.get(self._hearing.epoch.part(rule, profile))) for rule, said in rules]
            if not self._complete or any(applies is None for _, applies in of_each):
                return False
            apply[action] = tuple([rule for rule, applies in of_each if applies])
        place, oblige, advise = (apply[action] for action in ACTIONS)
        self._found[profile] = Finding(place, oblige, advise, erred=False)
        return True

    def _by_the_engine(self) -> None:
        """Finds on all that are left, for to ask of one costs what it costs to ask of all; and makes precedents of it.
        Which rule an error is of is not known, so an error makes none.
        """
        left = [each for each in self._hearing.profiles if each not in self._found and not self._by_precedent(each)]
        judged = self._hearing.judged(*self._asked, self._speaking, left)
        self._found |= judged
        for profile, finding in judged.items() if self._complete else ():
            if not finding.erred:
                applying = finding.rules
                for rules in self._said.values():
                    for rule, said in rules:
                        said[self._hearing.epoch.part(rule, profile)] = rule in applying
