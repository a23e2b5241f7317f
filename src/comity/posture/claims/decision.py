"""A claim before one realm: it holds in every case that can be formed, or here is the smallest case that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from comity.law.candidates import GATEWAY, Face
from comity.law.case import Case
from comity.law.duties import SOONEST
from comity.law.obligations import parsed, seconds
from comity.law.profile import Profile
from comity.law.realm import Realm
from comity.law.rule import Rule
from comity.placement.cases import observed
from comity.posture.claims.candidates import Candidates, View
from comity.posture.claims.claim import AtLeast, Claim, Never, Obliges, Term
from comity.posture.claims.fits import Fits, of_stack, operator_of
from comity.posture.claims.formula import FALSE, TRUE, Formulas, Literal
from comity.posture.claims.places import Places
from comity.posture.claims.scope import Scope, free, of_application
from comity.posture.claims.search import Search
from comity.posture.claims.terms import KEYS, PARTIES, PLACES
from comity.stack import facts
from comity.terms.errors import Fault


class Disagreement(Fault):
    """What was decided and what the engine rules differ: a fault of this program, and never an answer."""


class Broken(Struct, frozen=True):
    """The smallest counterexample: the case, the deployment, and where it would be processed.

    `with_` are other cases that must be permitted too, and are; `app` is the application whose requests form it, and
    `observed` says that it is in observe mode, so that nothing is enforced.
    """

    case: Case
    deployment: str
    place: str
    gateway: bool
    app: str = ""
    observed: bool = False
    with_: tuple[Case, ...] = ()
    permitted: tuple[str, ...] = ()  # where the claim counts: those that are


class Outcome(Struct, frozen=True):
    """What was decided before one realm. `rules` are the rules that were read and can speak; `cases` are those decided
    on, where they are not all that fit the claim's terms."""

    broken: Broken | None
    atoms: int
    rules: frozenset[str]
    vacuous: str = ""
    cases: int = 0


def decide_claim(claim: Claim, realm: Realm) -> Outcome:
    """Whether `claim` holds under `realm`: decided for every case at once.

    Raises:
        Fault: a rule uses a form that cannot be decided, the question is too hard, or the engine disagrees.
    """
    assert not isinstance(claim.says, AtLeast)
    return _Decision(claim, realm).outcome()


class _Decision:
    """One claim before one realm."""

    def __init__(self, claim: Claim, realm: Realm) -> None:
        self._claim = claim
        self._realm = realm
        terms = (*claim.case, *claim.place, *(term for excuse in claim.unless for term in excuse))
        named = (word for term in terms if KEYS[term.key].words in (PLACES, PARTIES) for word in term.words)
        self._places = Places(realm, named, _alone(realm))

    def outcome(self) -> Outcome:
        atoms, rules, speaks = 0, set[str](), False
        best: tuple[int, Broken] | None = None
        for app, enforced in self._scopes():
            formulas = Formulas()
            scope = of_application(self._realm, self._places, formulas, app) if app else self._free(formulas)
            asked = _Asked(self._claim, self._realm, self._places, formulas, scope, app, enforced)
            broken, size = asked.smallest()
            atoms += asked.atoms
            rules |= asked.candidates.involved
            speaks |= asked.speaks
            if broken is not None and (best is None or size < best[0]):
                best = size, broken
        return Outcome(best[1] if best else None, atoms, frozenset(rules), "" if speaks else self._vacuous())

    def _scopes(self) -> Iterator[tuple[str, bool]]:
        """Applications, and whether rulings on them are enforced; "" is every case that can be formed."""
        excused = self._claim.unless_observed
        watched = [name for name, each in self._realm.stack.applications.items() if observed(each, self._realm.since)]
        for app in self._claim.apps:
            if app not in watched:
                yield app, True
            elif not excused:
                yield app, False
        if not self._claim.apps:
            yield "", True
            if not excused:
                yield from ((app, False) for app in watched)

    def _free(self, formulas: Formulas) -> Scope:
        stack = self._realm.stack
        bound = {ref for agreement in stack.agreements for ref in agreement.between if not facts.named(ref)}
        kinds = (kind.name for kind in self._places.kinds)
        asking = {each.controller for each in stack.applications.values()}
        named = sorted(stack.parties, key=lambda name: (name not in asking, name))
        return free(self._realm, self._places, formulas, [*named, *sorted({*kinds, *bound})])

    def _vacuous(self) -> str:
        places = " ".join(map(str, self._claim.place))
        return f"no case and deployment of the stack fit it{f' ({places})' if places else ''}: it says nothing here"


def _alone(realm: Realm) -> Iterator[str]:
    """Jurisdictions that something of the stack names, so that no other is quite like them."""
    stack = realm.stack
    for party in stack.parties.values():
        yield from (party.seat, *(party.presence or ()))
    for site in stack.sites.values():
        yield from site.places
    refs = [ref for agreement in stack.agreements for ref in agreement.between]
    refs += [site.operator for site in stack.sites.values()]
    refs += [model.developer for model in stack.models.values()]
    refs += [party.controlled_by for party in stack.parties.values() if party.controlled_by]
    yield from (ref for ref in refs if not facts.named(ref))


