"""What the guides on operating show is taken by the gateway."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from comity.adapters.stack_files import read_stack_file
from comity.relay.finished import Finished
from comity.runtime.audience import audience
from comity.runtime.endpoints import endpoints
from comity.runtime.shown import document
from comity.runtime.tokens import grants
from comity.testing.authority import Authority
from tests.docs.blocks import blocks

STACK = {
    "origin": "test.example/gateway",
    "law": [],
    "parties": {"acme": {"seat": "FR"}},
    "sites": {"paris": {"jurisdiction": "FR", "operator": "acme"}},
    "models": {"mistral-small": {"developer": "FR"}},
    "deployments": {"one": {"model": "mistral-small", "site": "paris", "url": "https://one.example.com/v1"}},
    "applications": {"desk": {"controller": "acme", "purpose": "general", "data": [], "subjects": ["FR"]}},
}
ENVIRONMENT = dict.fromkeys(("AZURE_CLIENT_SECRET", "MESSAGES_KEY", "AUDIT_HOOK_SECRET", "OTLP_TOKEN"), "hush")


def shown(page: str, language: str) -> list[str]:
    return [block.text for block in blocks(page) if block.language == language]


@pytest.mark.parametrize("page", ["docs/guides/operate.md", "docs/guides/observe.md"])
def test_every_stack_that_is_shown_is_read_and_reached(tmp_path: Path, page: str) -> None:
    authority = Authority(tmp_path / "secrets")
    pair = authority.certificate("gateway")
    pair.certificate.rename(tmp_path / "secrets" / "gateway.crt.pem")
    pair.key.rename(tmp_path / "secrets" / "gateway.key.pem")
    for text in shown(page, "yaml"):
        file = tmp_path / "comity.yaml"
        file.write_text(yaml.safe_dump({**STACK, **yaml.safe_load(text)}))
        read = read_stack_file(file, ENVIRONMENT)
        assert [str(problem) for problem in read.problems if problem.severity == "error"] == []
        assert endpoints(read.stack, file, ENVIRONMENT)
        grants(read.stack, file, ENVIRONMENT)
        audience(read.stack, file, ENVIRONMENT)


def test_the_record_that_is_shown_has_the_members_of_a_record(tmp_path: Path) -> None:
    (text,) = shown("docs/guides/observe.md", "json")
    message = json.loads(text)
    (said,) = message["records"]
    file = tmp_path / "comity.yaml"
    file.write_text(yaml.safe_dump(STACK))
    record = Finished(
        "outcome", said["receipt"], "triage", "k", (), (), (), "chat", True, "mistral-small", "paris-mistral", "served",
        "h", 1, 200, "stop", *said["times"].values(), 1, False, 7, 3, 3200, "EUR",
    )  # fmt: skip
    assert document(record, read_stack_file(file, {}).stack) == said
