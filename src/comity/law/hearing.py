"""A hearing: the candidates that one controller sees, before the law of one epoch."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from comity.law.case import Case
from comity.law.docket import Docket, cases_of
from comity.law.epoch import SETS, Epoch, Finding, profile_entities
from comity.law.profile import Profile
from comity.law.relevance import Names
from comity.law.vocabulary import Vocabulary


class Hearing:
    """Finds on cases. What no rule can tell apart is judged once: cases that answer all questions of the rules alike,
    and candidates that do, as far as the rules that can speak to the case ask.
    """

    __slots__ = ("_alike", "_epoch", "_judged", "_names", "_seen", "_words", "_world")

    def __init__(self, epoch: Epoch, words: Vocabulary, profiles: Iterable[Profile]) -> None:
        """Puts `profiles` into the world of `epoch`."""
        distinct = tuple(dict.fromkeys(profiles))
        entities, names = profile_entities(distinct)
        self._epoch = epoch
        self._words = words
        self._world = epoch.world.with_(entities)
        self._names = dict(zip(distinct, names, strict=True))
        self._seen = {profile: epoch.seen(profile) for profile in distinct}
        self._alike: Docket[Names, Mapping[Profile, str]] = Docket(SETS)
        self._judged: Docket[Hashable, Mapping[Profile, Finding]] = Docket(cases_of(len(distinct)))

    def findings(self, case: Case, seat: str, public: bool) -> Mapping[Profile, Finding]:
        """What the law says to the case of each profile. `seat` is the controller's, `public` whether it is a public
        body.
        """
        answers = self._epoch.answers(case, self._words, seat, public)

        def judge(_: Hashable) -> Mapping[Profile, Finding]:
            speaking = self._epoch.distinctions.speaking(answers)
            alike = self._alike.get(speaking, self._sort)
            names = sorted(set(alike.values()))
            judged = self._epoch.judge(case, self._words, seat, public, self._world, names, speaking)
            findings = dict(zip(names, judged, strict=True))
            return {profile: findings[name] for profile, name in alike.items()}

        return self._judged.get(answers if self._epoch.distinctions.complete else case, judge)

    def _sort(self, speaking: Names) -> Mapping[Profile, str]:
        """For each profile the name of the first one that the rules `speaking` cannot tell from it."""
        if not self._epoch.of_candidates.complete:
            return self._names
        asked = self._epoch.of_candidates.asked(speaking)
        first: dict[Hashable, str] = {}
        return {
            profile: first.setdefault(tuple([self._seen[profile][place] for place in asked]), name)
            for profile, name in self._names.items()
        }
