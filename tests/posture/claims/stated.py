"""A case as the atoms that are so in it, by their names: for tests alone, so that open and closed cases can be compared."""

from __future__ import annotations

from comity.law.case import Case
from comity.law.realm import Realm
from comity.law.seals import closed
from comity.posture.claims.candidates import Candidates
from comity.posture.claims.decision import _alone
from comity.posture.claims.formula import Formulas
from comity.posture.claims.places import Places
from comity.posture.claims.scope import free
from comity.stack import facts


class Opened:
    """The free scope of a realm, and what holds in it for a case."""

    def __init__(self, realm: Realm, named: tuple[str, ...] = ()) -> None:
        self.realm = realm
        self.formulas = Formulas()
        self.places = Places(realm, named, _alone(realm))
        self.kind_of = {member: kind.name for kind in self.places.kinds for member in kind.members}
        stack = realm.stack
        bound = {ref for agreement in stack.agreements for ref in agreement.between if not facts.named(ref)}
        kinds = {kind.name for kind in self.places.kinds}
        self.scope = free(realm, self.places, self.formulas, [*sorted(stack.parties), *sorted(kinds | bound)])
        self.candidates = Candidates(realm, self.places, self.formulas, self.scope)
        self._numbers = {name: number for number, name in self.formulas.atoms.items()}

    def view(self, controller: str):
        """What the controller sees, and the one that stands for it."""
        name = self._controller(controller)
        faces = self.realm.faces(name)
        for view in self.candidates.views:
            if {each: face.profiles for each, face in view.faces.items()} == {
                each: face.profiles for each, face in faces.items()
            }:
                return view
        raise AssertionError(controller)

    def _controller(self, name: str) -> str:
        return name if facts.named(name) or f"controller:{name}" in self._numbers else self.kind_of[name]

    def true(self, case: Case) -> frozenset[int]:
        """The atoms that are so in `case`."""
        said = [f"operation:{case.operation}", f"controller:{self._controller(case.controller)}"]
        said += [f"purpose:{case.purpose}", f"risk:{case.risk}", f"sector:{case.sector}"]
        said += [f"data:{word}" for word in case.data]
        said += [f"subjects:{self.kind_of[place]}" for place in case.subjects]
        said += [f"output:{self.kind_of[place]}" for place in case.output]
        said += [f"ground:{word}" for word in case.grounds] + [f"role:{word}" for word in case.roles]
        said += [f"use:{word}" for word in case.uses] + [f"seal:{word}" for word in closed(case.seal)]
        before = set(self.realm.vocabulary.before(case.placed))
        ways = [name.partition(":")[2] for name in self._numbers if name.startswith("placed:")]
        said += [f"placed:{next(way for way in ways if set(self.realm.vocabulary.before(way)) == before)}"]
        return frozenset(self._numbers[name] for name in said if name in self._numbers)

    def holds(self, formula: int, case: Case) -> bool:
        """Whether the formula holds in `case`."""
        return self.formulas.holds(formula, self.true(case))
