"""A log replayed under a scenario: one function from groups, worlds and scenario to the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from comity.posture.replay.adding import add, typical
from comity.posture.replay.capacity import Remembered, ShareOut
from comity.posture.replay.causes import causes, ruled
from comity.posture.replay.energy import Rates, rates
from comity.posture.replay.groups import Groups
from comity.posture.replay.history import history_of
from comity.posture.replay.loads import OVERFLOW, Sent, sent
from comity.posture.replay.lots import Log, log_of
from comity.posture.replay.plans import Plan, changed, plans
from comity.posture.replay.repairs import Found, of_order, repairs
from comity.posture.replay.report import NO_ROOM, Amounts, Cause, Counts, Flow, Line, Report
from comity.posture.replay.room import with_room
from comity.posture.replay.shortage import Shortage, with_shortages
from comity.posture.replay.tally import Tally
from comity.posture.replay.worlds import World, Worlds
from comity.posture.scenario.atoms import TIME, atoms_of
from comity.posture.scenario.ground import Atom, Library
from comity.posture.scenario.types import Scenario
from comity.stack.types import Deployment

OF_LATENCY = "Latency is to the first byte, from the middles of the log's buckets."

NOBODY = ""
"""Where a refused request goes."""


def replay(
    log: Groups | Log,
    worlds: Worlds,
    scenario: Scenario,
    library: Library = lambda name: None,
    share_out: ShareOut | None = None,
    *,
    why: bool = True,
    step: Callable[[int], None] = lambda done: None,
) -> Report:
    """The report. A `Log` made once by `log_of` and the same `worlds` make every further scenario quick.

    Without `why` neither causes nor repairs are looked for, as for the points of a sweep. `step` is told how many lots
    have been decided.

    Raises:
        ScenarioFault: the scenario names what the stack or the law does not have.
    """
    logged = log if isinstance(log, Log) else log_of(log)
    atoms = atoms_of(scenario, library)
    history = history_of(logged, worlds, step)
    every = plans(history, changed(worlds, atoms))
    sharing = Remembered(share_out) if share_out is not None else None
    going, loads = sent(every, sharing)
    usual = typical(every)
    tally = Tally()
    for plan, each in going:
        add(tally, plan, each, usual)
    sides = _rates(every)
    lost = [plan for plan in every if plan.outcome == "refused"]
    short = Shortage(logged, worlds, atoms, every, going, loads, sharing) if sharing and loads else None
    mending = repairs(lost) if why else Found()
    if why and short is not None:
        mending = with_room(mending, lost, short)
    whole = tally.lines(lambda face: ("",), sides)
    return Report(
        scenario=scenario.scenario,
        title=scenario.title,
        total=whole[0] if whole else Line("", Counts(), Amounts(), Amounts()),
        reading=scenario.reading,
        as_of=_as_of(atoms),
        changes=tuple(atom.says for atom in atoms),
        sources=tuple(source.plain for source in scenario.sources),
        notice=notice(every),
        first=logged.first,
        last=logged.last,
        currency=_currency(every),
        groups=logged.groups,
        decided=len(logged.placements),
        reproduced=history.reproduced,
        differing=history.differing,
        applications=tally.lines(lambda face: (face.application,), sides),
        data=tally.lines(lambda face: face.data or ("none stated",), sides),
        jurisdictions=tally.lines(lambda face: face.places, sides),
        deployments=tally.by_deployment(sides),
        rules=ruled(lost),
        flows=_flows(going),
        causes=_causes(lost, short, atoms, worlds) if why else (),
        repairs=mending.steps,
        unrepaired=mending.unrepaired,
        loads=loads,
        notes=(
            *_notes(every, history.differing, loads_known=bool(loads), shared=share_out is not None),
            *of_order(mending),
        ),
    )


def _causes(lost: Sequence[Plan], short: Shortage | None, atoms: tuple[Atom, ...], worlds: Worlds) -> tuple[Cause, ...]:
    found = causes(lost, worlds, atoms)
    return with_shortages(found, short) if short is not None else found


def _rates(every: Iterable[Plan]) -> tuple[Mapping[str, Rates], Mapping[str, Rates]]:
    sides: tuple[dict[str, Rates], dict[str, Rates]] = ({}, {})
    for at, side in enumerate(sides):
        worlds = {id(world): world for plan in every if (world := (plan.before, plan.after)[at]) is not None}
        for world in worlds.values():
            side |= {name: rates(world.stack, name) for name in world.stack.deployments}
    return sides


def _flows(going: Sequence[tuple[Plan, list[Sent]]]) -> tuple[Flow, ...]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for plan, each in going:
        if not plan.lot.served or not plan.home:
            continue
        sums = plan.lot.sums
        for name, requests in each or [Sent(NOBODY, sums.n)]:
            key = plan.home, name if each and name != OVERFLOW else NO_ROOM if each else NOBODY
            held = found.get(key, (0, 0))
            found[key] = held[0] + requests, held[1] + sums.tokens * requests // max(1, sums.n)
    made = (Flow(*key, *amount) for key, amount in found.items())
    return tuple(sorted(made, key=lambda flow: (-flow.requests, flow.before, flow.after)))


def _as_of(atoms: Iterable[Atom]) -> str:
    days = [atom.name for atom in atoms if atom.kind == TIME or (atom.kind == "law" and _is_day(atom.name))]
    return days[-1] if days else ""


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True


def _currency(every: Iterable[Plan]) -> str:
    found = {plan.before.stack.currency for plan in every if plan.before is not None}
    return found.pop() if len(found) == 1 else ""


def notice(every: Iterable[Plan]) -> str:
    """What the stacks of the log want said of it: that it was made, for one."""
    stacks = {id(plan.before): plan.before.stack for plan in every if plan.before is not None}
    return " ".join(dict.fromkeys(stack.notice for stack in stacks.values() if stack.notice))


def _notes(every: Sequence[Plan], differing: int, *, loads_known: bool, shared: bool) -> Iterator[str]:
    """What was assumed, and what is not known."""
    if said := notice(every):
        yield said
    worlds: dict[int, World] = {id(plan.after): plan.after for plan in every if plan.after is not None}
    yield from dict.fromkeys(note for world in worlds.values() for note in world.ground.notes)
    if differing:
        yield f"The log has another placement than is made today for {differing:,} requests."
    unread = sum(plan.lot.sums.n for plan in every if plan.before is None)
    if unread:
        yield f"The realm of {unread:,} requests is not kept, so they could not be decided again."
    undecided = sum(plan.lot.sums.n for plan in every if plan.outcome == "undecided") - unread
    if undecided > 0:
        yield f"{undecided:,} requests are of applications or words that the changed world does not have."
    unknown = sum(plan.lot.sums.unknown_usage for plan in every if plan.lot.served)
    if unknown:
        yield f"The tokens of {unknown:,} requests are not known; their cost and energy are left out."
    if any(plan.factor != 1 for plan in every):
        yield "Shares are of the log's requests; amounts and loads after are of the demand that the scenario makes."
    if loads_known:
        yield (
            "A capacity is that of a whole month: what peaks inside it would turn away is not seen, and a month that "
            "the log has only in part looks emptier than it was."
        )
    elif not shared and any(each.capacity is not None for world in worlds.values() for each in _deployments(world)):
        yield "Capacities are stated, and nothing here shares them out: install comity[replay]."
    if any(any(plan.lot.sums.latency) for plan in every):
        yield OF_LATENCY


def _deployments(world: World) -> Iterable[Deployment]:
    return world.stack.deployments.values()
