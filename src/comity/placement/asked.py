"""What `comity explain` and `POST /admin/explain` are asked, and the answer: one question, two faces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from comity.law.case import Addition, Case, ordered
from comity.law.realm import Realm
from comity.placement.cases import observed, registered, widened
from comity.placement.conditions import configured
from comity.placement.explanation import Explanation, explain
from comity.placement.remedy.search import WhyNot, why_not
from comity.placement.remedy.world import World, as_attested
from comity.placement.stated import check_words, stated_case, unknown
from comity.placement.types import Wish
from comity.stack.jurisdictions import NAMES
from comity.stack.types import Stack
from comity.terms.instants import Instant, day_of


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """An application of the stack (`app`) or a `case`; what a request adds; and what is wanted to know.

    `as_of` is the day by whose law it is answered, today if it is left out. `why_not` is a deployment.
    """

    app: str | None = None
    case: dict[str, Any] | None = None
    data: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    model: str | None = None
    as_of: date | None = None
    why_not: str | None = None


class Answer(Struct, frozen=True):
    """One explanation for each model asked for; and what would admit the deployment that was asked about."""

    explanations: tuple[Explanation, ...]
    why_not: WhyNot | None = None

    @property
    def placed(self) -> bool:
        """Whether every model asked for has a deployment that may serve it."""
        return all(any(each.tier for each in explanation.deployments) for explanation in self.explanations)


def instant_of(day: date) -> Instant:
    """Noon UTC of the day: by then it has begun in every time zone that a pack states."""
    return int(datetime.combine(day, time(12), UTC).timestamp() * 1000)


def answer(question: Question, realm: Realm, now: Instant) -> Answer:
    """The answer under `realm`, which is in force at `now`.

    Raises:
        ValueError: the question names what is not there, or both or neither of an application and a case.
    """
    if (question.app is None) == (question.case is None):
        raise ValueError("app or case: one of the two says who asks")
    cases, observe = _cases(question, realm, now)
    models = _models(question, realm.stack)
    conditions = configured(realm.stack)
    found = [explain(cases, Wish(model), realm, conditions, now, observe=observe) for model in models]
    if question.why_not is None:
        return Answer(tuple(found))
    kept = _only(found, question.why_not, realm.stack)
    day = day_of(now)
    world = World(as_attested(realm.stack, day), cases, question.why_not, question.app or "", day)
    return Answer(kept, why_not(world, realm))


def _cases(question: Question, realm: Realm, now: Instant) -> tuple[tuple[Case, ...], bool]:
    words = realm.vocabulary
    known: Mapping[str, Any] = {"data": words.data, "subjects": NAMES, "purposes": words.purposes}
    for name, each in known.items():
        check_words(name, getattr(question, name), each)
    addition = Addition(*(ordered(getattr(question, name)) for name in known))
    if question.case is not None:
        return widened(stated_case(question.case, realm), addition), False
    application = realm.stack.applications.get(question.app or "")
    if application is None:
        raise ValueError(unknown("application", question.app or "", realm.stack.applications))
    return widened(registered(application), addition), observed(application, now)


def _models(question: Question, stack: Stack) -> list[str]:
    served = {each.model for each in stack.deployments.values()}
    own = stack.applications[question.app].models if question.app else None
    allowed = sorted(served if own is None else own)
    if not allowed:
        raise ValueError("no model is served: the stack file has no deployment")
    if question.model is None:
        return allowed
    held = stack.deployments.get(question.model)
    asked = held.model if held else question.model
    if own is not None and asked not in own:
        raise ValueError(f"{question.app} may not ask for {question.model}; it may ask for {', '.join(allowed)}")
    return [question.model]


def _only(explanations: list[Explanation], name: str, stack: Stack) -> tuple[Explanation, ...]:
    if name not in stack.deployments:
        raise ValueError(unknown("deployment", name, stack.deployments))
    kept = []
    for explanation in explanations:
        each = tuple(item for item in explanation.deployments if item.deployment == name)
        if each:
            kept.append(replace(explanation, deployments=each))
    if not kept:
        raise ValueError(f"{name} serves the model {stack.deployments[name].model}, which was not asked for")
    return tuple(kept)
