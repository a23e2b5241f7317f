"""Requests that wait for witnesses: for so long, so many, and never past what placed them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from comity.adapters.keys import Key, digest_of
from comity.adapters.oidc.issuer import TrustedIssuer
from comity.adapters.oidc.verify import Verified
from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.law.case import NOTHING_ADDED
from comity.placement.types import Placement, Wish
from comity.relay.exchange import Exchange
from comity.relay.ports import FREE, Admission, Limited
from comity.runtime.bearers import Bearers
from comity.runtime.gate import CHANGED, ERASED, Gate
from comity.runtime.in_force import InForce
from comity.runtime.messages import Watch
from comity.runtime.waiting import Waiting
from comity.runtime.witnessing import Required, Unseen
from comity.terms.instants import end_of, start_of
from tests.adapters.oidc.issuers import AUDIENCE, ISSUER, KEYS, token
from tests.runtime.test_gate import STACK

NOON = start_of(date(2026, 11, 23)) + 12 * 3_600_000
LAST = date(2026, 12, 31)
TRUSTED = TrustedIssuer("login", ISSUER, AUDIENCE, "azp", {"desk-client": "desk"}, {}, KEYS)
UNDER_WAY = 20  # so many where few files may be open


class Seen:
    """What witnesses have seen, as a test says."""

    def __init__(self) -> None:
        self.witnessed = 0
        self.covered = 0
        self.hurried = 0

    def hurry(self) -> None:
        self.hurried += 1


class World:
    """A gate that requires witnesses within 30 s and lets requests wait for 5, under a clock that a test sets."""

    def __init__(self, folder: Path, watch: Watch) -> None:
        file = folder / "comity.yaml"
        file.write_text(STACK)
        read = read_stack_file(file, {}, date(2026, 11, 23))
        self.now = NOON
        self.durable = 0
        self.salts = {"desk": b"\1" * 32, "front": b"\3" * 32, "trial": b"\5" * 32}
        self.refs: dict[str, bytes] = {}
        self.seen = Seen()
        self.due: list[Callable[[], None]] = []
        self.answers: list[Admission | Limited] = []
        self.required = Required(watch, self.seen, lambda: self.durable)  # type: ignore[arg-type]
        self.waiting = Waiting(
            self.required, UNDER_WAY, later=lambda _, back: self.due.append(back), clock=lambda: self.now
        )
        self.after = InForce(build_realm(read, end_of(LAST)))
        self.bearers = Bearers(lambda: self.now, lambda issuer: None)
        self.bearers.trust((TRUSTED,))
        self.gate = Gate(
            InForce(build_realm(read, NOON)),
            clock=lambda: self.now,
            salt=lambda application: self.salts[application],
            salt_of_ref=lambda application, ref: self.refs[ref],
            bearers=self.bearers,
            began=lambda force: None,
            trouble=lambda: "",
            required=self.required,
            waiting=self.waiting,
        )
        self.keys = [Key(name, digest_of(name.encode()), name, None, "full", 1) for name in ("desk", "front", "trial")]
        self.gate.recognise(self.keys)

    def ask(self, presented: str = "desk", model: str = "small", ref: str = "") -> Exchange:
        """One request, as far as its admission; what it is told comes to `answers`."""
        tenant = self.gate.tenant(presented.encode())
        assert tenant is not None
        tenant = self.gate.under(tenant, ref) if ref else tenant
        exchange = Exchange(tenant, NOTHING_ADDED, b"{}", b"\0" * 16, self.now)
        exchange.presented = presented.encode()
        placement = self.gate.place(tenant, NOTHING_ADDED, Wish(model), "infer", self.now)
        assert isinstance(placement, Placement)
        exchange.place(placement)
        told = self.gate.admit(exchange, placement, self.now, self.answers.append)
        if told is not None:
            self.answers.append(told)
        return exchange

    def pass_by(self, milliseconds: int) -> None:
        """Let time go by, and do what is due then."""
        self.now += milliseconds
        due, self.due = self.due, []
        for each in due:
            each()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, Watch(b"", 1.0, 30.0, wait=5.0))


def test_what_waits_goes_on_once_enough_is_witnessed(world: World) -> None:
    world.ask()
    world.pass_by(50)
    assert (len(world.waiting), world.answers) == (1, [])
    assert world.seen.hurried == 1
    world.seen.witnessed = world.now
    world.pass_by(50)
    assert (len(world.waiting), world.answers) == (0, [FREE])
    assert world.waiting.counts == {"waits_seen": 1, "waits_refused": 0, "waits_left": 0, "waited_ms": 100}
    world.ask()
    assert world.answers == [FREE, FREE]
    world.pass_by(50)
    assert not world.due  # nobody looks while nobody waits


def test_what_waited_long_enough_is_refused(world: World) -> None:
    world.ask()
    world.pass_by(4_900)
    world.ask()
    assert world.answers == []
    world.pass_by(100)
    (refused,) = world.answers
    assert isinstance(refused, Limited)
    assert (refused.status, refused.code) == (503, "not_witnessed")
    world.seen.witnessed = world.now
    world.pass_by(50)
    assert world.answers == [refused, FREE]
    assert (world.waiting.counts["waits_refused"], world.waiting.counts["waits_seen"]) == (1, 1)


def test_who_has_left_waits_no_more(world: World) -> None:
    world.ask().step("refuse")
    world.pass_by(50)
    assert (len(world.waiting), world.answers) == (0, [])
    assert world.waiting.counts["waits_left"] == 1
    world.ask().step("refuse")
    world.seen.witnessed = world.now
    world.pass_by(50)
    assert (world.waiting.counts["waits_left"], world.waiting.counts["waits_seen"]) == (2, 0)
    assert world.answers == []


def test_only_so_many_wait(world: World) -> None:
    for _ in range(UNDER_WAY // 4):
        world.ask()
    assert world.answers == []
    world.ask()
    (refused,) = world.answers
    assert isinstance(refused, Limited) and refused.code == "not_witnessed"


def test_without_a_time_nobody_waits(tmp_path: Path) -> None:
    world = World(tmp_path, Watch(b"", 1.0, 30.0))
    world.ask()
    (refused,) = world.answers
    assert isinstance(refused, Limited) and refused.code == "not_witnessed"


def test_who_needs_no_witness_does_not_wait(tmp_path: Path) -> None:
    world = World(tmp_path, Watch(b"", 1.0, 30.0, applications=("desk",), wait=5.0))
    world.ask("front", "large")
    assert world.answers == [FREE]
    world.ask("desk")
    assert len(world.waiting) == 1


def test_what_waited_past_its_realm_is_not_sent_where_the_old_one_said(world: World) -> None:
    world.now = end_of(LAST) - 1_000
    world.ask()
    world.gate.take(world.after)
    world.now = end_of(LAST)
    world.seen.witnessed = world.now
    world.pass_by(0)
    assert world.answers == [CHANGED]


def test_what_waited_past_its_realms_end_is_not_sent_at_all(world: World) -> None:
    world.now = end_of(LAST) - 1_000
    world.ask()
    world.now = end_of(LAST)
    world.seen.witnessed = world.now
    world.pass_by(0)
    assert world.answers == [CHANGED]


@pytest.mark.parametrize("change", [{"revoked": NOON + 1}, {"expires": NOON + 1}, {"models": ("large",)}, {}])
def test_whose_key_was_revoked_or_narrowed_meanwhile_is_not_sent(world: World, change: dict[str, Any]) -> None:
    world.ask()
    world.ask("front", "large")
    desk, *others = world.keys
    world.gate.recognise([replace(desk, **change), *others])
    world.seen.witnessed = world.now
    world.pass_by(50)
    assert world.answers == [CHANGED if change else FREE, FREE]


def test_whose_token_was_believed_waits_too(world: World) -> None:
    world.ask(token())
    world.gate.recognise(world.keys)
    world.seen.witnessed = world.now
    world.pass_by(50)
    assert world.answers == [FREE]


def test_whose_token_ends_while_it_waits_is_not_sent(world: World) -> None:
    """PyJWT goes by the real clock."""
    found = Verified("login", "desk", "", NOON + 1_000)
    world.bearers._verify = lambda text: found if world.now < found.ends else None  # type: ignore[method-assign]
    world.ask(token())
    world.ask("front", "large")
    world.seen.witnessed = world.now
    world.pass_by(2_000)
    assert world.answers == [CHANGED, FREE]


@pytest.mark.parametrize("applications", [{}, {"desk-client": "front"}])
def test_whose_issuer_is_believed_no_more_or_says_otherwise_is_not_sent(
    world: World, applications: dict[str, str]
) -> None:
    world.ask(token())
    world.bearers.trust((replace(TRUSTED, applications=applications),))
    world.seen.witnessed = world.now
    world.pass_by(50)
    assert world.answers == [CHANGED]


def test_whose_key_ended_while_its_request_came_in_does_not_wait(world: World) -> None:
    exchange = world.ask()
    exchange.presented = b"revoked"
    placement = exchange.placement
    refused = world.gate.admit(exchange, placement, world.now, world.answers.append)
    assert isinstance(refused, Limited) and refused.code == "not_witnessed"
    assert len(world.waiting) == 1


def test_what_waited_is_not_entered_under_a_salt_that_was_destroyed_meanwhile(world: World) -> None:
    """By a command, of which this worker has not heard yet."""
    world.ask()
    world.salts["desk"] = b"\2" * 32
    world.seen.witnessed = world.now
    world.pass_by(50)
    assert world.answers == [ERASED]


def test_nobody_waits_with_a_salt_that_is_destroyed_and_all_others_do(world: World) -> None:
    world.refs = {"case-7": b"\6" * 32, "case-8": b"\7" * 32}
    world.ask(ref="case-7")
    world.ask(ref="case-8")
    world.ask("desk")
    world.ask("front", "large")
    world.refs["case-7"] = b"\2" * 32
    world.gate.forget()
    assert (world.answers, len(world.waiting)) == ([ERASED], 3)
    world.salts["desk"] = world.refs["case-8"] = b"\2" * 32  # with the application's go those of its refs
    world.gate.forget()
    assert (world.answers, len(world.waiting)) == ([ERASED] * 3, 1)
    world.seen.witnessed = world.now
    world.pass_by(50)
    assert world.answers == [ERASED, ERASED, ERASED, FREE]
    assert world.waiting.counts["waits_refused"] == 3


def test_whatever_happens_to_one_the_others_are_looked_at(world: World) -> None:
    first = world.ask()
    world.ask()
    del first.placement
    first.surface = "nothing that is served"
    world.seen.witnessed = world.now
    with pytest.raises(KeyError):
        world.pass_by(50)
    world.pass_by(50)
    assert world.answers == [FREE]


def test_an_old_checkpoint_that_is_cosigned_again_and_again_does_not_do(world: World) -> None:
    """The log's signer is away: entries are durable, and the last checkpoint, which lacks them, is as fresh as ever."""
    world.seen.covered, world.durable = 10, 10
    world.seen.witnessed = world.now
    world.ask()
    world.durable = 12
    for _ in range(60):
        assert world.required.trouble(world.now) == ""
        world.now += 500
        world.seen.witnessed = world.now
    world.now += 500
    assert "Entries of the log have waited 30 s" in world.required.trouble(world.now)
    world.ask()
    assert world.answers == [FREE]
    assert len(world.waiting) == 1
    world.seen.covered = 12
    world.pass_by(50)
    assert world.answers == [FREE, FREE]


def test_entries_are_given_the_time_that_a_checkpoint_takes(tmp_path: Path) -> None:
    """`within: PT2S`, and a witness that may be asked each second: five seconds are what all that takes at most."""
    world = World(tmp_path, Watch(b"", 1.0, 2.0))
    world.durable = 3
    for _ in range(10):
        world.seen.witnessed = world.now
        assert world.required.trouble(world.now) == ""
        world.now += 500
    world.now += 1
    world.seen.witnessed = world.now
    assert world.required.trouble(world.now)


def test_since_when_entries_wait() -> None:
    unseen = Unseen(100)
    assert unseen.since(0, 0, 1_000) is None
    assert unseen.since(5, 0, 1_100) == 1_100
    assert unseen.since(9, 0, 1_150) == 1_100  # too soon for a mark of its own
    assert unseen.since(9, 0, 1_300) == 1_100
    assert unseen.since(20, 5, 1_500) == 1_300
    assert unseen.since(20, 9, 1_600) == 1_500
    assert unseen.since(20, 20, 1_700) is None
    for each in range(10_000):
        unseen.since(21 + each, 20, 2_000 + each)
    assert len(unseen._marks) <= 101
