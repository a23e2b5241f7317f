"""The admin API asked whatever its own description allows, and what it does not, as every role (schemathesis)."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS as KNOWN
from schemathesis.checks import load_all_checks, not_a_server_error

from comity.adapters.keys import Role
from faults.conftest import Row
from faults.world import World

EXAMPLES = int(os.environ.get("EXAMPLES", "25"))
"""For each page, as each role, of requests that fit its description and of those that do not."""

load_all_checks()
CHECKS = [
    not_a_server_error,
    *KNOWN.get_by_names(["status_code_conformance", "content_type_conformance", "response_schema_conformance"]),
]
ROLES: tuple[str, ...] = get_args(Role)
QUIET = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.mark.parametrize("fault", [*ROLES, "nobody"])
def test_admin(fault: str, world: World, row: Row) -> None:
    """the admin API, asked anything by"""
    key = "" if fault == "nobody" else world.gateway.new_key("--role", fault)
    while key and world.run(world.gateway.get("/admin/status", key))[0] != 200:
        time.sleep(0.1)  # a key of another process is known within a second
    described = json.loads(world.run(world.gateway.get("/admin/openapi.json", world.owner))[2])
    before = _keys(world)
    statuses = _ask_all(world, described, key)
    assert world.run(world.gateway.get("/admin/status", world.owner))[0] == 200
    made = len(_keys(world)) - len(before)
    row.tell(requests=statuses.total(), **{f"of_{status}": count for status, count in sorted(statuses.items())})
    assert not world.own_faults()
    if fault not in ("owner", "operator"):
        assert _keys(world) == before
        assert set(statuses) <= {200, 400, 401, 403, 404, 405, 422}
    else:
        assert made == statuses[201]
    assert world.run(world.ask()).status == 200


def _keys(world: World) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(world.run(world.gateway.get("/admin/keys", world.owner))[2])["keys"]
    return listed


def _ask_all(world: World, described: dict[str, Any], key: str) -> Counter[int]:
    schema = schemathesis.openapi.from_dict(described)
    host, port = world.gateway.first["control"]
    headers = {"authorization": f"Bearer {key}"} if key else {}
    statuses: Counter[int] = Counter()
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask(operation, mode, f"http://{host}:{port}", headers, statuses)
    return statuses


def _ask(operation: Any, mode: GenerationMode, url: str, headers: dict[str, str], statuses: Counter[int]) -> None:
    @QUIET
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: Any) -> None:
        response = case.call(base_url=url, headers=headers)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    asked()
