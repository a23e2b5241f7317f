"""What rules can tell apart: the questions that they ask of a case alone, or of a candidate alone.

Two cases of which all these are answered alike are one to the law, and are judged once; two candidates likewise. And a
rule that the answers of a case alone rule out is not evaluated: everything that rests on the candidate, and every form
that is not known here, is taken as open, so that the engine judges it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from comity.law.docket import Docket

Names: TypeAlias = frozenset[str]
"""An entity as the names of everything that it is in, itself too; a set as the names of its members."""

Facts: TypeAlias = Mapping[str, "Names | bool"]
"""What a case says by attribute of `principal`, or a candidate by attribute of `resource`."""

Answers: TypeAlias = tuple["bool | Names | None", ...]
"""An answer for each question; the whole of an attribute where a rule asks of it what only the engine can answer."""

Expr: TypeAlias = Mapping[str, Any]
_Question: TypeAlias = tuple[str, str, Names]  # form, attribute, words
_Kleene: TypeAlias = Callable[[Answers], "bool | None"]
"""True, False, or None: open. Kleene's strong logic, so that a part that is open never hides one that decides."""

_PLACES = frozenset({"Jurisdiction", "Group"})

_WITHIN: Mapping[str, Names] = {
    **dict.fromkeys(
        ("controller", "subjects", "output", "site", "operator", "control", "presence", "developer"), _PLACES
    ),
    "data": frozenset({"DataClass"}),
}
"""Attributes of which a rule asks what they are in, and of which kinds that is; of these `==` asks for less."""

_ONE: Mapping[str, str] = {
    "operation": "Operation",
    "purpose": "Purpose",
    "risk": "Risk",
    "sector": "Sector",
    "licence": "Licence",
    "family": "Family",
}
"""Attributes that are one word each, which is in nothing but itself; and of what kind it is."""

_MANY: Mapping[str, str] = {
    "roles": "Role",
    "grounds": "Ground",
    "uses": "Use",
    "before": "Milestone",
    "sealMin": "Seal",
    "seal": "Seal",
    "kinds": "Kind",
    "assessed": "Kind",
    "certificates": "Certificate",
    "accelerators": "Accelerator",
}
"""Attributes that are sets of words."""

ANSWERS = 256
"""Of one rule, remembered: a rule asks some five things, most of which are answered by yes or no."""

_HELD_AGAINST = frozenset({"in", "==", "!=", "contains", "containsAny", "containsAll"})


class Reading:
    """One rule as read for its questions to a case (`principal`) or to a candidate (`resource`).

    Attributes:
        questions: in the order of the answers.
        complete: whether they are all that the rule sees of it; a rule may ask what is no attribute.
    """

    __slots__ = ("_conditions", "_left_open", "_variable", "complete", "questions")

    def __init__(self, policy: Mapping[str, Any], variable: str) -> None:
        """Reads a policy in Cedar's JSON form."""
        self._variable = variable
        self.complete = True
        self.questions: dict[_Question, int] = {}
        self._conditions = self._of(policy)
        self._left_open: Docket[Answers, bool] = Docket(ANSWERS)

    def left_open(self, answers: Answers) -> bool:
        """Whether `answers` alone do not rule the rule out."""
        return self._left_open.get(answers, self._is_left_open)

    def _is_left_open(self, answers: Answers) -> bool:
        return all(condition(answers) is not False for condition in self._conditions)

    def _of(self, policy: Mapping[str, Any]) -> list[_Kleene]:
        conditions = []
        for each in policy.get("conditions", ()):
            holds = self._read(each["body"])
            conditions.append(holds if each["kind"] == "when" else _not(holds))
        return conditions

    def _read(self, expr: Expr) -> _Kleene:
        ((form, parts),) = expr.items()
        if form in ("&&", "||"):
            left, right = self._read(parts["left"]), self._read(parts["right"])
            return _and(left, right) if form == "&&" else _not(_and(_not(left), _not(right)))
        if form == "!=":
            return _not(self._read({"==": parts}))
        if form == "!":
            return _not(self._read(parts["arg"]))
        if form == "." and (name := self._attribute(expr)):
            return self._ask("is", name, frozenset())
        if form in ("in", "==", "contains", "containsAny", "containsAll"):
            name, words = self._attribute(parts["left"]), _words(parts["right"])
            if name and words and _is_answered_by_names(form, name, parts["right"]):
                return self._ask(form, name, words)
        if form == "contains":  # [a, b].contains(principal.purpose)
            words, name = _words(parts["left"]), self._attribute(parts["right"])
            if name in _ONE and words and _kinds_of(parts["left"]) == {_ONE[name]}:
                return self._ask("in", name, words)
        if form == "Value" and isinstance(parts, bool):
            return lambda answers: parts
        self._note_what_it_sees(expr)
        return _open

    def _note_what_it_sees(self, expr: object) -> None:
        """A form that is not known here may see all of each attribute within it."""
        if isinstance(expr, str):
            return
        if isinstance(expr, Mapping):
            if name := self._attribute(expr):
                self._ask("whole", name, frozenset())
            elif expr.get("Var") == self._variable:
                self.complete = False
            else:
                for part in expr.values():
                    self._note_what_it_sees(part)
        elif isinstance(expr, Sequence):
            for part in expr:
                self._note_what_it_sees(part)

    def _attribute(self, expr: Expr) -> str:
        access = expr.get(".")
        return str(access["attr"]) if access and access["left"] == {"Var": self._variable} else ""

    def _ask(self, form: str, name: str, words: Names) -> _Kleene:
        number = self.questions.setdefault((form, name, words), len(self.questions))
        return lambda answers: _truth(answers[number])


