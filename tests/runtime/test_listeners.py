"""A hook that is slow, away or gone costs nobody anything but its own records, and every one of those is counted."""

import asyncio

from comity.relay.finished import Finished
from comity.runtime import hooking
from comity.runtime.audience import Hearer
from comity.runtime.hooking import Hooking
from comity.runtime.listeners import Listeners
from comity.runtime.messages import Told
from comity.stack.operation import Hook
from comity.stack.urls import read_url
from comity.testing.upstream import Upstream, silence, status, whole
from tests.runtime.test_endpoints import stack

STACK = stack()


def record(number=0, event="outcome", application="desk") -> Finished:
    return Finished(
        event, f"s.{number}", application, "k1", (), (), (), "chat", False, "small", "first", "small", "h", 1, 200,
        "stop", 1, 2, 3, 1, False, 7, 3, -1, "",
    )  # fmt: skip


def hearer(port, **said) -> Hearer:
    url = f"http://127.0.0.1:{port}/in"
    return Hearer("hook:audit", read_url(url), "paris", "", Hook(url=url, site="paris", **said))


class Clock:
    def __call__(self):
        return 1_000


def hook(port, said, waits=(), **more):
    return Hooking(hearer(port, **more), clock=Clock(), say=said.append, waits=waits)


async def settled(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


def test_what_is_not_taken_in_the_end_is_counted_and_what_comes_after_is_sent():
    async def main():
        said = []
        async with Upstream(whole(b"")) as server:
            server.answers.extend([status(500), status(404), status(500)])
            audit = hook(server.port, said, waits=(0.0, 0.0))
            audit.offer([record(1), record(2)], STACK)
            await settled(lambda: audit.dropped == 2)
            assert audit.trouble and len({each.headers["webhook-id"] for each in server.requests}) == 1
            audit.offer([record(3)], STACK)
            await settled(lambda: audit.sent == 1)
            assert audit.trouble == ""
            assert [line for line in said if "answered 500" in line]
            await audit.stop()

    asyncio.run(main())


def test_a_hook_that_never_answers_fills_its_queue_and_nothing_else(monkeypatch):
    monkeypatch.setattr(hooking, "MAX_QUEUED", 10)
    monkeypatch.setattr(hooking, "LAST_S", 0.05)

    async def main():
        async with Upstream(silence()) as server:
            audit = hook(server.port, [])
            for number in range(25):
                audit.offer([record(number)], STACK)
            assert audit.dropped == 15
            await audit.stop()
            assert audit.sent == 0 and audit.dropped == 25

    asyncio.run(main())


def test_a_hook_hears_the_events_that_it_asked_for():
    async def main():
        async with Upstream(whole(b"")) as server:
            audit = hook(server.port, [], events=("denial",))
            audit.offer([record(1), record(2, event="denial")], STACK)
            await settled(lambda: audit.sent == 1)
            (heard,) = server.requests[0].document["records"]
            assert heard["event"] == "denial"
            await audit.stop()

    asyncio.run(main())


class Silent:
    """A listener that keeps what it is offered."""

    def __init__(self, hearer):
        self.name = hearer.name
        self.sent = self.dropped = self.withheld = 0
        self.trouble = ""
        self.heard = []
        self.ended = False

    def offer(self, records, stack):
        self.heard += records

    async def stop(self):
        self.ended = True


class Open:
    """Confidence in everyone, but for one application."""

    def admits(self, hearer, record):
        return record.application != "clinic"

    def withheld(self, hearer):
        return ("clinic",)


def test_without_a_ruling_nobody_is_told():
    async def main():
        made = []
        listeners = Listeners(lambda each: made.append(Silent(each)) or made[-1])
        listeners.adopt({"hook:audit": hearer(9)})
        told = Told((record(1), record(2, application="clinic")), 3)
        listeners.tell(told, STACK, "realm")
        assert made[0].heard == [] and made[0].withheld == 2 and made[0].dropped == 3
        listeners.rule("realm", Open())
        listeners.tell(told, STACK, "realm")
        assert made[0].heard == [record(1)] and made[0].withheld == 3
        listeners.tell(told, STACK, "the next realm")
        assert made[0].heard == [record(1)]
        assert listeners.status("realm")[0]["withheld_applications"] == ["clinic"]

    asyncio.run(main())


def test_a_hook_that_did_not_change_stays_over_a_reload_and_another_is_ended():
    async def main():
        made = []
        listeners = Listeners(lambda each: made.append(Silent(each)) or made[-1])
        assert not listeners.wanted
        listeners.adopt({"hook:audit": hearer(9)})
        listeners.adopt({"hook:audit": hearer(9)})
        assert len(made) == 1 and listeners.wanted
        listeners.adopt({"hook:audit": hearer(10)})
        assert len(made) == 2
        listeners.adopt({})
        await listeners.stop()
        assert made[0].ended and made[1].ended and not listeners.wanted

    asyncio.run(main())
