"""Single changes that may open a deployment: an instrument, a certificate, a statement, a site, terms, an acceptance.

Each knows how hard it is (`hardness`, for choosing the mildest of equally few), what it does to a world, and the lines
of the stack file that say so. None is advice: whether a ground holds or a clause suits is for people to judge.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from comity.law.case import ordered
from comity.placement.remedy.world import Lines, World
from comity.stack.jurisdictions import under_united_states
from comity.stack.types import Agreement, Assessment, Certificate, Dpf, Gap, Gateway, Site, Terms

A_YEAR = timedelta(days=365)
"""How long a supposed instrument holds: long enough to plan with, short enough to be looked at again."""


def a_year_from(day: date) -> date:
    """The end of what begins on the day; the last day that there is, where a year goes beyond it."""
    return day + min(A_YEAR, date.max - day)


class Move(Struct, frozen=True):
    """One change. `hardness` counts from 1, the mildest: what only has to be written down."""

    hardness = 1

    def made(self, world: World) -> World:
        """`world` with the change made."""
        raise NotImplementedError

    def lines(self, world: World) -> Lines:
        """The part of the stack file that makes it; `world` is the one before the change."""
        raise NotImplementedError

    def says(self, world: World) -> str:
        """What is to be done, in words."""
        raise NotImplementedError


class Ground(Move, frozen=True):
    """The controller states a ground on which it processes."""

    word: str

    def made(self, world: World) -> World:
        return replace(
            world, cases=tuple(replace(case, grounds=ordered((*case.grounds, self.word))) for case in world.cases)
        )

    def lines(self, world: World) -> Lines:
        return _of_application(world, {"grounds": [self.word]})

    def says(self, world: World) -> str:
        return f"state the ground {self.word}, if it is one that the controller can show"


class Uses(Move, frozen=True):
    """The application states that it is none of the systems that rules single out."""

    def made(self, world: World) -> World:
        return world.asking(uses=())

    def lines(self, world: World) -> Lines:
        return _of_application(world, {"uses": []})

    def says(self, world: World) -> str:
        return "state what the system does; this is for one that does nothing that a rule singles out"


class Pseudonymise(Move, frozen=True):
    """Direct identifiers are replaced before the request leaves. What remains is personal data in law."""

    left_out: tuple[str, ...]

    hardness = 4

    def made(self, world: World) -> World:
        return replace(
            world,
            cases=tuple(
                replace(case, data=ordered({*case.data, "personal", "pseudonymous"} - {*self.left_out}))
                for case in world.cases
            ),
        )

    def lines(self, world: World) -> Lines:
        return _of_application(world, {"data": list(self.made(world).cases[0].data)})

    def says(self, world: World) -> str:
        return (
            f"pseudonymise {' and '.join(self.left_out)} before the request leaves the application; it stays personal"
            " data in law (`pseudonymise:` in the stack file keeps them from the deployment, and changes no ruling)"
        )


class Sign(Move, frozen=True):
    """Controller and operator sign an instrument."""

    operator: str
    kind: str
    covers: str  # a deployment; empty for everything of the operator's, the relay too

    hardness = 3

    def made(self, world: World) -> World:
        agreement = Agreement(
            between=(world.controller, self.operator),
            kinds=(self.kind,),
            covers=(self.covers,) if self.covers else None,
            until=a_year_from(world.on),
        )
        return replace(world, stack=replace(world.stack, agreements=(*world.stack.agreements, agreement)))

    def lines(self, world: World) -> Lines:
        made: dict[str, Any] = {"between": [world.controller, self.operator], "kinds": [self.kind]}
        if self.covers:
            made["covers"] = [self.covers]
        return {"agreements": [{**made, "until": a_year_from(world.on)}]}

    def says(self, world: World) -> str:
        return f"{world.controller} and {self.operator} sign {self.kind}"


class Assess(Move, frozen=True):
    """The transfer under an instrument that is in force is assessed."""

    agreement: Agreement

    hardness = 2

    def made(self, world: World) -> World:
        done = replace(self.agreement, tia=Assessment("to be written", a_year_from(world.on)))
        others = tuple(each for each in world.stack.agreements if each != self.agreement)
        return replace(world, stack=replace(world.stack, agreements=(*others, done)))

    def lines(self, world: World) -> Lines:
        held = {name: getattr(self.agreement, name) for name in ("between", "kinds", "covers", "since", "until")}
        said = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in held.items()
            if value is not None
        }
        return {"agreements": [{**said, "tia": {"ref": "to be written", "until": a_year_from(world.on)}}]}

    def says(self, world: World) -> str:
        kinds = " and ".join(self.agreement.kinds)
        return f"the transfer under {kinds} between {' and '.join(self.agreement.between)} is assessed (TIA)"


class Certify(Move, frozen=True):
    """The deployment is certified."""

    name: str

    hardness = 6

    def made(self, world: World) -> World:
        return world.serving(certificates=(*world.served.certificates, Certificate(self.name, a_year_from(world.on))))

    def lines(self, world: World) -> Lines:
        made = {"certificates": [{"name": self.name, "until": a_year_from(world.on)}]}
        return {"deployments": {world.deployment: made}}

    def says(self, world: World) -> str:
        return f"{world.deployment} is certified {self.name}"


class Reach(Move, frozen=True):
    """The deployment reaches the assurance that the application asks for."""

    levels: tuple[tuple[str, int], ...]

    hardness = 6

    def made(self, world: World) -> World:
        return world.serving(seal={**world.served.seal, **dict(self.levels)})

    def lines(self, world: World) -> Lines:
        return {"deployments": {world.deployment: {"seal": dict(self.levels)}}}

    def says(self, world: World) -> str:
        levels = ", ".join(f"SEAL-{level} for {objective}" for objective, level in self.levels)
        return f"{world.deployment} reaches {levels}"


class Promise(Move, frozen=True):
    """The operator's terms say that it does not train on content, or does not keep it."""

    what: Literal["trains", "retention"]

    hardness = 3

    def made(self, world: World) -> World:
        held = world.served.terms or Terms()
        said = replace(held, trains=False) if self.what == "trains" else replace(held, retention="P0D")
        return world.serving(terms=said)

    def lines(self, world: World) -> Lines:
        said: dict[str, Any] = {"trains": False} if self.what == "trains" else {"retention": "P0D"}
        return {"deployments": {world.deployment: {"terms": said}}}

    def says(self, world: World) -> str:
        what = "does not train on content" if self.what == "trains" else "keeps no content after the answer"
        return f"the terms of {world.site.operator} say that it {what}"


