"""A scenario as atoms: every kind of change has its row here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from msgspec.structs import replace

from comity.placement.asked import instant_of
from comity.posture.scenario.changes.export import of_export_control
from comity.posture.scenario.changes.figures import of_capacity, of_demand, of_prices
from comity.posture.scenario.changes.instruments import of_agreements, of_certificates
from comity.posture.scenario.changes.legal import of_adequacy, of_law
from comity.posture.scenario.changes.patch import of_stack
from comity.posture.scenario.changes.supply import of_grid, of_sites, of_suppliers
from comity.posture.scenario.ground import Atom, Atoms, Ground, Library, ScenarioFault
from comity.posture.scenario.types import Scenario
from comity.terms.instants import Instant

KINDS: Mapping[str, Callable[[Any, Library], Atoms]] = {
    "suppliers": lambda change, _: of_suppliers(change),
    "sites": lambda change, _: of_sites(change),
    "law": of_law,
    "adequacy": lambda change, _: of_adequacy(change),
    "export_control": lambda change, _: of_export_control(change),
    "prices": lambda change, _: of_prices(change),
    "capacity": lambda change, _: of_capacity(change),
    "grid": lambda change, _: of_grid(change),
    "demand": lambda change, _: of_demand(change),
    "agreements": lambda change, _: of_agreements(change),
    "certificates": lambda change, _: of_certificates(change),
    "stack": lambda change, _: of_stack(change),
}

TIME = "time"
"""The kind of the atom that the day of a scenario makes: what lapses by then."""


def atoms_of(scenario: Scenario, library: Library) -> tuple[Atom, ...]:
    """Everything that the scenario changes, in order; its day comes first. What a change names and is not there is
    told with the place of the change.

    Raises:
        ScenarioFault: a law pack that is not there.
    """
    made: list[Atom] = []
    if scenario.since is not None:
        day = scenario.since
        made.append(Atom(TIME, day.isoformat(), f"it is {day}, with what ends by then", partial(_on, instant_of(day))))
    for index, change in enumerate(scenario.changes):
        where = f"changes[{index}].{change.kind}"
        with _told_at(where):
            made += (_placed(where, atom) for atom in KINDS[change.kind](getattr(change, change.kind), library))
    return tuple(made)


def _placed(where: str, atom: Atom) -> Atom:
    def made(ground: Ground) -> Ground:
        with _told_at(where):
            return atom.made(ground)

    return replace(atom, made=made)


@contextmanager
def _told_at(where: str) -> Iterator[None]:
    try:
        yield
    except ScenarioFault as fault:
        raise ScenarioFault(f"{where}: {fault}") from fault


def _on(at: Instant, ground: Ground) -> Ground:
    return replace(ground, at=at)
