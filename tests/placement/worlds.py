"""Random stacks, cases and wishes over a few jurisdictions, under the packs that ship."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache

from hypothesis import strategies as st

from comity.adapters.packs import load_packs, pack_folders, schema_text, vocabulary, zone
from comity.law.case import Addition, Case, ordered
from comity.law.pack import Pack
from comity.law.precedents import Precedents
from comity.law.realm import Realm
from comity.stack.types import (
    Agreement,
    AnyOf,
    Application,
    Assessment,
    Certificate,
    Deployment,
    Dpf,
    Gateway,
    Model,
    Party,
    Price,
    Site,
    Stack,
    Terms,
)

PLACES = ("FR", "DE", "IE", "US", "IN", "AE", "AE-DU-x-difc", "GB", "BR", "KE")
PARTIES = ("agency", "bank", "hexagone", "columbia", "bharat", "gulf")
PACKS = tuple(sorted(pack_folders()))
USUAL = ("ae.health", "eu.gdpr", "in.dpdp", "in.spdi", "prudent.extraterritorial", "us.exposure")
DAYS = (
    date(2025, 12, 27),
    date(2025, 12, 28),
    date(2026, 6, 12),
    date(2026, 11, 23),
    date(2027, 5, 12),
    date(2027, 5, 13),
)
FILE_DATE = date(2026, 11, 1)
WORDS = vocabulary()

COVERED = ("FR", "DE", "IE", "IN")
places = st.one_of(st.sampled_from(COVERED), st.sampled_from(COVERED), st.sampled_from(PLACES))  # mostly covered
days = st.sampled_from(DAYS)
ends = st.sampled_from([None, date(2026, 11, 22), date(2026, 11, 23), date(2028, 1, 1)])


def instant(day: date) -> int:
    """Noon UTC of `day`."""
    return int(datetime.combine(day, time(12), UTC).timestamp() * 1000)


@st.composite
def parties(draw: st.DrawFn) -> dict[str, Party]:
    """Six parties; control only points to earlier ones, so it goes in no circle."""
    made: dict[str, Party] = {}
    for name in PARTIES:
        above = draw(st.sampled_from([None, "US", "FR", *made]))
        made[name] = Party(
            seat=draw(places),
            controlled_by=above,
            presence=draw(st.sampled_from([None, ("US",), ("FR", "IN")])),
            public=draw(st.booleans()),
            ecsp=draw(st.sampled_from([None, None, True, False])),
            dpf=draw(st.sampled_from([None, Dpf(date(2026, 11, 22)), Dpf(date(2028, 1, 1))])),
        )
    return made


@st.composite
def stacks(draw: st.DrawFn, law: tuple[str, ...] | None = None) -> Stack:
    """A stack of up to six deployments. Half of them have every instrument, so that much is permitted and one date,
    one place or one word decides.
    """
    made = draw(parties())
    if law is None:  # a realm of all packs takes a tenth of a second, and no example needs them all
        law = tuple(sorted({*USUAL, *draw(st.lists(st.sampled_from(PACKS), max_size=2))}))
    friendly = draw(st.booleans())
    law = tuple(name for name in law if not (friendly and name.startswith("prudent.")))
    sites = {
        f"s{number}": Site(
            jurisdiction=draw(
                st.one_of(places, st.builds(AnyOf, st.lists(places, min_size=1, max_size=2, unique=True).map(tuple)))
            ),
            operator=draw(st.sampled_from([*PARTIES, "FR", "US"])),
            accelerators=draw(st.sampled_from([None, ("nvidia-h100",)])),
        )
        for number in range(draw(st.integers(1, 4)))
    }
    deployments = {
        f"d{number}": Deployment(
            model="m",
            site=draw(st.sampled_from(sorted(sites))),
            url=f"http://127.0.0.1:{9000 + number}/v1",
            price=draw(st.sampled_from([None, Price(1.0, 2.0), Price(0.1, 0.3)])),
            certificates=draw(st.sampled_from([(), (Certificate("HDS"),), (Certificate("C5", date(2026, 11, 23)),)])),
            terms=Terms("P0D", False)
            if friendly
            else draw(st.sampled_from([None, Terms("P0D", False), Terms("P30D", True)])),
        )
        for number in range(draw(st.integers(1, 6)))
    }
    agreements = tuple(
        Agreement(
            between=(draw(st.sampled_from(["agency", "bank"])), draw(st.sampled_from(PARTIES))),
            kinds=tuple(draw(st.lists(st.sampled_from(sorted(WORDS.kinds)), min_size=1, max_size=4, unique=True))),
            covers=draw(st.sampled_from([None, None, ("d0",)])),
            until=draw(ends),
            tia=draw(
                st.sampled_from([None, Assessment("T-1", date(2026, 11, 22)), Assessment("T-2", date(2028, 1, 1))])
            ),
        )
        for _ in range(draw(st.integers(0, 5)))
    )
    if friendly:
        tia = draw(st.sampled_from([Assessment("T", date(2026, 11, 22)), Assessment("T", date(2028, 1, 1))]))
        agreements = tuple(
            Agreement((controller, operator), tuple(sorted(WORDS.kinds)), until=draw(ends), tia=tia)
            for controller in ("agency", "bank")
            for operator in PARTIES
            if controller != operator
        )
    return Stack(
        origin="example.org/random",
        law=law,
        parties=made,
        agreements=agreements,
        sites=sites,
        models={"m": Model(developer=draw(st.sampled_from(["FR", "US", "hexagone"])))},
        deployments=deployments,
        applications={"app": Application(controller="agency", purpose="general", data=(), subjects=())},
        gateway=draw(st.sampled_from([None, None, Gateway("s0")])),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case of one of two controllers, or of an unnamed one."""
    return Case(
        operation="infer",
        controller=draw(st.sampled_from(["agency", "agency", "bank", "FR", "IN"])),
        purpose=draw(st.sampled_from(sorted(WORDS.purposes))),
        data=ordered(draw(st.lists(st.sampled_from(sorted(WORDS.data)), max_size=3))),
        subjects=ordered(draw(st.lists(places, max_size=2))),
        grounds=ordered(
            draw(st.one_of(st.just(tuple(WORDS.grounds)), st.lists(st.sampled_from(sorted(WORDS.grounds)), max_size=6)))
        ),
        roles=ordered(draw(st.lists(st.sampled_from(sorted(WORDS.roles)), max_size=2))),
        output=ordered(draw(st.lists(places, max_size=2))),
    )