class _Asked:
    """The claim asked of one scope."""

    def __init__(
        self,
        claim: Claim,
        realm: Realm,
        places: Places,
        formulas: Formulas,
        scope: Scope,
        app: str,
        enforced: bool,
    ) -> None:
        self._claim = claim
        self._realm = realm
        self._formulas = formulas
        self._scope = scope
        self._app = app
        self._enforced = enforced
        self._fits = Fits(formulas, places.within, scope.controllers)
        self.candidates = Candidates(realm, places, formulas, scope)
        self.atoms = 0
        self.speaks = False
        self._duties = list(dutiful(realm, claim.says)) if isinstance(claim.says, Obliges) else []

    def smallest(self) -> tuple[Broken | None, int]:
        """The smallest counterexample and how many facts it states."""
        every, some = self._formulas.all_of, self._formulas.any_of
        fits = every(self._fits.case(self._scope.case, term) for term in self._claim.case)
        each: list[tuple[str, View, Literal]] = []
        if fits != FALSE:
            for view in self.candidates.views:
                for name in self._names():
                    broken = every((fits, view.when, self._breaks(view, name)))
                    if broken != FALSE:
                        each.append((name, view, broken))
        asked = some(broken for _, _, broken in each)
        search = Search(self._formulas, self._scope.always)
        self.atoms = sum(atom in self._formulas.atoms for atom in self._formulas.cone((asked,)))
        holds = search.smallest(asked, self._scope.facts, self._scope.first)
        if holds is None:
            return None, 0
        name, view, _ = next(item for item in each if holds(item[2]))
        cases = self._scope.read(holds)
        place = self._where(view, name, holds)
        found = Broken(
            case=cases[0],
            deployment=name,
            place=place.site if place else "",
            gateway=place.gateway if place else False,
            app=self._app,
            observed=not self._enforced,
            with_=cases[1:],
        )
        self._replay(found)
        return found, sum(holds(fact) for fact in self._scope.facts)

    def _names(self) -> Iterator[str]:
        allowed = self._realm.stack.applications[self._app].models if self._app else None
        stack = self._realm.stack
        for name in sorted(stack.deployments):
            if allowed is None or stack.deployments[name].model in allowed:
                yield name

    def _breaks(self, view: View, name: str) -> Literal:
        """When the deployment may serve and the claim does not hold of it."""
        every, some = self._formulas.all_of, self._formulas.any_of
        face, gateway = view.faces[name], view.faces[GATEWAY]
        at = some(every((self._at(place, name), -self._excused(place, name))) for place in self._reached(face, gateway))
        if at == FALSE:
            return FALSE
        self.speaks = True
        owed = self.candidates.owed(face, gateway, self._duties) if isinstance(self._claim.says, Obliges) else FALSE
        may = self.candidates.permitted(face, gateway) if self._enforced else TRUE
        return every((at, -owed, may))

    def _reached(self, face: Face, gateway: Face) -> Sequence[Profile]:
        """Where a request is processed: the deployment's possible places; for a claim about places the gateway too, if
        the stack names its site. One that it does not name is at the controller itself, where the data are already.
        """
        counts = isinstance(self._claim.says, Never) and any(KEYS[term.key].of == "place" for term in self._claim.place)
        return (*face.profiles, *(gateway.profiles if counts and self._realm.stack.gateway is not None else ()))

    def _at(self, place: Profile, name: str) -> Literal:
        return self._formulas.all_of(self._term(term, place, name) for term in self._claim.place)

    def _excused(self, place: Profile, name: str) -> Literal:
        every = self._formulas.all_of
        return self._formulas.any_of(
            every(self._term(term, place, name) for term in excuse) for excuse in self._claim.unless
        )

    def _term(self, term: Term, place: Profile, name: str) -> Literal:
        of = KEYS[term.key].of
        if of == "case":
            return self._fits.case(self._scope.case, term)
        if of == "deployment":
            return TRUE if of_stack(self._realm, name, term, place) else FALSE
        return self._fits.place(self.candidates.record(place), term, operator_of(self._realm, name, place))

    def _where(self, view: View, name: str, holds: Callable[[Literal], bool]) -> Profile | None:
        every = self._formulas.all_of
        for place in self._reached(view.faces[name], view.faces[GATEWAY]):
            if holds(every((self._at(place, name), -self._excused(place, name)))):
                return place
        return None

    def _replay(self, found: Broken) -> None:
        """The realm itself rules on what was found."""
        rulings = [self._realm.rule(case).verdicts[found.deployment] for case in (found.case, *found.with_)]
        owed = {rule.id for rule in self._duties} & set(rulings[0].obliges)
        if owed or (self._enforced and not all(verdict.permit for verdict in rulings)):
            raise Disagreement(
                f"the proof and the engine disagree on {found.deployment} for {found.case.document()}:"
                " report it (README); nothing was decided"
            )


def dutiful(realm: Realm, duty: Obliges) -> Iterator[Rule]:
    """The rules in force that oblige to so much, or more."""
    for rule in realm.rules.values():
        if rule.kind == "oblige" and any(_meets(key, value, duty) for key, value in parsed(rule.obligation)):
            yield rule


def _meets(key: str, value: str, duty: Obliges) -> bool:
    if key != duty.key:
        return False
    if not duty.order:
        return True
    if duty.order == "=":
        return value == duty.value
    held, wanted = seconds(value), seconds(duty.value)
    if duty.order == "<=" and value in SOONEST:
        return True
    return held is not None and wanted is not None and (held >= wanted if duty.order == ">=" else held <= wanted)
