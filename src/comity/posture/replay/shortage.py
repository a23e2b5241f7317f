"""What accounts for requests that find no room: each change undone by itself, and each deployment that is full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from comity.posture.replay.capacity import ShareOut
from comity.posture.replay.history import history_of
from comity.posture.replay.loads import Programme, Sent, programme, sent, shared_out, without_room
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
    every = plans(history_of(short.log, short.worlds), changed(short.worlds, atoms))
    return without_room(sent(every, short.share_out)[0])


def _of_full(short: Shortage, now: int) -> Iterator[Cause]:
    """A full deployment accounts alone for what would find room if it had room for everything."""
    asked = programme(short.every)
    shared = dict(zip(asked.tokens, short.share_out(asked.tokens, asked.room), strict=True))
    wanting = {wanted for wanted, share in shared.items() if share.overflow}
    part = {
        name: without_room(shared_out([plan for plan in short.every if _may(plan, name)], shared))
        for name in {name for wanted in wanting for name, _ in wanted.options}
    }
    for name in sorted(part, key=lambda name: (-part[name], name))[:MAX_FULL]:
        full = sorted({wanted.period for wanted in wanting if name in dict(wanted.options)})
        months = full[0] if len(full) == 1 else f"{len(full)} months from {full[0]}"
        alone = now - overflow_with(short.every, unlimited(asked, name), short.share_out)
        held = max(part[name], alone)  # who moves here makes room elsewhere for others, who may not come here
        yield Cause(FULL, name, f"{name} is full in {months}", alone, held, held)


def unlimited(asked: Programme, name: str) -> Programme:
    """The same, if one deployment had room for everything."""
    return asked._replace(room={place: room for place, room in asked.room.items() if place[0] != name})


def overflow_with(every: Sequence[Plan], asked: Programme, share_out: ShareOut) -> int:
    """Served requests of these plans that find no room, once shared out."""
    shared = dict(zip(asked.tokens, share_out(asked.tokens, asked.room), strict=True))
    return without_room(shared_out(every, shared))


def _may(plan: Plan, name: str) -> bool:
    return any(option == name for option, _ in plan.options)
