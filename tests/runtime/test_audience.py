"""Hooks and telemetry as a stack file names them, and what is missing of them."""

import pytest
from msgspec import convert

from comity.cli import check
from comity.cli.main import main
from comity.runtime import audience as module
from comity.runtime.audience import audience
from comity.stack.types import Stack
from comity.terms.problems import Problems
from tests.runtime.stacks import two_upstreams

HOOK = {"url": "https://siem.example/in", "site": "paris", "key": "env:HOOK"}
TELEMETRY = {"otlp": "https://otel.example", "site": "paris", "key": "env:OTLP"}


def stack(**more) -> Stack:
    plain = {
        "origin": "test.example/gw",
        "law": [],
        "sites": {"paris": {"jurisdiction": "FR", "operator": "FR"}},
        "models": {},
        "deployments": {},
        "applications": {},
    }
    return convert({**plain, **more}, Stack)


def test_each_is_found_with_its_secret_which_is_in_no_representation(tmp_path):
    found = audience(
        stack(hooks={"audit": HOOK}, telemetry=TELEMETRY), tmp_path / "c.yaml", {"HOOK": "hush", "OTLP": "hush"}
    )
    assert list(found) == ["hook:audit", "telemetry"]
    assert found["hook:audit"].secret == "hush" and "hush" not in repr(found)


def test_everything_that_is_missing_is_said_at_once(tmp_path):
    with pytest.raises(Problems) as raised:
        audience(stack(hooks={"audit": HOOK}, telemetry=TELEMETRY), tmp_path / "c.yaml", {})
    assert [problem.where for problem in raised.value.problems] == ["hooks.audit", "telemetry"]


def test_telemetry_without_its_libraries_is_said_by_check_and_stops_the_start(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(check, "can_export", lambda: False)
    monkeypatch.setattr(module, "can_export", lambda: False)
    file = two_upstreams(tmp_path, "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")
    file.write_text(file.read_text() + 'telemetry: {otlp: "http://127.0.0.1:4318", site: paris}\n')
    for command in (["check"], ["serve", "--port", "0", "--control-port", "0"]):
        assert main([*command, "-c", str(file)]) == 1
        said = capsys.readouterr()
        assert "comity[otel]" in said.out + said.err
