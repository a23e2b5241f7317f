"""What the guide on witnesses and timestamps tells people to type and set."""

from __future__ import annotations

import shlex
from pathlib import Path

import yaml

from comity.adapters.stack_files import read_stack_file
from comity.adapters.witness.logs import read_logs
from comity.cli.main import parser
from comity.proof.note import Signer
from comity.proof.policy import parse_policy
from comity.runtime.witnessing import watch_of
from comity.stack.operation import seconds_of
from tests.adapters.witness.test_witnesses import KEYS
from tests.docs.blocks import blocks
from tests.docs.test_operating_guides import STACK

PAGE = "docs/guides/witness.md"
VKEY = Signer("example.gouv.fr/comity", b"\x01" * 32).key.text


def of(language: str) -> list[str]:
    return [block.text for block in blocks(PAGE) if block.language == language]


def test_comity_understands_what_is_typed() -> None:
    typed = [shlex.split(line) for text in of("sh") for line in text.splitlines() if line.startswith("comity ")]
    assert [words[1:3] for words in typed[1:3]] == [["witness", "key"], ["witness", "serve"]]
    for words in typed:
        assert parser(words[1]).parse_args(words[1:])


def test_the_files_that_are_shown_are_read(tmp_path: Path) -> None:
    witness, witnesses, timestamps = of("yaml")
    shown = "example.gouv.fr/comity+8d9e7a1b+AWExample"
    (tmp_path / "witness.yaml").write_text(witness.replace(shown, VKEY))
    logs = read_logs(tmp_path / "witness.yaml")
    assert logs.of("example.gouv.fr/comity/abc123xyz") is not None

    (policy,) = of("text")
    for number, key in zip(("first", "second", "third"), KEYS, strict=True):
        policy = policy.replace(f"<vkey of the {number}>", key.key.text)
    policy = policy.replace(shown, VKEY)
    read = parse_policy(policy.encode())
    assert read.satisfied_by(["north", "east"])
    assert len(read.urls) == 3

    (tmp_path / "witnesses.policy").write_text(policy)
    (tmp_path / "tsa-root.pem").touch()
    file = tmp_path / "comity.yaml"
    file.write_text(yaml.safe_dump({**STACK, **yaml.safe_load(witnesses), **yaml.safe_load(timestamps)}))
    found = read_stack_file(file, {})
    assert [str(problem) for problem in found.problems if problem.severity == "error"] == []
    watch = watch_of(found.stack, file)
    assert watch is not None
    assert (watch.every, watch.within, watch.applications) == (1.0, 30.0, None)
    assert found.stack.timestamps is not None
    assert seconds_of(found.stack.timestamps.every) == 3600
