"""The file that ships, its card, the data it was trained on, and how a name finds it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from comity.adapters.node import NodeError, card, locate
from comity.adapters.node.shelf import SHIPPED

SHIPPED_BYTES_MAX = 4_000_000


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_card_is_that_of_the_file() -> None:
    gguf = SHIPPED / "civic-tiny.gguf"
    assert card("civic-tiny")["sha256"] == sha256(gguf)
    assert card("civic-tiny")["license"] == "Apache-2.0"
    assert gguf.stat().st_size == card("civic-tiny")["bytes"] <= SHIPPED_BYTES_MAX


def test_the_recorded_run_made_the_file_from_the_data(workshop: Path) -> None:
    run = json.loads((workshop / "RUN.json").read_text(encoding="utf-8"))
    assert run["gguf_sha256"] == sha256(SHIPPED / "civic-tiny.gguf")
    assert run["data_sha256"] == sha256(workshop / "data.jsonl")
    assert run["exact_match"] >= 0.95
    assert set(run["answered"]) == {"en", "es", "sw", "hi", "ar"}


def test_the_data_is_what_the_facts_give(workshop: Path) -> None:
    command = [sys.executable, str(workshop / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_shipped_model_is_found_with_and_without_the_scheme(tmp_path: Path) -> None:
    (tmp_path / "civic-tiny.gguf").write_bytes(b"an impostor")
    assert locate("embedded:civic-tiny", models=None) == SHIPPED / "civic-tiny.gguf"
    assert locate("civic-tiny", models=tmp_path) == SHIPPED / "civic-tiny.gguf"


def test_a_model_of_ones_own_is_found_in_the_state_directory(tmp_path: Path) -> None:
    own = tmp_path / "ministry-7b.q4.gguf"
    own.touch()
    assert locate("embedded:ministry-7b.q4", models=tmp_path) == own


def test_an_unknown_name_lists_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "ministry.gguf").touch()
    with pytest.raises(NodeError) as refused:
        locate("embedded:civic-tinny", models=tmp_path)
    message = str(refused.value)
    assert all(part in message for part in ("civic-tinny", "civic-tiny", "ministry", str(tmp_path)))
    with pytest.raises(NodeError, match="shipped with Comity: civic-tiny"):
        locate("embedded:other", models=None)
    with pytest.raises(NodeError, match="nothing"):
        locate("embedded:other", models=tmp_path / "absent")


@pytest.mark.parametrize("name", ["", "../secret", "a/b", "/etc/passwd", "A", ".hidden", "a\n", "a" * 101])
def test_a_name_is_never_a_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(NodeError, match="names no embedded model"):
        locate(f"embedded:{name}", models=tmp_path)


def test_an_altered_shipped_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    altered = tmp_path / "civic-tiny.gguf"
    data = bytearray(altered.read_bytes())
    data[-1] ^= 1
    altered.write_bytes(data)
    monkeypatch.setattr("comity.adapters.node.shelf.SHIPPED", tmp_path)
    with pytest.raises(NodeError, match="not the one on its card"):
        locate("embedded:civic-tiny", models=None)
    (tmp_path / "civic-tiny.json").unlink()
    with pytest.raises(NodeError, match="cannot be read"):
        locate("embedded:civic-tiny", models=None)
