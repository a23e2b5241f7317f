"""Suppliers that withdraw or change hands, sites that are down, power that comes late."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace

from comity.posture.scenario.ground import (
    Atom,
    Atoms,
    Ground,
    ScenarioFault,
    at_sites,
    known,
    operated_by,
    without_deployments,
)
from comity.posture.scenario.types import Acquired, Connected, Sites, Suppliers
from comity.stack import facts
from comity.terms.instants import day_of


def of_suppliers(change: Suppliers) -> Atoms:
    """One atom for each supplier."""
    for party in change.withdraw:
        yield Atom("supplier", party, f"{party} stops serving", partial(_withdrawn, party))
    for each in change.acquire:
        yield Atom("supplier", each.party, f"{each.party} comes under the control of {each.by}", partial(_bought, each))


def of_sites(change: Sites) -> Atoms:
    """One atom for each site."""
    for site in change.down:
        yield Atom("site", site, f"nothing is served at {site}", partial(_down, site))


def of_grid(change: Mapping[str, Connected]) -> Atoms:
    """One atom for each site."""
    for site, connected in change.items():
        says = f"{site} has its power from {connected.date} on"
        yield Atom("grid", site, says, partial(_late, site, connected))


def _withdrawn(party: str, ground: Ground) -> Ground:
    known("party", party, ground.stack.parties)
    return _closed(ground, operated_by(ground.stack, party))


def _down(site: str, ground: Ground) -> Ground:
    return _closed(ground, (known("site", site, ground.stack.sites),))


def _late(site: str, connected: Connected, ground: Ground) -> Ground:
    known("site", site, ground.stack.sites)
    return _closed(ground, (site,)) if day_of(ground.at) < connected.date else ground


def _closed(ground: Ground, sites: tuple[str, ...]) -> Ground:
    gateway = ground.stack.gateway
    if gateway is not None and gateway.site in sites:
        ground = ground.noting(f"The gateway itself runs at {gateway.site}; it is taken to run on as it is.")
    closed = replace(ground, closed=ground.closed | {*sites})
    return without_deployments(closed, at_sites(ground.stack, sites))


def _bought(each: Acquired, ground: Ground) -> Ground:
    known("party", each.party, ground.stack.parties)
    if facts.named(each.by):
        known("party", each.by, ground.stack.parties)
        if each.party in {link.party for link in facts.control_chain(ground.stack, each.by).value}:
            raise ScenarioFault(f"{each.party} controls {each.by} already: control would go in a circle")
    bought = replace(ground.stack.parties[each.party], controlled_by=each.by)
    return ground.stacked(parties={**ground.stack.parties, each.party: bought})
