"""An exact answer is given again only to its application, only where its deployment is permitted, only for a time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from comity.relay.cache import MAX_ANSWER_BYTES, MAX_BYTES, Exact, Kept, key


def kept(deployment: str = "paris", until: int = 100, body: bytes = b"{}") -> Kept:
    return Kept(deployment, 7, b"application/json", body, until)


def test_only_for_the_same_application_surface_and_bytes() -> None:
    cache = Exact()
    cache.put(key("desk", "chat", b"hello"), kept(), 10)
    assert cache.get(key("desk", "chat", b"hello"), {"paris"}, 0) == kept()
    for other in (key("other", "chat", b"hello"), key("desk", "messages", b"hello"), key("desk", "chat", b"hello ")):
        assert cache.get(other, {"paris"}, 0) is None


def test_only_where_its_deployment_is_permitted_and_it_stays_for_a_case_that_permits() -> None:
    cache = Exact()
    cache.put(key("desk", "chat", b"hello"), kept(), 10)
    assert cache.get(key("desk", "chat", b"hello"), {"lyon"}, 0) is None
    assert cache.get(key("desk", "chat", b"hello"), {"lyon", "paris"}, 0) is not None


def test_only_for_its_time() -> None:
    cache = Exact()
    cache.put(key("desk", "chat", b"hello"), kept(until=100), 10)
    assert cache.get(key("desk", "chat", b"hello"), {"paris"}, 99) is not None
    assert cache.get(key("desk", "chat", b"hello"), {"paris"}, 100) is None
    assert len(cache) == 0


def test_bounds() -> None:
    cache = Exact()
    cache.put(key("desk", "chat", b"long"), kept(body=bytes(MAX_ANSWER_BYTES + 1)), 10)
    cache.put(key("desk", "chat", b"none"), kept(), 0)
    assert len(cache) == 0
    for number in range(5):
        cache.put(key("desk", "chat", b"%d" % number), kept(), 3)
        cache.put(key("other", "chat", b"%d" % number), kept(), 3)
    assert len(cache) == 6
    assert cache.get(key("desk", "chat", b"1"), {"paris"}, 0) is None
    assert cache.get(key("desk", "chat", b"2"), {"paris"}, 0) is not None
    for number in range(MAX_BYTES // MAX_ANSWER_BYTES + 10):
        cache.put(key("desk", "chat", b"%d" % number), kept(body=bytes(MAX_ANSWER_BYTES)), 10**6)
    assert len(cache) < MAX_BYTES // MAX_ANSWER_BYTES
    cache.clear("desk")
    assert len(cache) == 0


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 4), st.sampled_from(["paris", "lyon"]), st.integers(0, 9)),
        max_size=40,
    ),
    st.sets(st.sampled_from(["paris", "lyon"])),
    st.integers(0, 9),
)
def test_never_across_applications_nor_from_a_forbidden_deployment(puts, permitted, now) -> None:
    cache = Exact()
    last: dict[tuple[str, int], tuple[str, int]] = {}
    for application, number, deployment, until in puts:
        body = f"{application}{number}".encode()
        cache.put(key(application, "chat", b"%d" % number), kept(deployment, until, body), 3)
        last[application, number] = deployment, until
    for application in "ab":
        for number in range(5):
            found = cache.get(key(application, "chat", b"%d" % number), permitted, now)
            if found is not None:
                assert found.body == f"{application}{number}".encode()
                assert (found.deployment, found.until) == last[application, number]
                assert found.deployment in permitted
                assert found.until > now


def test_headers_that_describe_a_body_are_part_of_the_request() -> None:
    plain, beta = (key("hospital", "messages", b"{}", lines) for lines in (b"", b"anthropic-beta: context-1m\r\n"))
    exact = Exact()
    exact.put(plain, Kept("paris", 1, b"application/json", b"{}", 10), 9)
    assert exact.get(beta, {"paris"}, 1) is None
    assert exact.get(plain, {"paris"}, 1) is not None
