"""The tour's stack as a realm, and a log that was made under it."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from functools import cache

from msgspec.structs import replace

from comity.adapters.archives import RealmArchive, library_of, worlds_of
from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.adapters.stack_files import read_stack
from comity.cli.tour.gateway import stack_text
from comity.law.realm import Realm
from comity.placement.types import Placement
from comity.posture.replay.engine import replay
from comity.posture.replay.groups import Asked, Groups, Sums, latency_of
from comity.posture.replay.lots import question_of
from comity.posture.replay.report import Report
from comity.posture.replay.worlds import Worlds
from comity.posture.scenario.read import read_scenario
from comity.stack.surroundings import Surroundings, Words

NOW = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
HEAD = "scenario: made\ntitle: Made for a test\ndate: 2026-11-23\n"


@cache
def stack():
    words = vocabulary()
    every = {name: frozenset(getattr(words, name)) for name in Words.__dataclass_fields__}
    around = Surroundings(
        today=date(2026, 11, 23),
        words=Words(**every),
        packs=frozenset({"eu.gdpr", "in.dpdp", "in.spdi", "ae.health", "us.exposure", "prudent.extraterritorial"}),
        environment=None,
        file_exists=None,
        file_date=date(2026, 11, 1),
        embedded=None,
    )
    reading = read_stack(stack_text(2027).encode(), "tour", around)
    assert reading.stack is not None, reading.problems
    return reading.stack


def realm_of(made) -> Realm:
    return Realm(made, load_packs(made.law), vocabulary(), schema_text(), NOW, zone, date(2026, 11, 1))


@cache
def realm() -> Realm:
    return realm_of(stack())


def worlds(*realms: Realm) -> Worlds:
    return worlds_of(RealmArchive(realms or (realm(),)))


ADDED = (
    ((), (), ()),
    (("contact",), (), ()),
    ((), ("DE",), ()),
    (("health",), ("FR",), ()),
    ((), ("AE",), ()),
)


def log(seed: int = 1, groups: int = 60, under: Realm | None = None) -> Groups:
    """Groups whose placements and answers are those that the realm gives."""
    under = under or realm()
    world = worlds(under).before(under.digest, "")
    assert world is not None
    die = random.Random(seed)
    made: Groups = {}
    for _ in range(groups):
        asked = Asked(
            application=die.choice(sorted(under.stack.applications)),
            operation="infer",
            added=die.choice(ADDED),
            model="civic-tiny",
            wish=die.choice(["", "", '{"language":"fr"}']),
            realm=under.digest,
            conditions=world.conditions.digest,
            mode="enforce",
            period=die.choice(["2026-10", "2026-11"]),
            placement="",
            deployment="",
            rules=(),
            status="refused",
        )
        said = world.answer(question_of(asked))
        n = die.randint(1, 500)
        sums = Sums(n)
        if isinstance(said, Placement):
            first = said.tiers[0][0].deployment
            asked = replace(asked, placement=said.digest, deployment=first, status="answered")
            latency = tuple(n * each for each in latency_of(die.choice([40, 200, 900])))
            price = world.stack.deployments[first].price
            cost = round((n * 500 * price.input + n * 100 * price.output) * 1000)
            sums = Sums(n, n * 500, n * 100, cost, 0, latency)
        else:
            asked = replace(asked, rules=("a",), conditions="")
        made[asked] = made[asked] + sums if asked in made else sums
    return made


def scenario(text: str):
    reading = read_scenario((HEAD + text).encode(), "made.yaml")
    assert reading.scenario is not None, [str(each) for each in reading.problems]
    return reading.scenario


def report(text: str, groups: Groups | None = None, share_out=None, under: Realm | None = None) -> Report:
    held = log(under=under) if groups is None else groups
    return replay(held, worlds(*((under,) if under else ())), scenario(text), library_of(None), share_out)
