"""`/metrics` in the Prometheus text format 0.0.4: counts and states, never a person, a prompt or a key.

The list with what each metric is for is docs/reference/metrics.md. Labels take their values from the stack file and
from fixed lists, so that no caller can add a series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from comity.api.access import Page
from comity.runtime.fleet import Slot
from comity.runtime.messages import Report
from comity.runtime.observed import BOUNDS_MS, SUM, Tallies
from comity.runtime.supervisor import Supervisor

TYPE = "text/plain; version=0.0.4; charset=utf-8"

RESULTS = ("answered", "denied", "bad", "broken", "aborted", "limited", "unwitnessed")
NANO = 10**9

Samples = Iterable[tuple[dict[str, str], float]]


class Family(NamedTuple):
    """One metric: its samples are pairs of labels and value; a histogram's bear the name's ending under `''`."""

    name: str
    kind: str
    says: str
    samples: Samples


def metrics(supervisor: Supervisor) -> Page:
    """The page of metrics, open to anyone who reaches the control port."""

    async def page(_: Request) -> Response:
        text = "".join(line for family in families(supervisor) for line in lines(family))
        return Response(text, media_type=TYPE, headers={"cache-control": "no-store"})

    return page


def families(supervisor: Supervisor) -> Iterator[Family]:
    """Every metric of a gateway, from what its workers last reported."""
    reports = [(slot, slot.report) for slot in supervisor.fleet.slots if slot.report is not None]
    tallies = supervisor.fleet.tallies()
    yield from _requests(supervisor.fleet.counts(), tallies, reports)
    yield from _upstreams(supervisor, tallies, reports)
    for name, says, member in _ENTRIES:
        samples = [({"worker": str(slot.number), "shard": slot.shard}, getattr(r, member)) for slot, r in reports]
        yield Family(name, "gauge", says, samples)
    yield from _witnesses(reports)
    yield from _waits(supervisor.fleet.counts(), reports)
    yield from _workers(supervisor.fleet.slots, reports)
    yield from _gateway(supervisor)


def _requests(counts: Mapping[str, int], tallies: Tallies, reports: list[tuple[Slot, Report]]) -> Iterator[Family]:
    yield Family(
        "comity_requests_total",
        "counter",
        "Requests for inference by what became of them.",
        [({"result": result}, counts.get(result, 0)) for result in RESULTS],
    )
    failovers = counts.get("failovers", 0)
    yield Family("comity_failovers_total", "counter", "Attempts after the first of a request.", [({}, failovers)])
    yield Family("comity_underway", "gauge", "Requests under way.", [({}, sum(r.underway for _, r in reports))])
    yield Family(
        "comity_request_duration_seconds",
        "histogram",
        "From the whole request to the end of its answer, for requests that were placed.",
        histogram(tallies.get("duration", {})),
    )
    yield Family(
        "comity_time_to_first_token_seconds",
        "histogram",
        "From the whole request to the beginning of the upstream's answer.",
        histogram(tallies.get("first", {})),
    )
    yield Family("comity_tokens_total", "counter", "Tokens read and written.", _two(tallies, "tokens", "direction"))
    cost = [(labels, value / NANO) for labels, value in _two(tallies, "cost", "currency")]
    yield Family("comity_cost_total", "counter", "What answers cost, by the prices of the stack file.", cost)
    cached = tallies.get("cached", {}).get("", 0)
    yield Family("comity_cache_hits_total", "counter", "Answers given again from memory.", [({}, cached)])


def _upstreams(supervisor: Supervisor, tallies: Tallies, reports: list[tuple[Slot, Report]]) -> Iterator[Family]:
    attempts = [
        ({"deployment": deployment, "result": result}, value)
        for label, value in tallies.get("attempts", {}).items()
        for deployment, _, result in (label.partition("|"),)
    ]
    yield Family("comity_upstream_attempts_total", "counter", "Attempts at deployments by how they ended.", attempts)
    names = sorted(supervisor.realm.stack.deployments)
    busy = [({"deployment": name}, sum(r.busy.get(name, 0) for _, r in reports)) for name in names]
    yield Family("comity_upstream_underway", "gauge", "Attempts under way.", busy)
    resting = [({"deployment": name}, sum(name in r.resting for _, r in reports)) for name in names]
    yield Family("comity_upstream_resting", "gauge", "Workers that leave the deployment alone for now.", resting)
    unreachable = supervisor.tokens.troubles
    without = [({"deployment": name}, int(name in unreachable)) for name in sorted(supervisor.plan.grants)]
    yield Family("comity_upstream_token_trouble", "gauge", "Whether no fresh token can be had for it.", without)
    nodes = [({"deployment": str(n["deployment"])}, int(n["pid"] is not None)) for n in supervisor.nodes.status()]
    yield Family("comity_embedded_node_up", "gauge", "Whether the node of an embedded deployment runs.", nodes)


def _witnesses(reports: list[tuple[Slot, Report]]) -> Iterator[Family]:
    stands = [
        ({"shard": slot.shard, "witness": each.name}, each) for slot, report in reports for each in report.witnesses
    ]
    yield Family(
        "comity_witness_behind_entries",
        "gauge",
        "Entries under the shard's checkpoint that the witness has not cosigned.",
        [(labels, each.entries) for labels, each in stands],
    )
    yield Family(
        "comity_witness_behind_seconds",
        "gauge",
        "Since the witness's last cosignature; -1: it never cosigned.",
        [(labels, each.seconds) for labels, each in stands],
    )
    yield Family(
        "comity_witness_trouble",
        "gauge",
        "Whether the last try to be cosigned failed.",
        [(labels, int(bool(each.trouble))) for labels, each in stands],
    )
    yield Family(
        "comity_log_witnessed_seconds",
        "gauge",
        "Unix time of the shard's last state that enough witnesses have cosigned; 0: none.",
        [({"shard": slot.shard}, report.witnessed / 1000) for slot, report in reports if report.witnesses],
    )
    stamped = [(slot, report, report.stamped) for slot, report in reports if report.stamped is not None]
    yield Family(
        "comity_log_timestamped_seconds",
        "gauge",
        "Unix time of the last timestamp of the shard since the worker's start; 0: none.",
        [({"shard": slot.shard}, stamp / 1000) for slot, _, stamp in stamped],
    )
    yield Family(
        "comity_timestamp_trouble",
        "gauge",
        "Whether the last try to have the shard stamped failed.",
        [({"shard": slot.shard}, int(bool(report.stamp_trouble))) for slot, report, _ in stamped],
    )


def _waits(counts: Mapping[str, int], reports: list[tuple[Slot, Report]]) -> Iterator[Family]:
    waiting = [({"shard": slot.shard}, report.waiting) for slot, report in reports if report.witnesses]
    yield Family("comity_witness_waiting", "gauge", "Requests that wait until enough is witnessed.", waiting)
    ends = [({"result": result}, counts.get(f"waits_{result}", 0)) for result in ("seen", "refused", "left")]
    yield Family("comity_witness_waits_total", "counter", "Requests that waited, by how that ended.", ends)
    waited = counts.get("waited_ms", 0) / 1000
    yield Family("comity_witness_waited_seconds_total", "counter", "How long they waited.", [({}, waited)])


def _workers(slots: list[Slot], reports: list[tuple[Slot, Report]]) -> Iterator[Family]:
    states = {"ready": 0, "faulty": 0, "absent": 0}
    for slot in slots:
        states["absent" if not slot.shard else "faulty" if slot.report and slot.report.fault else "ready"] += 1
    found = [({"state": state}, count) for state, count in states.items()]
    yield Family("comity_workers", "gauge", "Workers by state.", found)
    restarts = [({"worker": str(slot.number)}, slot.restarts) for slot in slots]
    yield Family("comity_worker_restarts_total", "counter", "Workers started again after a death.", restarts)
    resident = [({"worker": str(slot.number)}, r.resident) for slot, r in reports]
    yield Family("comity_worker_resident_bytes", "gauge", "Memory of a worker.", resident)


def _gateway(supervisor: Supervisor) -> Iterator[Family]:
    realm = supervisor.realm
    yield Family(
        "comity_realm_valid_until_seconds",
        "gauge",
        "Unix time at which the realm in force ends.",
        [({}, realm.valid_until / 1000)],
    )
    stale = [({"pack": name}, int(name in realm.overdue)) for name in realm.packs]
    yield Family("comity_pack_review_overdue", "gauge", "Whether the pack is past its review_by.", stale)
    yield Family("comity_realm_info", "gauge", "The realm in force.", [({"realm": realm.digest}, 1)])
    reloads = [({"result": str(result)}, count) for result, count in supervisor.reloading.counts.items()]
    yield Family("comity_reloads_total", "counter", "Times that the stack file was read again.", reloads)
    for name, says, member in _LISTENERS:
        samples = [({"to": each.name}, getattr(each, member)) for each in supervisor.listeners.each]
        yield Family(name, "counter", says, samples)


_ENTRIES = (
    ("comity_log_entries_durable", "Entries of the worker's shard that are durable.", "durable"),
    ("comity_log_entries_pending", "Entries that wait to be durable.", "pending"),
    ("comity_log_published", "Entries under the shard's last checkpoint.", "published"),
    ("comity_log_open_intents", "Intents without an outcome.", "open_intents"),
)

_LISTENERS = (
    ("comity_told_total", "Requests that a hook or telemetry was told of.", "sent"),
    ("comity_told_dropped_total", "Requests that a hook or telemetry should have been told of and was not.", "dropped"),
    ("comity_told_withheld_total", "Requests kept from a hook or telemetry because its site is forbidden.", "withheld"),
)


def histogram(tally: Mapping[str, int]) -> list[tuple[dict[str, str], float]]:
    """The samples of a histogram; sums in seconds."""
    bounds = (*map(str, BOUNDS_MS), "")
    counts = list(accumulate(tally.get(bound, 0) for bound in bounds))
    edges = (*(f"{bound / 1000:g}" for bound in BOUNDS_MS), "+Inf")
    buckets = [({"": "_bucket", "le": edge}, float(count)) for edge, count in zip(edges, counts, strict=True)]
    return [*buckets, ({"": "_sum"}, tally.get(SUM, 0) / 1000), ({"": "_count"}, counts[-1])]


def lines(family: Family) -> Iterator[str]:
    """A metric as its lines of text."""
    yield f"# HELP {family.name} {family.says}\n# TYPE {family.name} {family.kind}\n"
    for labels, value in family.samples:
        inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items() if name)
        name = family.name + labels.get("", "")
        yield f"{name}{{{inside}}} {value:.15g}\n" if inside else f"{name} {value:.15g}\n"


def _two(tallies: Tallies, family: str, second: str) -> list[tuple[dict[str, str], float]]:
    return [
        ({"application": application, second: other}, value)
        for label, value in sorted(tallies.get(family, {}).items())
        for application, _, other in (label.partition("|"),)
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
