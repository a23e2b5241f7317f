"""A second opinion on claims: Cedar's JSON form to z3, jurisdiction by jurisdiction and controller by controller.

It shares no code with `comity.posture.claims` beyond the reading of a claim's words. Nothing is sorted into kinds here,
nothing is simplified: every jurisdiction is a variable of its own, and z3 finds out.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import z3

from comity.law.candidates import GATEWAY
from comity.law.duties import SOONEST
from comity.law.epoch import _jurisdictions
from comity.law.obligations import parsed, seconds
from comity.law.realm import Realm
from comity.placement.cases import observed, registered
from comity.posture.claims.claim import AtLeast, Claim, Never, Obliges, Term
from comity.stack import facts
from comity.stack.jurisdictions import NAMES

SET_FACTS = {"roles": ("Role", "roles"), "grounds": ("Ground", "grounds"), "uses": ("Use", "uses")}
ENUM_FACTS = {"operation": "Operation", "purpose": "Purpose", "risk": "Risk", "sector": "Sector"}
CASE_KEYS = {
    "data": "data", "subjects": "subjects", "output": "output", "purpose": "purpose", "risk": "risk",
    "sector": "sector", "ground": "grounds", "role": "roles", "use": "uses", "operation": "operation",
    "controller": "controller", "public": "controllerPublic",
}  # fmt: skip
PLACE_KEYS = {
    "jurisdiction": ["site"], "operator": ["operator"], "control": ["control"], "presence": ["presence"],
    "compelled-by": ["control", "presence"], "developer": ["developer"], "kind": ["kinds"], "assessed": ["assessed"],
    "certificate": ["certificates"], "accelerator": ["accelerators"], "own": ["own"], "trains": ["trains"], "dpf": ["dpf"],
}  # fmt: skip


class Opinion:
    """One realm in z3."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self.up = _closure(_jurisdictions(realm.epoch.groups))
        self.who = [*realm.stack.parties, *NAMES]
        self.faces = {name: realm.faces(name) for name in self.who}
        self._made: dict = {}  # what was written once, by what it was written of
        self._scopes: dict = {}
        self._solvers: dict[str, z3.Solver] = {}

    def holds(self, claim: Claim) -> bool:
        """Whether z3 finds no case that breaks the claim."""
        assert not claim.dated
        if isinstance(claim.says, AtLeast):
            return all(self._enough(claim, app) for app in claim.apps)
        watched = [name for name, each in self.realm.stack.applications.items() if observed(each, self.realm.since)]
        scopes = [(app, app not in watched) for app in claim.apps]
        if not claim.apps:
            scopes = [("", True), *((app, False) for app in watched)]
        if claim.unless_observed:
            scopes = [scope for scope in scopes if scope[1]]
        return not any(self._broken(claim, app, enforced) for app, enforced in scopes)

    def _broken(self, claim: Claim, app: str, enforced: bool) -> bool:
        _, main, others = self._case(app)
        views: dict[object, tuple[dict, list]] = {}
        for name in [self.realm.stack.applications[app].controller] if app else self.who:
            faces = self.faces[name]
            key = tuple((each, face.profiles, face.touched) for each, face in sorted(faces.items()))
            views.setdefault(key, (faces, []))[1].append(main["who"] == self.who.index(name))
        floor = registered(self.realm.stack.applications[app]).floor if app else ()
        models = self.realm.stack.applications[app].models if app else None
        fits = [self._case_term(main, term) for term in claim.case]
        broken = []
        for faces, when in views.values():
            for name, deployment in self.realm.stack.deployments.items():
                if models is not None and deployment.model not in models:
                    continue
                face, gateway = faces[name], faces[GATEWAY]
                hops = list(face.profiles)
                about_places = any(term.key in PLACE_KEYS for term in claim.place)
                if self.realm.stack.gateway is not None and isinstance(claim.says, Never) and about_places:
                    hops += gateway.profiles
                at = []
                for hop in hops:
                    here = [self._term(main, hop, name, term) for term in claim.place]
                    excuses = [z3.And([self._term(main, hop, name, term) for term in each]) for each in claim.unless]
                    at.append(z3.And([*here, z3.Not(z3.Or(excuses))]))
                parts = [z3.Or(when), z3.Or(at), *fits]
                if enforced:
                    parts += [self._permitted(case, face, gateway, floor) for case in (main, *others)]
                if isinstance(claim.says, Obliges):
                    parts.append(z3.Not(self._owed(main, face, gateway, claim.says)))
                broken.append(z3.And(parts))
        return self._possible(app, z3.Or(broken))

    def _possible(self, app: str, asked: z3.BoolRef) -> bool:
        """Whether a case of the scope fits. The solver of a scope is kept, with what it has learned."""
        if app not in self._solvers:
            self._solvers[app] = z3.Solver()
            self._solvers[app].add(self._case(app)[0])
        flag = z3.FreshBool()
        self._solvers[app].add(z3.Implies(flag, asked))
        answer = self._solvers[app].check(flag)
        assert answer != z3.unknown
        return bool(answer == z3.sat)

    # --- the case ----------------------------------------------------------------------------------------------------

    def _case(self, app: str) -> tuple[list, dict, list[dict]]:
        if app not in self._scopes:
            bounds: list = []
            self._scopes[app] = (bounds, *self._opened(app, bounds))
        return self._scopes[app]

    def _opened(self, app: str, bounds: list) -> tuple[dict, list[dict]]:
        words = self.realm.vocabulary
        case: dict = {"who": z3.Int("who")}
        bounds += [case["who"] >= 0, case["who"] < len(self.who)]
        for fact in ENUM_FACTS:
            case[fact] = z3.Int(fact)
            bounds += [case[fact] >= 0, case[fact] < len(getattr(words, f"{fact}s"))]
        for fact, known in (("data", words.data), ("subjects", NAMES), ("output", NAMES)):
            case[fact] = {word: z3.Bool(f"{fact} {word}") for word in known}
        for fact, (_, known) in SET_FACTS.items():
            case[fact] = {word: z3.Bool(f"{fact} {word}") for word in getattr(words, known)}
        bounds.extend([z3.Implies(case["uses"]["unstated"], z3.Not(each)) for word, each in case["uses"].items() if word != "unstated"])  # fmt: skip
        case["placed"] = z3.Int("placed")
        bounds += [case["placed"] >= 0, case["placed"] <= len(words.milestones)]
        objectives = sorted({word.rpartition(":")[0] for word in words.seals})
        case["seal"] = {each: z3.Int(f"seal {each}") for each in objectives}
        bounds.extend([z3.And(each >= 0, each <= 4) for each in case["seal"].values()])
        if not app:
            return case, []
        stated = registered(self.realm.stack.applications[app])
        bounds.append(case["who"] == self.who.index(stated.controller))
        for fact in ("risk", "sector"):
            bounds.append(case[fact] == list(getattr(words, f"{fact}s")).index(getattr(stated, fact)))
        for fact in (*SET_FACTS, "output"):
            bounds.extend([each == (word in getattr(stated, fact)) for word, each in case[fact].items()])
        bounds.extend([case[fact][word] for fact in ("data", "subjects") for word in getattr(stated, fact)])
        days = sorted(words.milestones)
        bounds.append(case["placed"] == (1 + sum(day <= stated.placed for day in days) if stated.placed else 0))
        held = dict(seal.rpartition(":")[::2] for seal in stated.seal)
        bounds.extend([level == int(held.get(each, 0)) for each, level in case["seal"].items()])
        purpose = z3.IntVal(list(words.purposes).index(stated.purpose))
        narrow = {
            fact: {word: z3.BoolVal(word in getattr(stated, fact)) for word in case[fact]}
            for fact in ("data", "subjects")
        }
        return case, [{**case, "purpose": purpose}, {**case, "purpose": purpose, **narrow}]

    def _once(self, key, make):
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _principal(self, case: dict) -> dict[str, tuple]:
        return self._once(("principal", id(case)), lambda: self._seen(case))

    def _seen(self, case: dict) -> dict[str, tuple]:
        words = self.realm.vocabulary
        found: dict[str, tuple] = {}
        for fact, kind in ENUM_FACTS.items():
            known = list(getattr(words, f"{fact}s"))
            found[fact] = ("one", [((kind, word), case[fact] == at) for at, word in enumerate(known)])
        for fact, (kind, _) in SET_FACTS.items():
            found[fact] = ("set", [((kind, word), when) for word, when in case[fact].items()])
        for fact in ("subjects", "output"):
            found[fact] = ("bag", [(("Jurisdiction", place), when) for place, when in case[fact].items()])
        closed = {up: [] for up in words.data}
        for word, when in case["data"].items():
            for up in words.close((word,)):
                closed[up].append(when)
        found["data"] = ("bag", [(("DataClass", up), z3.Or(whens)) for up, whens in closed.items()])
        days = sorted(words.milestones)  # placed: 0 is not stated, k + 1 is on or after k of them
        before = [
            (("Milestone", day), z3.And(case["placed"] > 0, case["placed"] <= at + 1)) for at, day in enumerate(days)
        ]
        found["before"] = ("set", before)
        levels = [(seal, *seal.rpartition(":")[::2]) for seal in words.seals]
        found["sealMin"] = ("set", [(("Seal", seal), case["seal"][each] >= int(level)) for seal, each, level in levels])
        seats: dict[str, list] = {}
        for at, name in enumerate(self.who):
            seats.setdefault(facts.seat(self.realm.stack, name), []).append(case["who"] == at)
        found["controller"] = ("one", [(("Jurisdiction", seat), z3.Or(when)) for seat, when in seats.items()])
        public = [at for at, name in enumerate(self.who) if facts.party(self.realm.stack, name).public]
        found["controllerPublic"] = ("bool", z3.Or([case["who"] == at for at in public]))
        return found

    # --- the candidate -----------------------------------------------------------------------------------------------

    def _resource(self, profile) -> dict[str, tuple]:
        return self._once(("resource", profile), lambda: self._of_profile(profile))

    def _of_profile(self, profile) -> dict[str, tuple]:
        listed = {(each["uid"]["type"], each["uid"]["id"]): each for each in profile.entities("p")}
        found: dict[str, tuple] = {}
        for name, value in listed["Comity::Profile", "p"]["attrs"].items():
            if isinstance(value, bool):
                found[name] = ("bool", z3.BoolVal(value))
            elif isinstance(value, list):
                found[name] = ("set", [(_short(each["__entity"]), z3.BoolVal(True)) for each in value])
            else:
                uid = value["__entity"]
                parents = listed.get((uid["type"], uid["id"]), {}).get("parents")
                members = [uid] if parents is None else parents
                kind = "one" if parents is None else "bag"
                found[name] = (kind, [(_short(each), z3.BoolVal(True)) for each in members])
        return found

    # --- rules -------------------------------------------------------------------------------------------------------

    def _permitted(self, case: dict, face, gateway, floor) -> z3.BoolRef:
        key = ("permitted", id(case), face.profiles, gateway.profiles, face.touched, gateway.touched, floor)
        return self._once((*key, face.name), lambda: self._allowed(case, face, gateway, floor))

    def _allowed(self, case: dict, face, gateway, floor) -> z3.BoolRef:
        if any(face.short(floor)) or any(gateway.short(floor)):
            return z3.BoolVal(False)
        forbids = [self._forbids(case, profile) for profile in (*face.profiles, *gateway.profiles)]
        return z3.Not(z3.Or([*forbids, *self._gaps(case, face, gateway)]))

    def _forbids(self, case: dict, profile) -> z3.BoolRef:
        rules = [rule for rule in self.realm.rules.values() if rule.kind == "prohibit"]
        return self._once(
            ("forbids", id(case), profile), lambda: z3.Or([self._fires(rule.policy, case, profile) for rule in rules])
        )

    def _gaps(self, case: dict, face, gateway):
        for place, touch in {*face.touched, *gateway.touched}:
            here = [(place, touch, z3.BoolVal(True))]
            yield self._once(("gap", id(case), place, touch), lambda here=here: self._gap(case, here))
        seats = [facts.seat(self.realm.stack, name) for name in self.who]
        touched = [(place, "subjects", when) for place, when in case["subjects"].items()]
        touched += [(seat, "controller", case["who"] == at) for at, seat in enumerate(seats)]
        yield self._once(("gaps", id(case)), lambda: self._gap(case, touched))

    def _gap(self, case: dict, touched) -> z3.BoolRef:
        words = self.realm.vocabulary
        found = []
        for word in words.data:
            for at, operation in enumerate(words.operations if word not in words.unregulated else ()):
                bare = [when for place, touch, when in touched if self._bare(place, touch, word, operation)]
                found.append(z3.And(case["data"][word], case["operation"] == at, z3.Or(bare)))
        return z3.Or(found)

    def _bare(self, place: str, touch: str, word: str, operation: str) -> bool:
        cells = self.realm.epoch.covered.cells
        closure = self.realm.vocabulary.close((word,))
        covered = any((place, touch, up, operation) in cells for up in closure)
        return not covered and not self.realm.accepted(place, word)

    def _owed(self, case: dict, face, gateway, duty: Obliges) -> z3.BoolRef:
        return z3.Or(
            [
                self._fires(rule.policy, case, profile)
                for profile in (*face.profiles, *gateway.profiles)
                for rule in self.realm.rules.values()
                if rule.kind == "oblige" and any(_enough(key, value, duty) for key, value in parsed(rule.obligation))
            ]
        )

    def _fires(self, policy, case: dict, profile) -> z3.BoolRef:
        env = {"principal": self._principal(case), "resource": self._resource(profile)}
        parts = []
        for condition in policy["conditions"]:
            body = self._bool(condition["body"], env)
            parts.append(body if condition["kind"] == "when" else z3.Not(body))
        return z3.And(parts)

    def _bool(self, expr, env) -> z3.BoolRef:
        form = next(iter(expr))
        part = expr[form]
        if form == "&&":
            return z3.And(self._bool(part["left"], env), self._bool(part["right"], env))
        if form == "||":
            return z3.Or(self._bool(part["left"], env), self._bool(part["right"], env))
        if form == "!":
            return z3.Not(self._bool(part["arg"], env))
        if form == "if-then-else":
            return z3.If(*(self._bool(part[each], env) for each in ("if", "then", "else")))
        if form == "Value":
            assert isinstance(part, bool)
            return z3.BoolVal(part)
        if form == ".":
            kind, value = self._thing(expr, env)
            assert kind == "bool"
            return value
        if form == "isEmpty":
            return z3.Not(z3.Or([when for _, when in self._thing(part["arg"], env)[1]]))
        left, right = self._thing(part["left"], env), self._thing(part["right"], env)
        if form in ("==", "!="):
            if left[0] == "bool":
                same = left[1] == right[1]
            else:
                assert left[0] == right[0] == "one"
                same = z3.Or([z3.And(one, other) for a, one in left[1] for b, other in right[1] if a == b])
            return same if form == "==" else z3.Not(same)
        if form == "in":
            assert left[0] in ("one", "bag") and right[0] in ("one", "set")
            held = dict(right[1])
            return z3.Or([z3.And(when, held[b]) for a, when in left[1] for b in self.up.get(a, {a}) if b in held])
        assert left[0] == "set"
        if form in ("contains", "containsAny"):
            return z3.Or([z3.And(one, other) for a, one in left[1] for b, other in right[1] if a == b])
        assert form == "containsAll", form
        held = dict(left[1])
        return z3.And([z3.Implies(other, held.get(b, z3.BoolVal(False))) for b, other in right[1]])

    def _thing(self, expr, env) -> tuple:
        form = next(iter(expr))
        part = expr[form]
        if form == ".":
            return env[part["left"]["Var"]][part["attr"]]
        if form == "Set":
            return "set", [pair for each in part for pair in self._thing(each, env)[1]]
        if form == "Value" and isinstance(part, dict):
            return "one", [(_short(part["__entity"]), z3.BoolVal(True))]
        return "bool", self._bool(expr, env)

    # --- terms -------------------------------------------------------------------------------------------------------

    def _case_term(self, case: dict, term: Term) -> z3.BoolRef:
        return self._once(("term", id(case), term), lambda: self._fits(case, term))

    def _fits(self, case: dict, term: Term) -> z3.BoolRef:
        named = [
            at for at, name in enumerate(self.who) if term.key == "controller" and name in term.words and name.islower()
        ]
        found = z3.Or(
            [self._word(self._principal(case)[CASE_KEYS[term.key]], term), *(case["who"] == at for at in named)]
        )
        return z3.Not(found) if term.negated else found

    def _term(self, case: dict, hop, name: str, term: Term) -> z3.BoolRef:
        if term.key in CASE_KEYS:
            return self._case_term(case, term)
        stack = self.realm.stack
        site = stack.gateway.site if hop.gateway and stack.gateway else stack.deployments[name].site
        if term.key in ("deployment", "model", "site"):
            is_ = {"deployment": name, "model": stack.deployments[name].model, "site": site}[term.key]
            found = z3.BoolVal(is_ in term.words)
        else:
            facts_ = self._resource(hop)
            found = z3.Or([self._word(facts_[fact], term) for fact in PLACE_KEYS[term.key]])
            if term.key == "operator" and not (hop.gateway and not stack.gateway):
                found = z3.Or(found, z3.BoolVal(stack.sites[site].operator in term.words))
        return z3.Not(found) if term.negated else found

    def _word(self, fact: tuple, term: Term) -> z3.BoolRef:
        kind, value = fact
        if kind == "bool":
            return z3.Or([value if word == "yes" else z3.Not(value) for word in term.words])
        return z3.Or([when for each, when in value if any(up[1] in term.words for up in self.up.get(each, {each}))])

    # --- claims that count -------------------------------------------------------------------------------------------

    def _enough(self, claim: Claim, app: str) -> bool:
        says = claim.says
        words, stack = self.realm.vocabulary, self.realm.stack
        stated = registered(stack.applications[app])
        _, case, (_, narrow) = self._case(app)
        bounds = []
        bounds.append(case["operation"] == list(words.operations).index("infer"))
        addable = {fact: set(getattr(stated, fact)) for fact in ("data", "subjects")}
        purposes = [stated.purpose]
        for term in claim.adding:
            if term.key == "data":
                addable["data"] |= {word for word in words.data if set(words.close((word,))) & set(term.words)}
            elif term.key == "subjects":
                inside = lambda place: any(up[1] in term.words for up in self.up["Jurisdiction", place])  # noqa: B023, E731
                addable["subjects"] |= {place for place in NAMES if inside(place)}
            else:
                purposes += term.words
        for fact, allowed in addable.items():
            bounds.extend([z3.Not(when) for word, when in case[fact].items() if word not in allowed])
        wide = [
            self._once(
                ("wide", app, each), lambda each=each: {**case, "purpose": z3.IntVal(list(words.purposes).index(each))}
            )
            for each in purposes
        ]
        faces = self.faces[stated.controller]
        permitted = {}
        for name in stack.deployments:
            if all(self._plain(faces[name].profiles, name, term) for term in claim.place):
                each = (self._permitted(one, faces[name], faces[GATEWAY], stated.floor) for one in (narrow, *wide))
                permitted[name] = z3.And(list(each))
        marks: list[Callable[[str], set[str]]] = [lambda name: {name}]
        if says.kinds:
            marks = [lambda name, kind=kind: self._marks(kind, name) for kind in says.kinds]
        ways = [
            z3.And([permitted[name] for name in chosen])
            for mark in marks
            for chosen in combinations(permitted, says.number)
            if all(not (mark(a) & mark(b)) and "unknown" not in mark(a) | mark(b) for a, b in combinations(chosen, 2))
        ]
        return not self._possible(app, z3.And([*bounds, z3.Not(z3.Or(ways))]))

    def _plain(self, profiles, name: str, term: Term) -> bool:
        return all(z3.is_true(z3.simplify(self._term({}, profile, name, term))) for profile in profiles)

    def _marks(self, kind: str, name: str) -> set[str]:
        site = self.realm.stack.sites[self.realm.stack.deployments[name].site]
        if kind == "operator":
            return {site.operator}
        if kind == "accelerator":
            return {each.split("-")[0] for each in site.accelerators or ("unknown",)}
        assert kind == "control"
        chain, last = {site.operator}, site.operator
        while last.islower() and self.realm.stack.parties[last].controlled_by:
            last = self.realm.stack.parties[last].controlled_by or ""
            chain.add(last)
        return chain


def _enough(key: str, value: str, duty: Obliges) -> bool:
    if key != duty.key or (duty.order == "=" and value != duty.value):
        return False
    if duty.order in ("", "="):
        return True
    if duty.order == "<=":
        return value in SOONEST or (seconds(value) or 10**12) <= (seconds(duty.value) or 0)
    return (seconds(value) or 0) >= (seconds(duty.value) or 10**12)


def _short(uid) -> tuple[str, str]:
    return uid["type"].split("::")[1], uid["id"]


def _closure(entities) -> dict[tuple[str, str], set]:
    above = {_short(each["uid"]): [_short(parent) for parent in each["parents"]] for each in entities}

    def up(uid) -> set:
        return {uid}.union(*(up(parent) for parent in above.get(uid, ())))

    return {uid: up(uid) for uid in above}
