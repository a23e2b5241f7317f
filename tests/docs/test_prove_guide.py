"""What the guide on proofs shows is done, and the reference has every key."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from comity.cli.main import main
from comity.posture.claims.independence import KINDS
from comity.posture.claims.terms import KEYS
from tests.docs.blocks import blocks
from tests.tidy.tree import ROOT

PAGE = "docs/guides/prove.md"
CODES = {"HOLDS": 0, "DOES": 1}


def test_every_command_says_what_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    ran = 0
    for block in blocks(PAGE):
        for command in block.text.split("$ ")[1:] if block.language == "console" else ():
            line, _, said = command.partition("\n")
            arguments = shlex.split(line)[1:]
            dated = [] if arguments[0] == "explain" else ["--as-of", "2026-11-23"]
            code = main([*arguments, *dated])
            out = capsys.readouterr().out
            if said.strip():
                assert code == CODES[said.split()[0]], line
                assert out.startswith(said.strip()), line
            ran += 1
    assert ran == 7
    assert (tmp_path / "case.json").exists()


def test_the_reference_has_every_key_and_kind() -> None:
    page = (ROOT / "docs/reference/claims.md").read_text()
    for name, key in KEYS.items():
        assert f"| `{name}:` " in page, name
        assert f"| {key.of} | {key.says} |" in page, name
    for kind in KINDS:
        assert f"| `{kind}` |" in page, kind


def test_the_claims_that_the_guide_puts_into_the_stack_file_hold(tmp_path: Path) -> None:
    (written,) = (block.text for block in blocks(PAGE) if block.language == "yaml")
    text = (ROOT / "examples/hospital.yaml").read_text()
    assert text.count("claims: []") == 1
    file = tmp_path / "comity.yaml"
    file.write_text(text.replace("claims: []", f"{written.rstrip()}\n#"))
    assert main(["prove", "-c", str(file), "--all"]) == 0
