"""Whether one case, or one place where it is processed, meets a term: nothing is open here."""

from __future__ import annotations

from comity.law.case import Case
from comity.law.profile import Profile
from comity.law.question import CASE, case_entities
from comity.law.realm import Realm
from comity.posture.claims.claim import Term
from comity.posture.claims.fits import Fits, of_stack, operator_of
from comity.posture.claims.formula import TRUE, Formulas
from comity.posture.claims.places import Nesting
from comity.posture.claims.terms import KEYS
from comity.posture.claims.values import Entity, record
from comity.stack import facts


class Met:
    """Terms against cases and places of one realm."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._within = Nesting(realm)

    def case(self, case: Case, term: Term) -> bool:
        """Whether the case meets the term."""
        words, party = self._realm.vocabulary, facts.party(self._realm.stack, case.controller)
        entities = case_entities(
            case, words.close(case.data), words.before(case.placed), party.seat, public=party.public
        )
        fits = Fits(Formulas(), self._within, [(case.controller, TRUE)])
        return fits.case(record("principal", Entity("Case", CASE), entities), term) == TRUE

    def place(self, place: Profile, term: Term, name: str) -> bool:
        """Whether the place, one where the deployment `name` processes, meets the term; one of the case is met."""
        of = KEYS[term.key].of
        if of == "case":
            return True
        if of == "deployment":
            return of_stack(self._realm, name, term, place)
        fits = Fits(Formulas(), self._within, ())
        found = fits.place(
            record("resource", Entity("Profile", "place"), place.entities("place")),
            term,
            operator_of(self._realm, name, place),
        )
        return found == TRUE
