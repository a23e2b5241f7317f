"""When each deployment is permitted, as formulas: the rules of a realm, read for every candidate as it rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from comity.law.candidates import Face
from comity.law.profile import Profile
from comity.law.realm import Realm
from comity.law.rule import Rule
from comity.posture.claims.formula import FALSE, Formulas, Literal
from comity.posture.claims.places import Bare, Places
from comity.posture.claims.reading import Reading
from comity.posture.claims.scope import Scope
from comity.posture.claims.values import Entity, Record, record
from comity.stack import facts

_UID = Entity("Profile", "candidate")


class View(NamedTuple):
    """What controllers that see the same see: the faces of all deployments and of the gateway, and when one of these
    is the controller."""

    faces: Mapping[str, Face]
    when: Literal


class Candidates:
    """The candidates of one scope."""

    def __init__(self, realm: Realm, places: Places, formulas: Formulas, scope: Scope) -> None:
        """Nothing is read before it is asked for."""
        self._realm = realm
        self._places = places
        self._formulas = formulas
        self._scope = scope
        self._readings = [Reading(formulas, case, places.within) for case in (scope.case, *scope.also)]
        self._records: dict[Profile, Record] = {}
        self._fires: dict[tuple[int, str, Profile], Literal] = {}
        self._forbidden: dict[Profile, Literal] = {}
        self._prohibitions = [rule for rule in realm.rules.values() if rule.kind == "prohibit"]
        self._permitted: dict[object, Literal] = {}
        self._asked: dict[Bare, Literal] = {}
        self._uncovered_case = self._uncovered()
        self.involved: set[str] = set()
        self.views = tuple(self._views())

    def _views(self) -> Iterator[View]:
        alike: dict[object, tuple[Mapping[str, Face], list[Literal]]] = {}
        for name, when in self._scope.controllers:
            faces: Mapping[str, Face] = self._realm.faces(name)
            seen = tuple((each, face.profiles, face.touched) for each, face in sorted(faces.items()))
            alike.setdefault(seen, (faces, []))[1].append(when)
        for faces, whens in alike.values():
            yield View(faces, self._formulas.any_of(whens))

    def record(self, profile: Profile) -> Record:
        """One possible place of a candidate, as rules and terms see it."""
        found = self._records.get(profile)
        if found is None:
            found = self._records[profile] = record("resource", _UID, profile.entities(_UID.id))
        return found

    def permitted(self, face: Face, gateway: Face) -> Literal:
        """When no rule in force forbids the deployment, in any case that must be permitted."""
        key = face.profiles, gateway.profiles, face.touched, gateway.touched, tuple(sorted(face.evidence.items()))
        found = self._permitted.get(key)
        if found is None:
            found = self._permitted[key] = self._judge(face, gateway)
        return found

    def _judge(self, face: Face, gateway: Face) -> Literal:
        if any(any(each.short(self._scope.floor)) for each in (face, gateway)):
            return FALSE
        forbids = [self._forbids(profile) for profile in dict.fromkeys((*face.profiles, *gateway.profiles))]
        touched = face.touched | gateway.touched
        forbids += [self._bare(self._places.uncovered(place, touch)) for place, touch in sorted(touched)]
        return -self._formulas.any_of((*forbids, self._uncovered_case))

    def owed(self, face: Face, gateway: Face, rules: Iterable[Rule]) -> Literal:
        """When one of `rules` obliges whoever uses the deployment."""
        profiles = dict.fromkeys((*face.profiles, *gateway.profiles))
        return self._formulas.any_of(self._when(0, rule, profile) for rule in rules for profile in profiles)

    def _forbids(self, profile: Profile) -> Literal:
        found = self._forbidden.get(profile)
        if found is None:
            each = (
                self._when(number, rule, profile)
                for number in range(len(self._readings))
                for rule in self._prohibitions
            )
            found = self._forbidden[profile] = self._formulas.any_of(each)
        return found

    def _when(self, number: int, rule: Rule, profile: Profile) -> Literal:
        key = (number, rule.id, profile)
        found = self._fires.get(key)
        if found is None:
            found = self._readings[number].fires(rule.id, rule.policy, self.record(profile))
            self._fires[key] = found
            if found != FALSE:
                self.involved.add(rule.id)
        return found

    def _uncovered(self) -> Literal:
        """When a regulated class of data, as stated, touches persons or a controller that no law in force covers."""
        touched = [(place, "subjects", when) for place, when in self._scope.subjects.items()]
        touched += [(facts.seat(self._realm.stack, name), "controller", when) for name, when in self._scope.controllers]
        alike: dict[Bare, list[Literal]] = {}
        for place, touch, when in touched:
            alike.setdefault(self._places.uncovered(place, touch), []).append(when)
        every, some = self._formulas.all_of, self._formulas.any_of
        return some(every((some(whens), self._bare(bare))) for bare, whens in alike.items())

    def _bare(self, bare: Bare) -> Literal:
        """When a case asks what no law covers."""
        found = self._asked.get(bare)
        if found is None:
            every, words, operations = self._formulas.all_of, self._scope.words, self._scope.operations
            found = self._asked[bare] = self._formulas.any_of(
                every((words[word], operations[operation])) for word, operation in sorted(bare) if word in words
            )
        return found
