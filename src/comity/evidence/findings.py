"""What papers are made of: the events of a period, the realms that ruled them, and the register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from msgspec import Struct, field

from comity.evidence.activity import Event, Flow, Sum, sums
from comity.evidence.paper import BLANK, Cell
from comity.evidence.register import Register
from comity.law.profile import Profile
from comity.law.realm import Realm
from comity.stack.jurisdictions import NAMES
from comity.terms.instants import Instant


class Findings(Struct, frozen=True):
    """All that the papers rest on. `signed` says who signed the register, empty if nobody did."""

    origin: str
    first: date
    last: date
    events: tuple[Event, ...]
    realms: Mapping[str, Realm]  # those that the events name and that are kept, by digest
    register: Register
    signed: str = ""
    application: str = ""  # empty: all of them
    kept_since: Instant = 0  # the oldest entry that the log still has
    receipts: tuple[str, ...] = field(default_factory=tuple)  # those that the bundle carries

    def flows(self) -> Iterator[tuple[Flow, Sum, Realm | None]]:
        """Yields each flow with its sum and the realm that ruled it; None if its bundle is not kept."""
        for flow, total in sums(self.events).items():
            yield flow, total, self.realms.get(flow.realm)

    def latest(self) -> Realm | None:
        """The realm of the latest event of which the bundle is kept."""
        return next((self.realms[e.flow.realm] for e in reversed(self.events) if e.flow.realm in self.realms), None)

    def applications(self) -> tuple[str, ...]:
        """Applications with at least one event, sorted."""
        return tuple(sorted({event.flow.application for event in self.events}))


def from_register(value: object, place: str) -> Cell:
    """A cell of the register; `place` says where it stands there, or where it belongs if it is blank."""
    if value is None or value == "":
        return Cell(BLANK, f"register: {place}")
    return Cell(
        {True: "Yes", False: "No"}.get(value, str(value)) if isinstance(value, bool) else str(value),
        f"register: {place}",
    )


def from_log(value: object, place: str = "") -> Cell:
    """A cell counted from entries."""
    return Cell(str(value), f"log: {place}" if place else "log")


def from_realm(value: str, flow: Flow, place: str) -> Cell:
    """A cell read in the stack or the law of the realm that ruled the flow."""
    return Cell(value, f"realm {flow.realm[:12]}: {place}")


def unknown_realm(flow: Flow) -> Cell:
    """A cell that only a realm could fill whose bundle is not kept."""
    return Cell(BLANK, f"realm {flow.realm}: the bundle is not in the state folder")


def profiles(realm: Realm, flow: Flow) -> tuple[Profile, ...]:
    """What law saw of the deployment that answered: one profile for each place where it may have been."""
    faces = realm.view(flow.controller)
    return faces[flow.deployment].profiles if flow.deployment in faces else ()


def named(place: str) -> str:
    """A jurisdiction by code and name: `FR (France)`."""
    return f"{place} ({NAMES[place]})" if place in NAMES else place


def day(instant: Instant) -> str:
    """The day of an instant, in UTC; empty for none."""
    return datetime.fromtimestamp(instant / 1000, UTC).date().isoformat() if instant else BLANK
