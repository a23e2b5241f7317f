"""One case of a pack before the law of one epoch: what fires, for whoever runs cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from comity.law.cases import PackCase
from comity.law.cedar import Policies, World
from comity.law.epoch import Epoch, profile_entities
from comity.law.pack import Member, Pack
from comity.law.question import CASE, case_entities
from comity.law.rule import KINDS, Rule
from comity.law.ruling import Verdict
from comity.law.seals import stated
from comity.law.vocabulary import Vocabulary
from comity.stack.jurisdictions import NAMES


class Heard(Struct, frozen=True):
    """The rules that fire in a case, whichever of its possible places they fire at."""

    forbids: frozenset[str]
    obliges: frozenset[str]
    advises: frozenset[str]
    erred: bool

    @property
    def fired(self) -> frozenset[str]:
        """All of them."""
        return self.forbids | self.obliges | self.advises

    def verdict(self, name: str) -> Verdict:
        """It as the verdict on a candidate called `name`."""
        return Verdict(
            name, tuple(sorted(self.forbids)), tuple(sorted(self.obliges)), tuple(sorted(self.advises)), assumptions=()
        )


class Scene(Struct, frozen=True):
    """A case made ready for the engine: a world with its candidate in each possible place; another with it too."""

    case: PackCase
    epoch: Epoch
    candidates: World
    world: World
    names: tuple[str, ...]

    def hear(self, vocabulary: Vocabulary) -> Heard:
        """What the whole law of the epoch says."""
        facts = self.case.case
        found = self.epoch.judge(facts.case(), vocabulary, facts.controller, facts.public, self.candidates, self.names)
        return Heard(
            forbids=frozenset(rule for finding in found for rule in finding.forbids),
            obliges=frozenset(rule for finding in found for rule in finding.obliges),
            advises=frozenset(rule for finding in found for rule in finding.advises),
            erred=any(finding.erred for finding in found),
        )

    def meets(self, rule: Rule) -> bool:
        """Whether the conditions of `rule` hold, be it in force on the day or not."""
        answers = self.world.ask(Policies(KINDS[rule.kind][1], [rule]), CASE, self.names)
        return any(rule.id in answer.rules for answer in answers)


def scene(case: PackCase, epoch: Epoch, vocabulary: Vocabulary) -> Scene:
    """The case before the law of `epoch`."""
    entities, names = profile_entities(case.at.profiles())
    facts, seen = case.case, case.case.case()
    closed, before = vocabulary.close(facts.data), vocabulary.before(seen.placed)
    asked = case_entities(seen, closed, before, facts.controller, public=facts.public)
    candidates = epoch.world.with_(entities)
    return Scene(case, epoch, candidates, candidates.with_(asked), tuple(names))


def as_if(packs: Sequence[Pack], lists: dict[str, tuple[str, ...]], on: date) -> tuple[Pack, ...]:
    """`packs` with the members that a case adds to their lists."""
    made = []
    for pack in packs:
        groups = dict(pack.groups)
        for name in lists.keys() & groups.keys():
            entries = tuple(Member(member, on, "assumed by a case", "", "secondary") for member in lists[name])
            groups[name] = replace(groups[name], members=(*groups[name].members, *entries))
        made.append(replace(pack, groups=groups))
    return tuple(made)


def unknown_words(case: PackCase, vocabulary: Vocabulary) -> list[str]:
    """Every word of the case that nothing knows, sorted."""
    facts, at = case.case, case.at
    checks: tuple[tuple[Iterable[str], Iterable[str]], ...] = (
        (places_of(case), NAMES),
        (facts.data, vocabulary.data),
        ([facts.purpose], vocabulary.purposes),
        ([facts.operation], vocabulary.operations),
        ([facts.risk], vocabulary.risks),
        ([facts.sector], vocabulary.sectors),
        (facts.grounds, vocabulary.grounds),
        (facts.roles, vocabulary.roles),
        (facts.uses, vocabulary.uses),
        ((*stated(facts.seal), *stated(at.seal)), vocabulary.seals),
        ([at.licence], vocabulary.licences),
        ([at.family], vocabulary.families),
        (at.accelerators, vocabulary.accelerators),
        ((*at.kinds, *at.assessed), vocabulary.kinds),
        (at.certificates, vocabulary.certificates),
    )
    return sorted({word for words, known in checks for word in words if word not in known})


def places_of(case: PackCase) -> tuple[str, ...]:
    """Every jurisdiction that the case names."""
    facts, at = case.case, case.at
    sites = (profile.site for profile in at.profiles())
    own = (facts.controller, *facts.subjects, *facts.output, at.operator, *at.control, *(at.presence or ()))
    developer = (at.developer,) if at.developer else ()
    return (*own, *developer, *sites, *(member for members in case.lists.values() for member in members))
