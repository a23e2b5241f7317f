"""A pack on trial: its cases are run, and every rule must fire in one of them and keep silent in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from comity.law.boundary import DateCoverage, date_coverage
from comity.law.cases import PackCase
from comity.law.cedar import Schema
from comity.law.epoch import Epoch, Zone
from comity.law.pack import Pack
from comity.law.precedents import Precedents
from comity.law.tried_case import Scene, as_if, scene, unknown_words
from comity.law.vocabulary import Vocabulary
from comity.law.wellformed import ill_formed
from comity.terms.instants import Instant, start_of
from comity.terms.problems import Problem


class CaseResult(Struct, frozen=True):
    """What a case gave: the rules that fired, and a sentence for each difference from what it expects."""

    case: PackCase
    fired: frozenset[str]
    silent: frozenset[str]
    differences: tuple[str, ...]


class RuleCoverage(Struct, frozen=True):
    """In how many cases a rule fires, and in how many it is in force and keeps silent."""

    rule: str
    fires: int
    silent: int


class Trial(Struct, frozen=True):
    """The outcome of a pack's cases; `dates` says how each date on which its law changes is tried by them."""

    pack: str
    results: tuple[CaseResult, ...]
    rules: tuple[RuleCoverage, ...]
    problems: tuple[Problem, ...]
    dates: tuple[DateCoverage, ...] = ()
    traps: int = 0

    @property
    def gaps(self) -> tuple[str, ...]:
        """What the cases leave untried: dates without a case on each side, and that there is no trap."""
        missing = tuple(each.missing for each in self.dates if not each.tried)
        return missing if self.traps or not self.dates else (*missing, "no case is a trap")

    @property
    def whole(self) -> bool:
        """Whether everything holds and nothing is untried. A pack is used once everything holds; whoever works on one
        wants it whole.
        """
        return not self.problems and not self.gaps


def try_pack(pack: Pack, vocabulary: Vocabulary, schema_text: str, zone: Zone) -> Trial:
    """Runs the cases of `pack`, alone, each on its date, and reports everything that does not hold."""
    text = vocabulary.schema(schema_text)
    problems = [*ill_formed(pack, vocabulary, text)]
    try:
        cases = pack.cases
    except ValueError as error:
        cases = ()
        problems.append(_problem(pack, "cases.yaml", str(error)))
    if problems:
        return Trial(pack.name, (), (), tuple(problems))
    schema = Schema(text)
    epochs: dict[Instant, Epoch] = {}
    precedents = Precedents()
    results: list[CaseResult] = []
    scenes: list[Scene] = []
    for case in cases:
        unknown = [*unknown_words(case, vocabulary), *(name for name in case.lists if name not in pack.groups)]
        if unknown:
            problems.append(_problem(pack, "cases.yaml", f"{case.says!r} names {', '.join(unknown)}, which is unknown"))
            continue
        scenes.append(scene(case, epoch_on(case, (pack,), schema, zone, epochs, precedents), vocabulary))
        results.append(run(scenes[-1], vocabulary))
        problems += [_problem(pack, "cases.yaml", f"{case.says!r}: {sentence}") for sentence in results[-1].differences]
    coverage = tuple(
        RuleCoverage(
            rule.id,
            sum(rule.id in result.fired for result in results),
            sum(rule.id in result.silent for result in results),
        )
        for rule in pack.rules
    )
    for rule in coverage:
        if not rule.fires:
            problems.append(_problem(pack, "rules.cedar", f"{rule.rule} fires in no case"))
        if not rule.silent:
            problems.append(_problem(pack, "rules.cedar", f"{rule.rule} keeps silent in no case while in force"))
    traps = sum(case.trap for case in cases)
    return Trial(pack.name, tuple(results), coverage, tuple(problems), date_coverage(pack, scenes, vocabulary), traps)


def try_cases(
    cases: Sequence[PackCase], packs: Sequence[Pack], words: Vocabulary, schema_text: str, zone: Zone
) -> Trial:
    """Runs cases that belong to no pack, before all of `packs` together: `rules` is then the exact set of the
    prohibitions of them all that fire. A day begins where the first of them says that it does.
    """
    schema = Schema(words.schema(schema_text))
    epochs: dict[Instant, Epoch] = {}
    precedents = Precedents()
    groups = {name for pack in packs for name in pack.groups}
    results: list[CaseResult] = []
    problems: list[Problem] = []
    for case in cases:
        unknown = [*unknown_words(case, words), *(name for name in case.lists if name not in groups)]
        if unknown:
            found = f"{case.says!r} names {', '.join(unknown)}, which is unknown"
            problems.append(Problem("cases", 0, 0, "", found))
            continue
        epoch = epoch_on(case, packs, schema, zone, epochs, precedents)
        results.append(run(scene(case, epoch, words), words))
        problems += [Problem("cases", 0, 0, "", f"{case.says!r}: {each}") for each in results[-1].differences]
    counted = [
        RuleCoverage(rule.id, sum(rule.id in r.fired for r in results), sum(rule.id in r.silent for r in results))
        for pack in packs
        for rule in pack.rules
    ]
    return Trial("cases", tuple(results), tuple(counted), tuple(problems), (), sum(case.trap for case in cases))


def epoch_on(
    case: PackCase,
    packs: Sequence[Pack],
    schema: Schema,
    zone: Zone,
    epochs: dict[Instant, Epoch],
    precedents: Precedents | None = None,
) -> Epoch:
    """The law on the day of the case, from `epochs` where it is there; with the members that the case adds to lists.
    What is made shares its readings with whatever else has these `precedents`.
    """
    at = start_of(case.on, zone(packs[0].coverage.timezone if packs else "UTC"))
    if case.lists:
        return Epoch(as_if(packs, case.lists, case.on), schema, at, zone, precedents=precedents)
    for epoch in epochs.values():
        if epoch.since <= at < epoch.until:
            return epoch
    made = Epoch(packs, schema, at, zone, precedents=precedents)
    epochs[made.since] = made
    return made


def run(tried: Scene, vocabulary: Vocabulary) -> CaseResult:
    """What the law says to the case, and how that differs from what the case expects."""
    case, heard = tried.case, tried.hear(vocabulary)
    differences = [*_difference("rules", case.rules, heard.forbids)]
    if heard.erred:
        differences.append("the engine erred")
    if (case.verdict == "forbid") != bool(heard.forbids):
        differences.append(f"the verdict is {'forbid' if heard.forbids else 'permit'}, expected {case.verdict}")
    if case.oblige is not None:
        differences += _difference("oblige", case.oblige, heard.obliges)
    if case.advise is not None:
        differences += _difference("advise", case.advise, heard.advises)
    return CaseResult(case, heard.fired, frozenset(tried.epoch.rules) - heard.fired, tuple(differences))


def _difference(name: str, expected: Iterable[str], found: frozenset[str]) -> Iterator[str]:
    for rule in sorted(set(expected) - found):
        yield f"{name}: {rule} was expected and does not fire"
    for rule in sorted(found - set(expected)):
        yield f"{name}: {rule} fires and was not expected"


def _problem(pack: Pack, file: str, sentence: str) -> Problem:
    return Problem(f"{pack.name}/{file}", 0, 0, "", sentence)
