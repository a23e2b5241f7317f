"""Active checks: what is well, what is not, and that a check ends with its target."""

from __future__ import annotations

import asyncio

import pytest

from comity.adapters.http.health import Checks, well
from comity.relay.target import Check, Target
from comity.testing.upstream import Upstream, raw, silence, status
from tests.adapters.http.house import run, until

CHECK = Check("/health", 0.01, 5.0)


def target(port: int, name: str = "paris", check: Check | None = CHECK) -> Target:
    return Target(name, "m", host="127.0.0.1", port=port, credentials=b"authorization: Bearer up\r\n", check=check)


@pytest.mark.parametrize(
    ("code", "expected"),
    [(200, True), (204, True), (301, True), (404, True), (401, False), (403, False), (429, False), (500, False)],
)
def test_an_answer_below_500_is_well_unless_it_is_about_us(code: int, expected: bool) -> None:
    async def main() -> None:
        async with Upstream(status(code)) as upstream:
            assert await well(target(upstream.port), CHECK) is expected
            assert upstream.requests[0].line == "GET /v1/health HTTP/1.1"
            assert upstream.requests[0].headers["authorization"] == "Bearer up"

    run(main())


def test_no_answer_no_http_and_nobody_there_are_unwell() -> None:
    async def main() -> None:
        for answer in (silence(), raw(b"x" * 100_000), raw(b"HTTP/1.1 2000 Yes\r\n\r\n")):
            async with Upstream(answer) as upstream:
                assert not await well(target(upstream.port), Check("/", 1.0, 0.1))
                port = upstream.port
        assert not await well(target(port), Check("/", 1.0, 0.5))  # nobody listens any more

    run(main())


def test_a_deployment_falls_ill_and_recovers_and_its_checks_end_with_it() -> None:
    async def main() -> None:
        async with Upstream(status(200)) as upstream:
            targets = [target(upstream.port), target(upstream.port, "unchecked", None)]
            heard: list[tuple[str, bool]] = []
            checks = Checks(lambda: targets, lambda name, fine: heard.append((name, fine)), look=0.01)
            checks.start()
            await until(lambda: ("paris", True) in heard)
            upstream.otherwise = status(503)
            await until(lambda: ("paris", False) in heard)
            targets.clear()
            await until(lambda: heard[-1] == ("paris", True))
            await asyncio.sleep(0.05)
            asked = len(upstream.requests)
            await asyncio.sleep(0.1)
            assert len(upstream.requests) == asked
            assert {name for name, _ in heard} == {"paris"}
            checks.stop()

    run(main())
