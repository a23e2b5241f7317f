"""What accounts for requests that find no room: each change undone by itself, and each deployment that is full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from comity.posture.replay.capacity import Room, ShareOut
from comity.posture.replay.demand import Demand, Shares, demand_of
from comity.posture.replay.history import history_of
from comity.posture.replay.loads import Sent, capacities, room_of, without_room
from comity.posture.replay.lots import Log
from comity.posture.replay.plans import Plan, changed, plans
from comity.posture.replay.report import Cause, Load
from comity.posture.replay.worlds import Worlds
from comity.posture.scenario.ground import Atom, where_possible

MAX_UNDONE = 12
"""Changes that are undone one by one: each decides the whole log twice, for who stays takes room too."""

MAX_FULL = 12
"""Full deployments that are given room one by one, those with the most overflow first."""

FULL = "deployment"
"""The kind of such a cause: a deployment that is full."""


class Shortage(Struct, frozen=True):
    """A replay in which something finds no room, with all that it takes to ask again."""

    log: Log
    worlds: Worlds
    atoms: tuple[Atom, ...]
    every: Sequence[Plan]
    going: Sequence[tuple[Plan, list[Sent]]]
    loads: Sequence[Load]
    share_out: ShareOut


def with_shortages(causes: tuple[Cause, ...], short: Shortage) -> tuple[Cause, ...]:
    """The causes of refusals, and those of overflow with them: a change that has a part in both is one.

    Which request of a class finds no room is nobody's choice, so these parts are differences between two sums.
    """
    now = without_room(short.going)
    if not now:
        return causes
    held = {_of(each): each for each in causes}
    for cause in (*_of_changes(short, now), *_of_full(short, now)):
        other = held.get(_of(cause), replace(cause, alone=0, part=0, no_room=0))
        held[_of(cause)] = replace(cause, alone=max(0, other.alone + cause.alone), part=other.part + cause.part)
    kept = (each for each in held.values() if each.alone or each.part)
    return tuple(sorted(kept, key=_heaviest))


def _of(cause: Cause) -> tuple[str, str, str]:
    """Two changes may be of one thing: a supplier is acquired, and is gone."""
    return cause.kind, cause.name, cause.says


def _heaviest(each: Cause) -> tuple[int, int, bool, str, str]:
    """Of equals, what was changed before what is merely full."""
    return -each.alone, -each.part, each.kind == FULL, each.kind, each.name


def _of_changes(short: Shortage, now: int) -> Iterator[Cause]:
    atoms = tuple(map(where_possible, short.atoms))
    as_it_was = _overflow(short, ()) if atoms else 0
    for index, atom in enumerate(atoms[:MAX_UNDONE]):
        others = atoms[:index] + atoms[index + 1 :]
        saves = now - (_overflow(short, others) if others else as_it_was)
        brings = (_overflow(short, (atom,)) if others else now) - as_it_was
        part = min(now, max(saves, brings, 0))
        yield Cause(atom.kind, atom.name, atom.says, saves, part, part)


def _overflow(short: Shortage, atoms: tuple[Atom, ...]) -> int:
    every = plans(history_of(short.log, short.worlds), changed(short.worlds, atoms), why=False)
    demand = demand_of(every)
    room = room_of(capacities(every), demand.periods)
    return demand.without_room(shares_of(demand, room, short.share_out)) if room else 0


def _of_full(short: Shortage, now: int) -> Iterator[Cause]:
    """A full deployment accounts alone for what would find room if it had room for everything."""
    demand = demand_of(short.every)
    room = room_of(capacities(short.every), demand.periods)
    shares = shares_of(demand, room, short.share_out)
    wanting = {wanted for wanted, share in shares.items() if share.overflow}
    names = {name for wanted in wanting for name, _ in wanted.options}
    part = {name: demand.without_room(shares, of=name) for name in names}
    for name in sorted(part, key=lambda name: (-part[name], name))[:MAX_FULL]:
        full = sorted({wanted.period for wanted in wanting if name in dict(wanted.options)})
        months = full[0] if len(full) == 1 else f"{len(full)} months from {full[0]}"
        alone = now - demand.without_room(shares_of(demand, unlimited(room, name), short.share_out))
        held = max(part[name], alone)  # who moves here makes room elsewhere for others, who may not come here
        yield Cause(FULL, name, f"{name} is full in {months}", alone, held, held)


def shares_of(demand: Demand, room: Room, share_out: ShareOut) -> Shares:
    """The demand shared out."""
    return dict(zip(demand.tokens, share_out(demand.tokens, room), strict=True))


def unlimited(room: Room, name: str) -> Room:
    """The same, if one deployment had room for everything."""
    return {place: tokens for place, tokens in room.items() if place[0] != name}
