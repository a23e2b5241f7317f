"""`comity evidence`, as a person runs it: a bundle from a log, and the same bundle checked by somebody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.adapters.ledger import ApplicationSalts, Ledger
from comity.cli.main import main
from tests.adapters.ledger.writing import ask, enter, run
from tests.proof.samples import ORIGIN, SALT, denial

STACK = f"""\
origin: {ORIGIN}
law: [eu.gdpr]
sites:
  paris: {{jurisdiction: FR, operator: FR}}
models:
  m: {{developer: FR}}
deployments:
  paris: {{model: m, site: paris, url: "http://127.0.0.1:9001/v1"}}
applications:
  triage: {{controller: FR, purpose: healthcare, data: [health], subjects: [FR]}}
"""


@pytest.fixture
def stack_file(tmp_path: Path) -> Path:
    """A stack file beside a state with two requests and a denial."""
    path = tmp_path / "comity.yaml"
    path.write_text(STACK)
    state = tmp_path / ".comity"
    ApplicationSalts(state, rng=lambda size: SALT[:size]).get_or_create("triage")

    async def work(ledger: Ledger) -> None:
        await ask(ledger)
        await enter(ledger, "denial", denial())
        await ask(ledger)

    run(state, work)
    return path


def made(stack_file: Path, *more: str) -> Path:
    out = stack_file.parent / "out"
    days = ("--from", "2026-01-01", "--to", "2026-12-31", "--paper", "record-of-processing")
    assert main(["evidence", "-c", str(stack_file), *days, "--out", str(out), *more]) == 0
    return out


def test_a_bundle_is_written_and_verifies_offline(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = made(stack_file)
    told = json.loads((out / "evidence.json").read_text())
    assert [paper["paper"] for paper in told["papers"]] == ["record-of-processing"]
    assert told["blanks"]
    assert len((out / "events.csv").read_text().splitlines()) == 4
    assert len(list((out / "receipts").iterdir())) == 3
    assert main(["evidence", "--verify", str(out), "--key", str(out / "log.vkey")]) == 0
    assert "3 receipts, holds" in capsys.readouterr().out


def test_a_bundle_that_somebody_touched_does_not_hold(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = made(stack_file)
    (out / "events.csv").write_text("nothing happened\n")
    (out / "more.txt").write_text("more")
    first = sorted((out / "receipts").iterdir())[0]
    first.unlink()
    assert main(["evidence", "--verify", str(out), "--key", str(out / "log.vkey")]) == 1
    said = capsys.readouterr().err
    assert "events.csv is not what was written" in said
    assert "more.txt was added" in said
    assert f"receipts/{first.name} is missing" in said


def test_a_receipt_of_another_log_does_not_hold(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = made(stack_file)
    capsys.readouterr()
    assert main(["evidence", "--verify", str(out), "--json"]) == 0  # the nearest .comity is the log's own
    assert json.loads(capsys.readouterr().out)["holds"]
    other = stack_file.parent / "other"
    run(other, ask)
    assert main(["evidence", "--verify", str(out), "--key", str(other / "log.vkey")]) == 1
    assert "unknown-signer" in capsys.readouterr().err


def test_the_receipts_carried_are_as_many_as_were_asked_for(stack_file: Path) -> None:
    assert len(list((made(stack_file, "--receipts", "1") / "receipts").iterdir())) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "2026-01-01"], "needs --to, --out"),
        (["--from", "2026-02-01", "--to", "2026-01-01", "--out", "x"], "lies before"),
        (["--from", "2026-01-01", "--to", "2026-02-01", "--out", "x", "--app", "nobody"], "no application nobody"),
        (["--from", "2026-01-01", "--to", "2026-02-01", "--out", "x", "--register", "none.yaml"], "cannot be read"),
        (["--from", "2026-01-01", "--to", "2026-02-01", "--out", "x", "--state", "nowhere"], "holds no log"),
    ],
)
def test_what_is_wrong_is_said(
    stack_file: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stack_file.parent)
    assert main(["evidence", "-c", str(stack_file), *options]) == 2
    assert said in capsys.readouterr().err


def test_nothing_is_written_over(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = made(stack_file)
    days = ("--from", "2026-01-01", "--to", "2026-12-31")
    assert main(["evidence", "-c", str(stack_file), *days, "--out", str(out)]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_a_folder_that_is_no_bundle_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "--verify", str(tmp_path)]) == 2
    assert "is no bundle" in capsys.readouterr().err


def test_a_register_is_signed_by_counsel_and_by_nobody_once_it_is_touched(
    stack_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = stack_file.parent
    register = folder / "register.yaml"
    register.write_text("applications: {triage: {purposes: order of patients}}\n")
    assert main(["attest", "key", "head-of-legal", "--out", str(folder / "legal.key")]) == 0
    stack_file.write_text(STACK + capsys.readouterr().out.splitlines()[-1] + "\n")
    signing = ("--key", str(folder / "legal.key"), "--until", "2199-12-31", "-c", str(stack_file))
    assert main(["attest", "register", str(register), *signing]) == 0
    told = json.loads((made(stack_file, "--register", str(register)) / "evidence.json").read_text())
    assert told["register"] == "head-of-legal"
    register.write_text("applications: {triage: {purposes: something else}}\n")
    (folder / "out").rename(folder / "before")
    told = json.loads((made(stack_file, "--register", str(register)) / "evidence.json").read_text())
    assert told["register"] == "unsigned"
    assert "signed over another register" in capsys.readouterr().err
