"""A pack on trial: its cases are run, and every rule must fire in one of them and keep silent in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from comity.law.cases import PackCase
from comity.law.cedar import Schema
from comity.law.epoch import Epoch, Zone, profile_entities
from comity.law.pack import Member, Pack
from comity.law.seals import stated
from comity.law.vocabulary import Vocabulary
from comity.law.wellformed import ill_formed
from comity.stack.jurisdictions import NAMES
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
    """The outcome of a pack's cases."""

    pack: str
    results: tuple[CaseResult, ...]
    rules: tuple[RuleCoverage, ...]
    problems: tuple[Problem, ...]


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
    results: list[CaseResult] = []
    for case in cases:
        unknown = [*_unknown_words(case, vocabulary), *(name for name in case.lists if name not in pack.groups)]
        if unknown:
            problems.append(_problem(pack, "cases.yaml", f"{case.says!r} names {', '.join(unknown)}, which is unknown"))
            continue
        if case.lists:
            epoch = _epoch_on(case.on, _as_if(pack, case), schema, zone, {})
        else:
            epoch = _epoch_on(case.on, pack, schema, zone, epochs)
        result = _run(case, epoch, vocabulary)
        results.append(result)
        problems += [_problem(pack, "cases.yaml", f"{case.says!r}: {sentence}") for sentence in result.differences]
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
    return Trial(pack.name, tuple(results), coverage, tuple(problems))


def _epoch_on(on: date, pack: Pack, schema: Schema, zone: Zone, epochs: dict[Instant, Epoch]) -> Epoch:
    at = start_of(on, zone(pack.coverage.timezone))
    for epoch in epochs.values():
        if epoch.since <= at < epoch.until:
            return epoch
    made = Epoch((pack,), schema, at, zone)
    epochs[made.since] = made
    return made


def _as_if(pack: Pack, case: PackCase) -> Pack:
    """`pack` with the members that the case adds to its lists."""
    groups = dict(pack.groups)
    for name, added in case.lists.items():
        entries = tuple(Member(member, case.on, "assumed by a case", "", "secondary") for member in added)
        groups[name] = replace(groups[name], members=(*groups[name].members, *entries))
    return replace(pack, groups=groups)


def _run(case: PackCase, epoch: Epoch, vocabulary: Vocabulary) -> CaseResult:
    entities, names = profile_entities(case.at.profiles())
    world = epoch.world.with_(entities)
    seat = case.case.controller
    findings = epoch.judge(case.case.case(), vocabulary, seat, case.case.public, world, names)
    forbids = {rule for finding in findings for rule in finding.forbids}
    obliges = {rule for finding in findings for rule in finding.obliges}
    advises = {rule for finding in findings for rule in finding.advises}
    differences = [*_difference("rules", case.rules, forbids)]
    if any(finding.erred for finding in findings):
        differences.append("the engine erred")
    if (case.verdict == "forbid") != bool(forbids):
        differences.append(f"the verdict is {'forbid' if forbids else 'permit'}, expected {case.verdict}")
    if case.oblige is not None:
        differences += _difference("oblige", case.oblige, obliges)
    if case.advise is not None:
        differences += _difference("advise", case.advise, advises)
    fired = frozenset(forbids | obliges | advises)
    return CaseResult(case, fired, frozenset(epoch.rules) - fired, tuple(differences))


def _difference(name: str, expected: Iterable[str], found: set[str]) -> Iterator[str]:
    for rule in sorted(set(expected) - found):
        yield f"{name}: {rule} was expected and does not fire"
    for rule in sorted(found - set(expected)):
        yield f"{name}: {rule} fires and was not expected"


def _unknown_words(case: PackCase, vocabulary: Vocabulary) -> list[str]:
    facts, at = case.case, case.at
    places = [facts.controller, *facts.subjects, *facts.output, at.operator, *at.control, *(at.presence or ())]
    places += [profile.site for profile in at.profiles()]
    places += [member for members in case.lists.values() for member in members]
    checks = (
        (places, NAMES),
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


def _problem(pack: Pack, file: str, sentence: str) -> Problem:
    return Problem(f"{pack.name}/{file}", 0, 0, "", sentence)
