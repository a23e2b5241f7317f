"""From an application and what a request adds to the cases that must all be permitted (DESIGN rule 6)."""

from __future__ import annotations

from msgspec.structs import replace

from comity.law.case import NOTHING_ADDED, UNSAID, Addition, Case, ordered
from comity.law.seals import stated
from comity.law.vocabulary import UNSTATED
from comity.stack.types import Application
from comity.terms.instants import Instant, end_of


def registered(application: Application, operation: str = "infer") -> Case:
    """The case that an application is registered with."""
    return Case(
        operation=operation,
        controller=application.controller,
        purpose=application.purpose,
        data=ordered(application.data),
        subjects=ordered(application.subjects),
        grounds=ordered(application.grounds),
        roles=ordered(application.roles),
        output=ordered(application.subjects if application.output_used_in is None else application.output_used_in),
        sector=application.sector or UNSTATED,
        risk=application.risk or UNSTATED,
        uses=UNSAID if application.uses is None else ordered(application.uses),
        placed=application.placed_on_market.isoformat() if application.placed_on_market else "",
        seal=stated(application.seal),
        floor=tuple(sorted(f"{kind}:{level}" for kind, level in application.evidence.items())),
        blocks=ordered(application.blocks),
        oversight=ordered(application.oversight),
    )


def observed(application: Application, now: Instant) -> bool:
    """Whether the application is ruled on and not stopped at `now`: by name, until a date (DESIGN rule 4)."""
    return application.observe is not None and now < end_of(application.observe.until)


def widened(case: Case, addition: Addition) -> tuple[Case, ...]:
    """`case`, and `case` with `addition`: data and subjects united, each purpose judged apart.

    A candidate must be permitted for every one of them, so an addition can only remove candidates.
    """
    if addition == NOTHING_ADDED:
        return (case,)
    data = ordered((*case.data, *addition.data))
    subjects = ordered((*case.subjects, *addition.subjects))
    purposes = ordered((case.purpose, *addition.purposes))
    wider = (replace(case, purpose=purpose, data=data, subjects=subjects) for purpose in purposes)
    return (case, *(wide for wide in wider if wide != case))
