"""How long a decision takes: a case that is new to the realm, and one that is known.

Forty deployments over twenty sites, all packs that ship. Run: `python bench/decide.py`.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from comity.adapters.packs import load_packs, pack_folders, schema_text, vocabulary, zone
from comity.law.case import Case
from comity.law.realm import Realm
from comity.placement.conditions import configured
from comity.placement.decide import Decisions
from comity.placement.types import Wish
from comity.stack.types import Agreement, Deployment, Model, Party, Price, Site, Stack

PLACES = ("FR", "DE", "IE", "IN", "AE", "US", "GB", "BR", "JP", "CH")
ROUNDS = 200


def stack() -> Stack:
    """Forty deployments, twenty sites, ten operators."""
    parties = {"agency": Party(seat="FR", public=True)}
    parties |= {f"operator-{n}": Party(seat=place) for n, place in enumerate(PLACES)}
    return Stack(
        origin="bench.example/comity",
        law=tuple(pack_folders()),
        parties=parties,
        agreements=tuple(Agreement(("agency", f"operator-{n}"), ("eu.art28", "eu.scc-m2")) for n in range(len(PLACES))),
        sites={f"site-{n}": Site(jurisdiction=PLACES[n % 10], operator=f"operator-{(n * 7) % 10}") for n in range(20)},
        models={"m": Model(developer="FR")},
        deployments={
            f"d-{n}": Deployment("m", f"site-{n % 20}", "http://127.0.0.1:1/v1", price=Price(1.0, n + 1.0))
            for n in range(40)
        },
        applications={},
    )


def timed(rounds: int, each: Callable[[int], object]) -> str:
    """Median and 99th percentile of `rounds` calls."""
    taken = []
    for number in range(rounds):
        started = time.perf_counter()
        each(number)
        taken.append((time.perf_counter() - started) * 1e6)
    taken.sort()
    return f"p50 {statistics.median(taken):10.1f} µs   p99 {taken[int(len(taken) * 0.99)]:10.1f} µs"


def main() -> None:
    """Prints one line for each way that a decision is come by."""
    made = stack()
    now = int(datetime.now(UTC).timestamp() * 1000)
    started = time.perf_counter()
    packs = load_packs(made.law)
    read = time.perf_counter() - started
    started = time.perf_counter()
    realm = Realm(made, packs, vocabulary(), schema_text(), now, zone, datetime.now(UTC).date())
    built = time.perf_counter() - started
    decisions = Decisions(realm, configured(made))
    words = sorted(vocabulary().data)
    purposes = sorted(vocabulary().purposes)
    grounds = ("eu.art6.public", "eu.art9.health-care")
    cases = [
        Case("infer", "agency", purpose, (word,), (place,), grounds)
        for word in words
        for purpose in purposes
        for place in PLACES
    ]
    wish = Wish("m")
    decisions.decide((cases[-1],), wish, now)  # the controller's view is made once
    print(f"{platform.machine()}, Python {platform.python_version()}, {len(packs)} packs, {len(realm.rules)} rules")
    print(f"read and try all packs {read * 1000:8.0f} ms, build a realm {built * 1000:8.1f} ms")
    print("new case, 40 deployments  ", timed(ROUNDS, lambda n: decisions.decide((cases[n],), wish, now)))
    known = (cases[0],)
    print("known case                ", timed(20_000, lambda _: decisions.decide(known, wish, now)))


if __name__ == "__main__":
    main()
