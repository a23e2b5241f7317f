"""`comity receipt close`: what is closed is not said any more, and the receipt proves as before."""

from __future__ import annotations

import io
import itertools
import json
import sys
from pathlib import Path

import pytest

from comity.cli.main import main
from comity.proof.leaf import BLOCKS
from comity.proof.receipt import read_receipt
from comity.proof.verify import verify_file
from tests.proof.samples import TRUST, SampleLog, denial, sample


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    file = tmp_path / "receipt.json"
    file.write_bytes(sample().receipt(1, 4).encode())
    return file


ALL = [f"{kind}.{block}" for kind in ("intent", "outcome") for block in BLOCKS if (kind, block) != ("outcome", "party")]


@pytest.mark.parametrize("count", range(1, len(ALL) + 1))
def test_it_stays_valid_whatever_is_closed(receipt: Path, tmp_path: Path, count: int) -> None:
    for blocks in itertools.combinations(ALL, count):
        out = tmp_path / "closed.json"
        assert main(["receipt", "close", str(receipt), "--out", str(out), *(f"--block={each}" for each in blocks)]) == 0
        result = verify_file(out.read_bytes(), TRUST)
        assert result.valid
        closed = {
            f"{kind}.{name}"
            for kind, entry in result.entries.items()
            for name in BLOCKS
            if entry.shown.block(name) is None
        }
        assert closed == set(blocks)


def test_a_block_is_closed_in_every_entry(receipt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "closed.json"
    assert main(["receipt", "close", str(receipt), "--block", "party", "--block", "content", "--out", str(out)]) == 0
    assert "closed intent.party, intent.content, outcome.content" in capsys.readouterr().out
    text = out.read_text()
    for word in ("triage", "chu-lyon", "finish", "bytes", "openings"):
        assert word not in text
    assert main(["receipt", "close", str(out), "--block", "content"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(text)


def test_openings_go_with_what_they_open(receipt: Path, tmp_path: Path) -> None:
    out = tmp_path / "closed.json"
    assert set(read_receipt(receipt.read_bytes()).openings) == {"request", "response"}
    assert main(["receipt", "close", str(receipt), "--block", "intent.content", "--out", str(out)]) == 0
    assert set(read_receipt(out.read_bytes()).openings) == {"response"}


def test_a_denial_by_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    log = SampleLog()
    log.append("denial", denial())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(log.receipt(0).encode())))
    assert main(["receipt", "close", "-", "--block", "decision"]) == 0
    result = verify_file(capsys.readouterr().out.encode(), TRUST)
    assert result.valid
    assert result.entries["denial"].shown.block("decision") is None


@pytest.mark.parametrize(
    ("block", "said"),
    [("outcome.party", "must be shown"), ("prompt", "this receipt has intent.party"), ("denial.party", "this receipt")],
)
def test_what_cannot_be_closed(receipt: Path, capsys: pytest.CaptureFixture[str], block: str, said: str) -> None:
    assert main(["receipt", "close", str(receipt), "--block", block]) == 2
    assert said in capsys.readouterr().err


def test_what_is_no_receipt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "no").write_text("{}")
    assert main(["receipt", "close", str(tmp_path / "no"), "--block", "party"]) == 2
    assert main(["receipt", "close", str(tmp_path / "none"), "--block", "party"]) == 2
    assert "is no receipt" in capsys.readouterr().err
