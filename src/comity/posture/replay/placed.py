"""Plans as they are placed once what is full is full, whatever deployments are given and wherever else plans may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from comity.posture.replay.capacity import Room
from comity.posture.replay.demand import Demand, Shares, demand_of
from comity.posture.replay.loads import capacities, room_of, seconds
from comity.posture.replay.plans import Options, Plan
from comity.posture.replay.shortage import Shortage, shares_of


class Placed(Struct, frozen=True):
    """Plans shared out, some deployments doing some tokens a second `more`; `left` are requests without room.

    `opened` are plans that may go elsewhere too, with all their options: in the demand, and in `every` not yet.
    """

    every: Sequence[Plan]
    demand: Demand
    more: Mapping[str, int]
    room: Room
    shares: Shares
    left: int
    opened: Sequence[tuple[Plan, Options]] = ()

    @property
    def wanting(self) -> frozenset[Options]:
        """Options of those that find no room in some month."""
        return frozenset(wanted.options for wanted, share in self.shares.items() if share.overflow)

    def settled(self) -> Placed:
        """The same, what is opened being so in `every`."""
        options = {id(plan): each for plan, each in self.opened}
        every = [replace(plan, options=options[id(plan)]) if id(plan) in options else plan for plan in self.every]
        return replace(self, every=every, opened=())


class Sharing:
    """How plans of one replay are shared out: what deployments can do is the same throughout."""

    def __init__(self, short: Shortage) -> None:
        self._capacity = capacities(short.every)
        self._share_out = short.share_out

    def placed(self, every: Sequence[Plan], more: Mapping[str, int] | None = None) -> Placed:
        """These plans."""
        return self._placed(every, demand_of(every), more or {})

    def enlarged(self, now: Placed, more: Mapping[str, int]) -> Placed:
        """The same, deployments doing so much more."""
        return self._placed(now.every, now.demand, more, now.opened)

    def opened(self, now: Placed, opened: Sequence[tuple[Plan, Options]]) -> Placed:
        """The same, of those without room these having other options."""
        return self._placed(now.every, now.demand.instead(opened, now.wanting), now.more, opened)

    def shares(self, demand: Demand, room: Room) -> Shares:
        """The demand shared out over other room."""
        return shares_of(demand, room, self._share_out)

    def _placed(
        self,
        every: Sequence[Plan],
        demand: Demand,
        more: Mapping[str, int],
        opened: Sequence[tuple[Plan, Options]] = (),
    ) -> Placed:
        room = room_of(self._capacity, demand.periods)
        for name, rate in more.items():
            for period in demand.periods:
                room[name, period] = room.get((name, period), 0) + rate * seconds(period)
        shares = self.shares(demand, room)
        return Placed(every, demand, more, room, shares, demand.without_room(shares), opened)
