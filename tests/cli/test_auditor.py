"""An auditor's key goes by https, or to this machine, or where it is told to go."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from comity.cli.auditor import add_auditor, auditor_key
from comity.cli.main import main
from comity.terms.errors import UsageFault
from tests.tidy.tree import ROOT


def options(folder: Path, *more: str) -> Namespace:
    (folder / "key").write_text("sk-secret\n")
    parser = ArgumentParser()
    add_auditor(parser, "a key")
    return parser.parse_args(["--auditor", str(folder / "key"), *more])


@pytest.mark.parametrize(
    "url",
    [
        "https://gateway.example/log/",
        "http://127.0.0.1:4001/log/",
        "http://127.9.9.9",
        "http://[::1]:4001/log/",
        "http://localhost:4001",
    ],
)
def test_it_goes_by_https_and_to_this_machine(tmp_path: Path, url: str) -> None:
    assert auditor_key(options(tmp_path), url) == "sk-secret"


@pytest.mark.parametrize(
    "url",
    [
        "http://gateway.example:4001/log/",
        "http://10.0.0.7:4001",
        "http://127.0.0.1.example.org/log/",
        "http://127.0.0.1@gateway.example/log/",
        "http://localhost.example/",
        "http://[::2]:4001",
        "http://",
        "http://[",
        "ftp://gateway.example",
    ],
)
def test_it_goes_to_nobody_else_unless_told(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageFault, match="whoever is on the way could take") as refused:
        auditor_key(options(tmp_path), url)
    assert "secret" not in str(refused.value)
    assert auditor_key(options(tmp_path, "--insecure-http"), url) == "sk-secret"


def test_without_a_key_anyone_may_look(tmp_path: Path) -> None:
    assert auditor_key(Namespace(auditor=None, insecure_http=False), "http://gateway.example/log/") == ""


@pytest.mark.parametrize(
    "command",
    [
        ["log", "audit", "URL", "--follow", "--until-alarm"],
        ["log", "export", "URL", "--to", "out.parquet"],
        ["replay", "--log", "URL", "--realms", "realms.json"],
        ["audit", "commit", "sample.json", "URL", "--rate", "2%"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_no_command_forgets(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing listens at that address, and nobody is asked."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_text("sk-secret\n")
    url = "http://192.0.2.1:4001/log"
    assert main([*(url if word == "URL" else word for word in command), "--auditor", "key"]) == 2
    assert "http to another machine" in capsys.readouterr().err


def test_there_is_one_door() -> None:
    """No other file reads --auditor, and whoever sends a key has it from there."""
    readers = {
        path.name for path in (ROOT / "src/comity").rglob("*.py") if "options.auditor" in path.read_text("utf-8")
    }
    assert readers == {"auditor.py", "log.py"}  # the latter refuses it for a folder