class Distinctions:
    """The questions that some rules ask of a case (`principal`) or of a candidate (`resource`).

    `complete` says whether they are all that the rules see of it.
    """

    def __init__(
        self,
        policies: Mapping[str, Mapping[str, Any]],
        variable: str = "principal",
        read: Callable[[Mapping[str, Any], str], Reading] = Reading,
    ) -> None:
        """Reads `policies`, by the id of the rule, in Cedar's JSON form."""
        self._readings = {name: read(policy, variable) for name, policy in policies.items()}
        self.complete = all(reading.complete for reading in self._readings.values())
        self._questions: dict[_Question, int] = {}
        self._places = {
            name: tuple([self._questions.setdefault(each, len(self._questions)) for each in reading.questions])
            for name, reading in self._readings.items()
        }

    def answers(self, facts: Facts) -> Answers:
        """How `facts` answer every question, in order."""
        return tuple([_answer(facts, *question) for question in self._questions])

    def part(self, rule: str, answers: Answers) -> Answers:
        """Of these, those to the questions of one rule."""
        return tuple([answers[place] for place in self._places[rule]])

    def speaking(self, answers: Answers) -> Names:
        """The rules that `answers` alone do not rule out."""
        return frozenset(
            name for name, reading in self._readings.items() if reading.left_open(self.part(name, answers))
        )

    def asked(self, rules: Iterable[str]) -> tuple[int, ...]:
        """The places, in the answers, of the questions that `rules` ask."""
        return tuple(sorted(frozenset().union(*(self._places[rule] for rule in rules))))


def rests_on_places(policy: Mapping[str, Any]) -> bool:
    """Whether the rule may ask how jurisdictions and lists lie in one another beyond what case and candidate are in:
    then what it says changes with the lists, however alike the answers are.
    """
    return any(_names_more(each["body"]) for each in policy.get("conditions", ()))


def _names_more(expr: object) -> bool:
    """Whether a name stands anywhere but as what an attribute is held against."""
    if isinstance(expr, Mapping):
        if "__entity" in expr:
            return True
        if len(expr) == 1 and _holds_attribute_against_words(*next(iter(expr.items()))):
            return False
        return any(_names_more(part) for part in expr.values())
    return isinstance(expr, Sequence) and not isinstance(expr, str) and any(map(_names_more, expr))


def _holds_attribute_against_words(form: str, parts: Any) -> bool:
    if form not in _HELD_AGAINST:
        return False
    sides = (parts["left"], parts["right"]), (parts["right"], parts["left"])
    return any(_is_attribute(one) and _words(other) is not None for one, other in sides[: 1 if form == "in" else 2])


def _is_attribute(expr: Expr) -> bool:
    access = expr.get(".")
    return access is not None and access["left"].get("Var") in ("principal", "resource")


def _answer(facts: Facts, form: str, name: str, words: Names) -> bool | Names | None:
    held = facts[name]
    if form in ("is", "whole") or isinstance(held, bool):
        return held
    return words <= held if form == "containsAll" else not words.isdisjoint(held)


def _truth(answer: bool | Names | None) -> bool | None:
    return answer if isinstance(answer, bool) else None


def _open(answers: Answers) -> None:
    return None


def _not(inner: _Kleene) -> _Kleene:
    def negated(answers: Answers) -> bool | None:
        value = inner(answers)
        return None if value is None else not value

    return negated


def _and(left: _Kleene, right: _Kleene) -> _Kleene:
    def both(answers: Answers) -> bool | None:
        one = left(answers)
        if one is False:
            return False
        other = right(answers)
        return False if other is False else None if one is None or other is None else True

    return both


def _is_answered_by_names(form: str, name: str, held_against: Expr) -> bool:
    """Whether names alone answer it. Two kinds may share a word, which Cedar never takes for one; a set equals another
    only as a whole. Where this is not known, the whole of the attribute is what the rule sees.
    """
    kinds, several = _kinds_of(held_against), "Set" in held_against
    if form == "in":
        return bool(kinds) and kinds <= _WITHIN.get(name, frozenset({_ONE.get(name, "")}))
    if form == "==":
        return not several and kinds == {_ONE.get(name)}
    return kinds == {_MANY.get(name)} and several == (form != "contains")


def _words(expr: Expr) -> Names | None:
    """The names of a literal, or of a set of literals; None for anything else."""
    found = _literals(expr)
    return None if found is None else frozenset(each["id"] for each in found)


def _kinds_of(expr: Expr) -> Names:
    """The kinds of these literals, such as `Purpose`."""
    return frozenset(each["type"].removeprefix("Comity::") for each in _literals(expr) or ())


def _literals(expr: Expr) -> list[Mapping[str, str]] | None:
    members: Sequence[Expr] = expr.get("Set", (expr,))
    found = [each.get("Value") for each in members]
    if all(isinstance(value, dict) and "__entity" in value for value in found):
        return [value["__entity"] for value in found if isinstance(value, dict)]
    return None
