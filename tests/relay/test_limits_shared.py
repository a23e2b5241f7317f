"""Hosts that share a meter use together no more than one host might, however their leases interleave."""

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.relay.limits.meter import MINUTE_MS, Meter, end_of_period
from comity.relay.limits.shared import Ask, Leased, Whole, lease, whole

DAY = 1_795_000_000_000
PLACES = Meter("key", "k", "concurrent", 5)


class World:
    """Hosts, and the control state that they lease from; a host's lease may be under way while others go on."""

    def __init__(self, meter, hosts):
        self.meter, self.now = meter, DAY
        self.kept = whole(meter, DAY, 0)
        self.hosts = [Leased(meter, DAY) for _ in range(hosts)]
        self.held = [0] * hosts
        self.coming = [[] for _ in range(hosts)]
        self.used = []

    def use(self, host, amount):
        if self.hosts[host].left(self.now, 0) >= amount:
            self.hosts[host].take(amount, self.now, 0)
            self.used.append((self.now, amount))
        else:
            self.hosts[host].fetch(amount)

    def ask(self, host):
        ask = self.hosts[host].ask(0, self.now)
        others = sum(self.held) - self.held[host]
        self.kept, given = lease(self.meter, self.kept, ask, others, self.now)
        self.held[host] = ask.held + given.amount
        self.coming[host].append(given)

    def receive(self, host):
        if self.coming[host]:
            self.hosts[host].receive(self.coming[host].pop(0))

    def play(self, steps):
        for what, host, amount in steps:
            if what == "use":
                self.use(host, amount)
            elif what == "ask" and not self.coming[host]:
                self.ask(host)
            elif what == "receive":
                self.receive(host)
            elif what == "wait":
                self.now += amount * 900
        return self


STEPS = st.lists(
    st.tuples(st.sampled_from(["use", "use", "ask", "receive", "wait"]), st.integers(0, 2), st.integers(1, 6)),
    max_size=250,
)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 60), STEPS)
def test_in_no_window_is_more_used_than_the_limit_and_what_the_window_fills(limit, steps):
    used = World(Meter("key", "k", "requests", limit), 3).play(steps).used
    for first, (begin, _) in enumerate(used):
        total = 0
        for at, amount in used[first:]:
            total += amount
            assert total * MINUTE_MS <= limit * (MINUTE_MS + at - begin)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 60), STEPS)
def test_no_period_has_more_than_its_budget(limit, steps):
    spent = {}
    for at, amount in World(Meter("key", "k", "tokens", limit, "minute"), 3).play(steps).used:
        spent[end_of_period("minute", at)] = spent.get(end_of_period("minute", at), 0) + amount
    assert all(total <= limit for total in spent.values())


def test_what_one_host_does_not_need_another_gets():
    world = World(Meter("key", "k", "tokens", 32, "total"), 2)
    for _ in range(2):
        world.use(0, 30)
        world.ask(0)
        world.receive(0)
    assert world.used == [(DAY, 30)]
    world.now += 250
    world.ask(0)
    world.receive(0)
    world.now += 250
    for _ in range(2):
        world.use(1, 2)
        world.ask(1)
        world.receive(1)
    assert world.used[1:] == [(world.now, 2)]
    assert world.kept.level == 32


def test_what_was_used_without_a_lease_is_owed():
    kept, given = lease(PLACES, Whole(1, 0), Ask(back=0, debt=3, held=0, want=5), 0, DAY)
    assert kept.level == 5 and given.amount == 1 and given.wait_ms != 0


def test_alone_a_host_keeps_to_its_part_and_tells_of_it_later():
    meter = Meter("key", "k", "tokens", 100, "day")
    host = Leased(meter, DAY)
    host.fetch(1)
    kept, given = lease(meter, whole(meter, DAY, 0), host.ask(0, DAY), 0, DAY)
    host.receive(given)
    for _ in range(3):
        host.unheard(host.ask(0, DAY), 2, DAY)
    assert host.left(DAY, 0) == 1 + 99 // 2
    host.take(50, DAY, 0)
    kept, given = lease(meter, kept, host.ask(0, DAY), 0, DAY)
    assert kept.level - given.amount == 50


def test_alone_a_rate_goes_on_at_its_part():
    host = Leased(Meter("key", "k", "requests", 60), DAY)
    host.unheard(Ask(0, 0, 0, 1), 2, DAY)
    assert host.left(DAY, 0) == 0
    host.unheard(host.ask(0, DAY + 4000), 2, DAY + 4000)
    assert host.left(DAY + 4000, 0) == 2
