"""A reload sends no old placement to a new address, and keeps nothing for ever."""

from msgspec.structs import replace

from comity.runtime.messages import Endpoint
from comity.runtime.targets import KEPT_MS, MOST_KEPT, Targets

HERE = Endpoint("first", "paris", "small", "one.example", 80)
THERE = replace(HERE, host="two.example")


def targets(*endpoints, realm="a", now=0):
    held = Targets()
    held.begin(realm, held.prepared(endpoints), now)
    return held


def test_an_old_realm_keeps_its_addresses_for_the_longest_request_and_no_longer():
    held = targets(HERE)
    held.begin("b", held.prepared((THERE,)), 1000)
    assert held.of("a")["first"].host == "one.example"
    assert held.of("b")["first"].host == "two.example"
    held.begin("c", None, 1000 + KEPT_MS)
    assert held.of("a") == {}
    assert held.of("b")["first"] is held.of("c")["first"]
    assert held.of("never") == {}


def test_what_is_said_of_a_deployment_later_is_said_of_the_realm_in_force_alone():
    held = targets(HERE)
    held.begin("b", held.prepared((HERE,)), 1)
    held.reach("first", None)
    assert held.of("b") == {} and held.of("a")["first"].host == "one.example"
    held.reach("first", THERE)
    assert held.of("b")["first"].host == "two.example" and held.of("a")["first"].host == "one.example"


def test_a_target_stays_the_same_object_over_realms_while_its_endpoint_does():
    held = targets(HERE)
    before = held.of("a")["first"]
    held.begin("b", held.prepared((replace(HERE),)), 1)
    assert held.of("b")["first"] is before
    held.begin("b", held.prepared((replace(HERE, weight=2),)), 2)
    assert held.of("b")["first"] is not before


def test_reloads_without_end_fill_no_memory():
    held = targets(HERE)
    for number in range(10 * MOST_KEPT):
        held.begin(f"r{number}", held.prepared((HERE,)), number)
    kept = [number for number in range(10 * MOST_KEPT) if held.of(f"r{number}")]
    assert len(kept) == MOST_KEPT + 1 and kept[-1] == 10 * MOST_KEPT - 1


def test_a_realm_that_comes_back_has_the_addresses_of_now():
    held = targets(HERE)
    held.begin("b", held.prepared((THERE,)), 1)
    held.begin("a", held.prepared((THERE,)), 2)
    assert held.of("a")["first"].host == held.of("b")["first"].host == "two.example"
