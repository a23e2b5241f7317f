"""Usage as a stack and as groups: who was asked, where, for whom; what people say by flags, and what is assumed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from comity.adapters.imports.names import Names, slug
from comity.adapters.imports.providers import PROVIDERS, developer_of
from comity.adapters.usage_imports.operators import OPERATORS
from comity.adapters.usage_imports.read import Usage
from comity.adapters.usage_imports.used import Used
from comity.law.vocabulary import Vocabulary
from comity.posture.replay.groups import Asked, Groups
from comity.stack.regions import country_of, region_of
from comity.stack.types import Application, Deployment, Gap, Model, Party, Site, Stack, Terms

CONTROLLER = "you"
OWN = "own"
MAX_APPLICATIONS = 50
"""Teams or keys that are told apart, the first met; the rest are one."""

NO_CURRENCY = "XXX"
"""ISO 4217's code for no currency: a table of one's own does not say which it is."""

GAP_DAYS = 90
"""For how long a first look accepts that no law is loaded for a place: it is no more than a look."""

_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
EEA = frozenset(_EEA.split())
"""For the choice of packs and of a contracting company alone: law has its own list, with dates."""

PACKS: dict[str, tuple[str, ...]] = {
    "GB": ("uk",),
    "CH": ("ch",),
    "IN": ("in.dpdp", "in.spdi"),
    "AE": ("ae.pdpl", "ae.health"),
    "SA": ("sa.pdpl",),
    "JP": ("jp.appi",),
    "KR": ("kr.pipa",),
    "CN": ("cn.pipl",),
}
"""Packs of a place; of the European Economic Area it is eu.gdpr."""


class Facts(Struct, frozen=True):
    """What the export does not say and law must know."""

    seat: str
    data: tuple[str, ...]
    subjects: tuple[str, ...]
    purpose: str
    law: tuple[str, ...]
    grounds: tuple[str, ...]
    own_hosts: tuple[str, ...] = ()
    currency: str = "USD"


class Drafted(Struct, frozen=True):
    """A stack and the groups that met it. `sources` are pages that say who operates what, by party."""

    stack: Stack
    groups: Groups
    operators: dict[str, str]
    sources: dict[str, str]
    notes: tuple[str, ...]


def packs_for(places: Iterable[str]) -> tuple[str, ...]:
    """The packs that answer for these places, and us.exposure, which says who can be compelled."""
    found: list[str] = []
    for place in places:
        country = place[:2]
        found += ("eu.gdpr",) if country in EEA else PACKS.get(country, ())
    return (*dict.fromkeys(found), "us.exposure")


def drafted(usage: Usage, facts: Facts, vocabulary: Vocabulary, covered: frozenset[str], on: date) -> Drafted:
    """The stack that the usage shows, under these facts. `covered` are the places that a pack in force answers for."""
    made = _Draft(facts, on)
    groups: Groups = {}
    for used, sums in usage.counted.items():
        asked = made.asked(used)
        groups[asked] = groups[asked] + sums if asked in groups else sums
    return Drafted(made.stack(vocabulary, covered), groups, made.names, made.sources, tuple(made.notes))


class _Draft:
    def __init__(self, facts: Facts, on: date) -> None:
        self.facts, self.on = facts, on
        self.parties: dict[str, Party] = {CONTROLLER: Party(seat=facts.seat)}
        self.sites: dict[str, Site] = {OWN: Site(jurisdiction=facts.seat, operator=CONTROLLER)}
        self.models: dict[str, Model] = {}
        self.deployments: dict[str, Deployment] = {}
        self.applications: list[str] = []
        self.names: dict[str, str] = {CONTROLLER: "you"}
        self.sources: dict[str, str] = {}
        self.notes: dict[str, None] = {}
        self._seated: dict[str, set[str]] = {}  # taken to serve from where they are seated
        self._given = Names({CONTROLLER, OWN})
        self._placed: dict[tuple[str, str, str, str], str] = {}

    def asked(self, used: Used) -> Asked:
        """The group of a row, with everything that it names put into the stack."""
        return Asked(
            application=self._application(used.application),
            operation="infer",
            added=((), (), ()),
            model=self._deployment(used),
            wish="",
            realm="",
            conditions="",
            mode="enforce",
            period=used.month,
            placement="",
            deployment=self._deployment(used) if used.answered else "",
            rules=(),
            status="answered" if used.answered else "failed",
        )

    def stack(self, vocabulary: Vocabulary, covered: frozenset[str]) -> Stack:
        """The stack; gaps in the law are accepted by name, and noted."""
        facts = self.facts
        places = {place for site in self.sites.values() for place in site.places}
        places |= {party.seat for party in self.parties.values()} | {*facts.subjects}
        bare = sorted(places - covered)
        regulated = tuple(word for word in facts.data if word not in vocabulary.unregulated)
        if bare and regulated:
            self.notes[f"No law pack answers for {', '.join(bare)}: nothing is said of the law there."] = None
        gaps = tuple(
            Gap(place, regulated, "a first look", self.on + timedelta(days=GAP_DAYS)) for place in bare if regulated
        )
        if self._seated:
            where = "; ".join(f"{', '.join(sorted(names))}: {seat}" for seat, names in sorted(self._seated.items()))
            said = f"The export does not say from where these serve: taken is where they are seated ({where})."
            self.notes = {said: None, **self.notes}
        grounds = facts.grounds or tuple(sorted(vocabulary.grounds))
        if not facts.grounds and regulated:
            self.notes["You are taken to have a legal ground for each use: this look is about whom you send to."] = None
        if any(site.operator != CONTROLLER for site in self.sites.values()):
            self.notes["Providers are taken not to train on what you send: check their terms."] = None
        each = Application(
            controller=CONTROLLER,
            purpose=facts.purpose,
            data=facts.data,
            subjects=facts.subjects,
            grounds=grounds,
            uses=(),
        )
        return Stack(
            origin="first.look/draft",
            law=facts.law,
            sites=self.sites,
            models=self.models,
            deployments=self.deployments,
            applications=dict.fromkeys(self.applications, each),
            uncovered=gaps,
            currency=facts.currency,
            parties=self.parties,
        )

    def _application(self, told: str) -> str:
        name = slug(told) if told else "all"
        if name not in self.applications:
            if len(self.applications) >= MAX_APPLICATIONS:
                name = "others"
            if name not in self.applications:
                self.applications.append(name)
        return name

    def _deployment(self, used: Used) -> str:
        own = used.host in self.facts.own_hosts or PROVIDERS[used.provider].own if used.provider in PROVIDERS else False
        own = own or _loopback(used.host)
        place = "" if own else self._place(used)
        key = used.provider, used.model, place, "own" if own else ""
        if key not in self._placed:
            model = slug(used.model)
            self.models.setdefault(model, Model(developer=self._developer(used.model)))
            site = OWN if own else self._site(used, place)
            name = self._given.give(f"{slug(used.provider)}-{model}" if not own else f"own-{model}")
            terms = Terms(retention="P0D", trains=False) if own else Terms(trains=False)
            self.deployments[name] = Deployment(model=model, site=site, url="", terms=terms)
            self._placed[key] = name
        return self._placed[key]

    def _place(self, used: Used) -> str:
        named = region_of(used.host)
        country = named[1] if named is not None else country_of(used.region)
        if country:
            return country
        operator = OPERATORS.get(used.provider)
        seat = operator.seat if operator is not None else ""
        who = operator.name if operator is not None else used.provider
        if seat:
            self._seated.setdefault(seat, set()).add(who)
        return seat or "US"

    def _site(self, used: Used, place: str) -> str:
        party = self._party(used.provider)
        name = slug(f"{party}-{place.lower()}")
        self.sites.setdefault(name, Site(jurisdiction=place, operator=party))
        return name

    def _party(self, provider: str) -> str:
        """The company that contracts with this controller: in the EEA often another than the parent."""
        known = OPERATORS.get(provider)
        if known is None:
            name = slug(provider)
            self.parties.setdefault(name, Party(seat="US"))
            self.names.setdefault(name, provider)
            self.notes[f"Nobody here knows who operates {provider}; it is taken to be seated in the US."] = None
            return name
        parent = slug(known.name)
        self.sources[known.name] = known.source
        if not known.abroad or self.facts.seat[:2] not in EEA:
            self.parties.setdefault(parent, Party(seat=known.seat))
            self.names.setdefault(parent, known.name)
            return parent
        name = f"{parent}-{known.abroad.lower()}"
        self.parties.setdefault(parent, Party(seat=known.seat))
        self.parties.setdefault(name, Party(seat=known.abroad, controlled_by=parent))
        self.names[name], self.names[parent] = f"{known.name} ({known.abroad})", known.name
        return name

    def _developer(self, model: str) -> str:
        _, _, seat = developer_of(model).rpartition(", ")
        return seat if len(seat) == 2 else "US"


def _loopback(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1") or host.startswith(("10.", "192.168."))
