"""One gate, two realms: what ends on a date ends on that date, and the log says so before any request goes out."""

from datetime import date

import pytest
from msgspec.structs import force_setattr, replace

from comity.adapters.keys import Key, digest_of
from comity.adapters.ledger import LedgerBroken
from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.law.case import NOTHING_ADDED, Addition
from comity.placement.types import Placement, Wish
from comity.relay.exchange import Exchange
from comity.relay.ports import FREE, Later
from comity.runtime.gate import CHANGED, ERASED, Gate
from comity.runtime.in_force import InForce
from comity.runtime.messages import Endpoint
from comity.stack.operation import Cache
from comity.terms.instants import end_of, start_of
from comity.terms.refusal import Refusal

DAY = start_of(date(2026, 11, 23))
LAST = date(2026, 12, 31)
STACK = """
origin: test.example/gateway
law: []
parties:
  acme: {seat: FR}
sites:
  paris: {jurisdiction: FR, operator: acme}
models:
  small: {developer: FR}
  large: {developer: FR}
deployments:
  first: {model: small, site: paris, url: "https://one.example/v1", certificates: [{name: HDS, until: 2026-12-31}]}
  second: {model: large, site: paris, url: "https://two.example/v1"}
applications:
  desk: {controller: acme, purpose: general, data: [], subjects: [FR]}
  front: {controller: acme, purpose: general, data: [], subjects: [FR], models: [large]}
  trial: {controller: acme, purpose: healthcare, data: [personal, health], subjects: [FR], observe: {until: 2026-12-31}}
"""
ENDPOINT = Endpoint(
    "first", "paris", "small", "one.example", 443, tls=True, credentials="authorization: Bearer hush\r\n"
)


class World:
    """A gate with a clock that tests set, and a list of the realms that it said it began."""

    def __init__(self, folder) -> None:
        file = folder / "comity.yaml"
        file.write_text(STACK)
        read = read_stack_file(file, {}, date(2026, 11, 23))
        self.now = DAY
        self.before = InForce(build_realm(read, DAY))
        self.after = InForce(build_realm(read, end_of(LAST)))
        self.begun: list[InForce] = []
        self.broken = False
        self.trouble = ""
        self.salt = b"\1" * 32
        self.gone = False
        self.gate = Gate(
            self.before,
            clock=lambda: self.now,
            salt=lambda application: self.salt,
            salt_of_ref=self.salt_of_ref,
            began=self.began,
            trouble=lambda: self.trouble,
        )
        self.gate.recognise([key(name) for name in ("desk", "front", "trial")])

    def began(self, force: InForce) -> None:
        if self.broken:
            raise LedgerBroken("the disk is full")
        self.begun.append(force)

    def salt_of_ref(self, application: str, ref: str) -> bytes:
        if self.gone:
            raise OSError("no disk")
        return self.salt[:31] + ref.encode()

    def place(self, application="desk", model="small", addition=NOTHING_ADDED) -> Placement | Refusal:
        tenant = self.gate.tenant(application.encode())
        return self.gate.place(tenant, addition, Wish(model), "infer", self.now)


def key(application) -> Key:
    return Key(application, digest_of(application.encode()), application, None, "full", 1)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_the_same_question_has_the_same_answer_object(world):
    assert isinstance(world.place(), Placement)
    assert world.place() is world.place()


def test_the_realm_that_serves_is_entered_first(world):
    assert world.begun == [world.before]


def test_past_its_date_a_realm_refuses_until_the_next_is_there(world):
    assert world.before.realm.valid_until == end_of(LAST)
    world.now = end_of(LAST)
    refused = world.place()
    assert isinstance(refused, Refusal) and refused.status == 503
    assert "realm ended" in world.gate.fault()
    world.gate.take(world.after)
    assert isinstance(world.place(), Placement)
    assert world.gate.fault() == ""


def test_the_next_realm_is_taken_at_its_instant_and_not_before(world):
    world.gate.take(world.after)
    world.now = end_of(LAST) - 1
    assert world.place().realm == world.before.realm.digest
    world.now = end_of(LAST)
    assert world.place().realm == world.after.realm.digest
    assert world.begun == [world.before, world.after]


def test_no_realm_serves_that_the_log_could_not_enter(world):
    world.gate.take(world.after)
    world.now, world.broken = end_of(LAST), True
    assert isinstance(world.place(), Refusal)
    world.broken = False
    assert world.place().realm == world.after.realm.digest