class Enlist(Move, frozen=True):
    """The operator certifies itself under the Data Privacy Framework, with the extension that is asked for."""

    party: str
    uk: bool = False
    swiss: bool = False

    hardness = 6

    def made(self, world: World) -> World:
        party = world.stack.parties[self.party]
        held = party.dpf
        dpf = Dpf(
            max(held.until, world.on) if held and held.until >= world.on else a_year_from(world.on),
            uk=self.uk or bool(held and held.uk),
            swiss=self.swiss or bool(held and held.swiss),
        )
        parties = {**world.stack.parties, self.party: replace(party, dpf=dpf)}
        return replace(world, stack=replace(world.stack, parties=parties))

    def lines(self, world: World) -> Lines:
        dpf = self.made(world).stack.parties[self.party].dpf
        assert dpf is not None
        said: dict[str, Any] = {"until": dpf.until}
        said |= {name: True for name in ("uk", "swiss") if getattr(dpf, name)}
        return {"parties": {self.party: {"dpf": said}}}

    def says(self, world: World) -> str:
        more = " with the UK Extension" if self.uk else " (Swiss-U.S.)" if self.swiss else ""
        who = self.party
        if not under_united_states(world.stack.parties[self.party].seat):  # it cannot itself; who receives there can
            who = f"who receives for {self.party} in the United States"
        return f"{who} certifies itself under the Data Privacy Framework{more}"


class Settle(Move, frozen=True):
    """The same operator serves it from a site in another place."""

    place: str

    hardness = 7

    def made(self, world: World) -> World:
        site = Site(jurisdiction=self.place, operator=world.site.operator, accelerators=world.site.accelerators)
        name = self._name(world)
        moved = replace(world, stack=replace(world.stack, sites={**world.stack.sites, name: site}))
        return moved.serving(site=name)

    def lines(self, world: World) -> Lines:
        site: dict[str, Any] = {"jurisdiction": self.place, "operator": world.site.operator}
        if world.site.accelerators is not None:
            site["accelerators"] = list(world.site.accelerators)
        name = self._name(world)
        return {"sites": {name: site}, "deployments": {world.deployment: {"site": name}}}

    def says(self, world: World) -> str:
        return f"{world.site.operator} serves it from a site in {self.place}"

    def _name(self, world: World) -> str:
        return f"{world.deployment[:48]}-{self.place.lower()[:15]}"


class MoveTo(Move, frozen=True):
    """It is served from another site of the stack."""

    site: str
    same_operator: bool

    @property
    def hardness(self) -> int:  # type: ignore[override]
        return 7 if self.same_operator else 9

    def made(self, world: World) -> World:
        return world.serving(site=self.site)

    def lines(self, world: World) -> Lines:
        return {"deployments": {world.deployment: {"site": self.site}}}

    def says(self, world: World) -> str:
        there = world.stack.sites[self.site]
        return f"the model is served at {self.site} ({', '.join(there.places)}; {there.operator})"


class Relay(Move, frozen=True):
    """The gateway runs at another site of the stack."""

    site: str

    hardness = 8

    def made(self, world: World) -> World:
        return replace(world, stack=replace(world.stack, gateway=Gateway(self.site)))

    def lines(self, world: World) -> Lines:
        return {"gateway": {"site": self.site}}

    def says(self, world: World) -> str:
        return f"the gateway runs at {self.site}"


class Accept(Move, frozen=True):
    """The stack accepts that no law is loaded for a place, by name and until a date."""

    jurisdiction: str
    data: tuple[str, ...]

    hardness = 5

    def made(self, world: World) -> World:
        gap = Gap(self.jurisdiction, self.data, "to be written", self._end(world.on))
        return replace(world, stack=replace(world.stack, uncovered=(*world.stack.uncovered, gap)))

    def lines(self, world: World) -> Lines:
        said = {
            "jurisdiction": self.jurisdiction,
            "data": list(self.data),
            "why": "to be written",
            "until": self._end(world.on),
        }
        return {"uncovered": [said]}

    def says(self, world: World) -> str:
        return f"accept that no law is loaded for {', '.join(self.data)} data in {self.jurisdiction}"

    @staticmethod
    def _end(on: date) -> date:
        return a_year_from(on)


def _of_application(world: World, said: dict[str, Any]) -> Lines:
    """Lines of the application; of the case itself where it comes from elsewhere."""
    return {"applications": {world.application: said}} if world.application else {"case": said}
