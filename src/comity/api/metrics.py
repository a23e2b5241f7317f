"""`/metrics` in the Prometheus text format 0.0.4: counts and states, never a person, a prompt or a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from comity.api.access import Page
from comity.runtime.supervisor import Supervisor

TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Family(NamedTuple):
    """One metric: its samples are pairs of labels and value."""

    name: str
    kind: str
    says: str
    samples: Iterable[tuple[dict[str, str], float]]


def metrics(supervisor: Supervisor) -> Page:
    """The page of metrics, open to anyone who reaches the control port."""

    async def page(_: Request) -> Response:
        text = "".join(line for family in families(supervisor) for line in lines(family))
        return Response(text, media_type=TYPE, headers={"cache-control": "no-store"})

    return page


def families(supervisor: Supervisor) -> Iterator[Family]:
    """Every metric of a gateway, from what its workers last reported."""
    slots = supervisor.fleet.slots
    reports = [(slot, slot.report) for slot in slots if slot.report is not None]
    counts = supervisor.fleet.counts()
    yield Family("comity_workers", "gauge", "Workers by state.", _workers(supervisor))
    yield Family(
        "comity_worker_restarts_total",
        "counter",
        "Workers started again after a death.",
        [({"worker": str(slot.number)}, slot.restarts) for slot in slots],
    )
    yield Family(
        "comity_requests_total",
        "counter",
        "Requests at the data port by what became of them.",
        [({"event": event}, count) for event, count in counts.items()],
    )
    yield Family(
        "comity_requests_underway", "gauge", "Requests under way.", [({}, sum(r.underway for _, r in reports))]
    )
    for name, kind, says, member in _ENTRIES:
        samples = [({"worker": str(slot.number), "shard": slot.shard}, getattr(r, member)) for slot, r in reports]
        yield Family(name, kind, says, samples)
    yield Family(
        "comity_realm_valid_until_seconds",
        "gauge",
        "Unix time at which the realm in force ends.",
        [({"realm": supervisor.realm.digest}, supervisor.realm.valid_until / 1000)],
    )
    yield Family(
        "comity_embedded_node_up",
        "gauge",
        "Whether the node of an embedded deployment runs.",
        [({"deployment": str(n["deployment"])}, int(n["pid"] is not None)) for n in supervisor.nodes.status()],
    )


_ENTRIES = (
    ("comity_ledger_durable_entries", "gauge", "Entries of the worker's shard that are durable.", "durable"),
    ("comity_ledger_published_entries", "gauge", "Entries under the shard's last checkpoint.", "published"),
    ("comity_ledger_pending_entries", "gauge", "Entries that wait to be durable.", "pending"),
    ("comity_ledger_open_intents", "gauge", "Intents without an outcome.", "open_intents"),
)


def lines(family: Family) -> Iterator[str]:
    """A metric as its lines of text."""
    yield f"# HELP {family.name} {family.says}\n# TYPE {family.name} {family.kind}\n"
    for labels, value in family.samples:
        inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"{family.name}{{{inside}}} {value:.15g}\n" if inside else f"{family.name} {value:.15g}\n"


def _workers(supervisor: Supervisor) -> list[tuple[dict[str, str], float]]:
    states = {"ready": 0, "faulty": 0, "absent": 0}
    for slot in supervisor.fleet.slots:
        states["absent" if not slot.shard else "faulty" if slot.report and slot.report.fault else "ready"] += 1
    return [({"state": state}, count) for state, count in states.items()]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