additions = st.builds(
    Addition,
    data=st.lists(st.sampled_from(sorted(WORDS.data)), max_size=3).map(ordered),
    subjects=st.lists(places, max_size=2).map(ordered),
    purposes=st.lists(st.sampled_from(sorted(WORDS.purposes)), max_size=2).map(ordered),
)


@cache
def packs(law: tuple[str, ...]) -> tuple[Pack, ...]:
    """The packs of that name, read once."""
    return load_packs(law)


READ = Precedents()
"""Shared by all worlds, as by those of a scenario: a rule is read once, whatever the stack."""


def realm(stack: Stack, day: date) -> Realm:
    """The realm of `stack` on `day`."""
    return Realm(stack, packs(tuple(stack.law)), WORDS, schema_text(), instant(day), zone, FILE_DATE, READ)


PLAIN = Stack(
    origin="example.org/comity",
    law=(),
    parties={"agency": Party(seat="FR")},
    sites={"s0": Site(jurisdiction="FR", operator="agency")},
    models={"m": Model(developer="FR")},
    deployments={name: Deployment(model="m", site="s0", url="https://one.example/v1") for name in ("d0", "d1", "d2")},
    applications={"desk": Application(controller="agency", purpose="research", data=(), subjects=("FR",))},
)
"""Three deployments alike, and nothing that law would say about them."""

PLAIN_CASE = Case(operation="infer", controller="agency", subjects=("FR",), data=(), purpose="research")