def test_an_application_asks_for_its_own_models_alone(world):
    assert isinstance(world.place("front", "large"), Placement)
    for unserved in ("small", "first", "nothing"):
        assert world.place("front", unserved).status == 404
    assert isinstance(world.place("front", "second"), Placement)
    tenant = world.gate.tenant(b"front")
    assert world.gate.models(tenant) == ("large",)


def test_observed_is_marked_and_ends_on_its_day(world):
    observed = world.place("trial")
    assert observed.mode == "observe"
    assert any(candidate.forbidden for candidate in observed.candidates)
    world.gate.take(world.after)
    world.now = end_of(LAST)
    assert isinstance(world.place("trial"), Refusal)


def test_the_case_shown_unites_what_the_request_adds(world):
    tenant = world.gate.tenant(b"desk")
    case = world.gate.case(tenant, Addition(data=("personal",), subjects=("DE",), purposes=("research",)), "infer")
    assert case.purpose == "general" and "personal" in case.data and case.subjects == ("DE", "FR")


def test_a_target_is_one_object_until_it_changes_and_none_when_it_is_down(world):
    gate = world.gate
    assert gate.targets(world.before.realm.digest).get("first") is None
    gate.reach("first", ENDPOINT)
    target = gate.targets(world.before.realm.digest).get("first")
    assert gate.targets(world.before.realm.digest).get("first") is target
    assert target.credentials == b"authorization: Bearer hush\r\n" and target.tls is not None
    gate.reach("first", replace(ENDPOINT, port=444))
    assert gate.targets(world.before.realm.digest).get("first") is not target
    gate.reach("first", None)
    assert gate.targets(world.before.realm.digest).get("first") is None


def test_trouble_of_the_worker_is_trouble_of_the_gate(world):
    world.trouble = "the disk is full"
    assert world.gate.fault() == "the disk is full"


def test_who_asked_before_its_salt_was_destroyed_has_no_answer_kept(world):
    application = world.before.realm.stack.applications["desk"]
    force_setattr(application, "cache", Cache(seconds=60.0, entries=10))
    tenant = world.gate.tenant(b"desk")
    assert world.gate.cache(tenant) is not None
    assert world.gate.cache(tenant.under("case-7", b"\2" * 32)) is None
    assert world.gate.cache(world.gate.tenant(b"front")) is None


@pytest.mark.parametrize("ref", ["", "r"])
def test_nothing_is_entered_under_a_salt_that_is_destroyed(world, ref):
    """Its request began to come in before, and is whole only now."""
    tenant = world.gate.tenant(b"desk")
    tenant = world.gate.under(tenant, ref) if ref else tenant
    asking = Exchange(tenant, NOTHING_ADDED, b"{}", bytes(16), world.now)
    placement = world.place()
    assert world.gate.admit(asking, placement, world.now, pytest.fail) is FREE
    world.salt = b"\2" * 32
    refused = world.gate.admit(asking, placement, world.now, pytest.fail)
    assert (refused.status, refused.code) == (503, "not_ready")
    assert world.gate.erased(tenant) == refused
    world.gate.forget()
    assert world.gate.tenant(b"desk").salt == world.salt
    assert world.gate.erased(world.gate.tenant(b"desk")) is None


def test_what_waited_for_its_share_is_not_entered_under_a_salt_that_is_destroyed(world):
    class Share:
        released = 0

        def release(self, now):
            self.released += 1

    class Rations:
        def admit(self, exchange, placement, targets, now, ready):
            self.ready = ready

    rations = world.gate._rations = Rations()
    share, told = Share(), []
    for salt, answer in ((world.salt, share), (b"\2" * 32, ERASED)):
        asking = Exchange(world.gate.tenant(b"desk"), NOTHING_ADDED, b"{}", bytes(16), world.now)
        assert world.gate.admit(asking, world.place(), world.now, told.append) is None
        world.salt = salt
        rations.ready(share)
        assert told[-1] is answer
    assert share.released == 1
    rations.ready(CHANGED)
    assert told[-1] is CHANGED


def test_a_ref_whose_salt_cannot_be_had_is_told_so(world):
    tenant = world.gate.tenant(b"desk")
    world.gone = True
    with pytest.raises(Later, match="salts of this application"):
        world.gate.under(tenant, "r")
