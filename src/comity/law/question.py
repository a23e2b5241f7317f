"""The case as the engine is asked about it; and case and candidate as facts, of which rules tell some apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from comity.law.case import Case
from comity.law.profile import Profile, entity, reference
from comity.law.relevance import Facts, Names
from comity.law.seals import closed
from comity.law.vocabulary import Vocabulary

CASE = "case"


def case_entities(
    case: Case, data: Sequence[str], before: Sequence[str], seat: str, *, public: bool
) -> list[dict[str, object]]:
    """The case as Cedar entities: sets stand as parents, so that `in` means "any of them is"."""
    return [
        entity("Subjects", CASE, parents=[("Jurisdiction", name) for name in case.subjects]),
        entity("Data", CASE, parents=[("DataClass", name) for name in data]),
        entity("Output", CASE, parents=[("Jurisdiction", name) for name in case.output]),
        entity(
            "Case",
            CASE,
            {
                "operation": reference("Operation", case.operation),
                "controller": reference("Jurisdiction", seat),
                "controllerPublic": public,
                "roles": [reference("Role", name) for name in case.roles],
                "subjects": reference("Subjects", CASE),
                "data": reference("Data", CASE),
                "purpose": reference("Purpose", case.purpose),
                "risk": reference("Risk", case.risk),
                "sector": reference("Sector", case.sector),
                "grounds": [reference("Ground", name) for name in case.grounds],
                "output": reference("Output", CASE),
                "uses": [reference("Use", name) for name in case.uses],
                "before": [reference("Milestone", day) for day in before],
                "sealMin": [reference("Seal", name) for name in closed(case.seal)],
            },
        ),
    ]


def case_facts(
    case: Case, words: Vocabulary, seat: str, public: bool, within: Callable[[Iterable[str]], Names]
) -> Facts:
    """The case by attribute; `within` gives everything that any of some jurisdictions is in, themselves too."""
    return {
        "operation": frozenset((case.operation,)),
        "controller": within((seat,)),
        "controllerPublic": public,
        "roles": frozenset(case.roles),
        "subjects": within(case.subjects),
        "data": frozenset(words.close(case.data)),
        "purpose": frozenset((case.purpose,)),
        "risk": frozenset((case.risk,)),
        "sector": frozenset((case.sector,)),
        "grounds": frozenset(case.grounds),
        "output": within(case.output),
        "uses": frozenset(case.uses),
        "before": frozenset(words.before(case.placed)),
        "sealMin": frozenset(closed(case.seal)),
    }


def profile_facts(profile: Profile, within: Callable[[Iterable[str]], Names]) -> Facts:
    """The candidate by attribute (facts.cedarschema); `within` as for a case."""
    return {
        "site": within((profile.site,)),
        "operator": within((profile.operator,)),
        "operatorPublic": profile.operator_public,
        "control": within(profile.control),
        "presence": within(profile.presence),
        "ecsp": profile.ecsp,
        "dpf": profile.dpf,
        "dpfUk": profile.dpf_uk,
        "dpfSwiss": profile.dpf_swiss,
        "own": profile.own,
        "kinds": frozenset(profile.kinds),
        "assessed": frozenset(profile.assessed),
        "certificates": frozenset(profile.certificates),
        "retains": profile.retains,
        "trains": profile.trains,
        "trainsStated": profile.trains_stated,
        "gateway": profile.gateway,
        "developer": within((profile.developer or profile.operator,)),
        "openWeights": profile.open_weights,
        "licence": frozenset((profile.licence,)),
        "family": frozenset((profile.family,)),
        "seal": frozenset(closed(profile.seal)),
        "controlledAccelerator": profile.controlled_accelerator,
        "accelerators": frozenset(profile.accelerators),
    }
