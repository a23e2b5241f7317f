"""`comity attest` and `comity duties` as counsel and an operator use them, from the key to the ruling."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from comity.cli.main import main

STACK = """
origin: example.org/log
law: [eu.gdpr]
attest: required
parties:
  chu: {seat: FR}
  hexagone: {seat: FR}
agreements:
  - {between: [chu, hexagone], kinds: [eu.art28], until: 2099-12-31}
gateway: {site: home}
sites:
  home: {jurisdiction: FR, operator: chu}
  paris: {jurisdiction: FR, operator: hexagone}
models:
  small: {developer: FR}
deployments:
  hosted: {model: small, site: paris, url: "https://paris.example/v1", terms: {retention: P0D, trains: false}}
applications:
  desk: {controller: chu, purpose: healthcare, data: [personal, health], subjects: [FR], roles: [], risk: high,
         grounds: [eu.art6.public, eu.art9.health-care]}
"""


@pytest.fixture
def file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A stack that trusts one counsel's key, which lies beside it."""
    path = tmp_path / "comity.yaml"
    assert main(["attest", "key", "legal", "--out", str(tmp_path / "legal.key")]) == 0
    path.write_text(STACK + capsys.readouterr().out.splitlines()[-1] + "\n")
    return path


def verdict(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    main(["explain", "-c", str(path), "--app", "desk", "--json"])
    (deployment,) = json.loads(capsys.readouterr().out)["deployments"]
    assert isinstance(deployment, dict)
    return deployment


def sign(path: Path, *more: str) -> int:
    key = ["--key", str(path.with_name("legal.key")), "-c", str(path), "--until", "2099-06-30"]
    return main(["attest", *more, *key])


def test_the_private_key_is_its_owners_and_is_never_overwritten(file: Path) -> None:
    key = file.with_name("legal.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    assert main(["attest", "key", "legal", "--out", str(key)]) == 2
    assert key.read_bytes() == before


def test_an_agreement_counts_once_counsel_has_signed_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = verdict(file, capsys)
    assert before["verdict"] == "forbid"
    assert "no counsel key in force has signed it" in before["unsigned"][0]  # type: ignore[index]
    assert main(["check", "-c", str(file)]) == 1
    assert "comity attest agreement 1" in capsys.readouterr().out

    assert sign(file, "agreement", "1") == 0
    assert "signed by legal until 2099-06-30" in capsys.readouterr().out
    after = verdict(file, capsys)
    assert after["verdict"] == "permit" and "unsigned" not in after
    assert main(["check", "-c", str(file)]) == 0
    capsys.readouterr()
    assert main(["attest", "list", "-c", str(file), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["agreements"]
    assert (row["counts"], row["signed_by"]) == (True, ["legal"])

    file.write_text(file.read_text().replace("kinds: [eu.art28]", "kinds: [eu.art28, eu.scc-m2]"))
    assert verdict(file, capsys)["verdict"] == "forbid"


def test_without_the_key_in_the_stack_file_a_signature_counts_for_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file.read_text()
    assert main(["attest", "key", "other", "--out", str(file.with_name("other.key"))]) == 0
    capsys.readouterr()
    sign_by_other = ["--key", str(file.with_name("other.key")), "-c", str(file), "--until", "2099-06-30"]
    assert main(["attest", "agreement", "1", *sign_by_other]) == 0
    assert "counts for nothing yet" in capsys.readouterr().out
    assert verdict(file, capsys)["verdict"] == "forbid"
    main(["check", "-c", str(file)])
    assert "bears no signature of a counsel key" in capsys.readouterr().out
    assert file.read_text() == text


def test_a_note_is_verified_by_the_stack_or_by_a_key(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign(file, "agreement", "1") == 0
    (note,) = (file.parent / "attestations").glob("*.note")
    vkey = file.read_text().rpartition('key: "')[2].partition('"')[0]
    assert main(["attest", "verify", str(note), "-c", str(file)]) == 0
    assert main(["attest", "verify", str(note), "--key", vkey]) == 0
    note.write_text(note.read_text().replace("eu.art28", "eu.art29"))
    capsys.readouterr()
    assert main(["attest", "verify", str(note), "--key", vkey]) == 1
    assert "NOT signed" in capsys.readouterr().out
    note.write_text("no note")
    assert main(["attest", "verify", str(note), "--key", vkey]) == 2
    assert "is no attestation" in capsys.readouterr().err


def test_an_assessment_makes_a_duty_attested(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def standing(day: str = "2026-11-23") -> dict[str, str]:
        assert main(["duties", "-c", str(file), "--app", "desk", "--as-of", day, "--json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)
        return {each["duty"]: each["status"] for each in found["duties"]}

    assert sign(file, "agreement", "1") == 0
    capsys.readouterr()
    # what is signed today counts from today on, so the day is asked for that lies ahead of it
    assert standing("2099-01-01")["assess=dpia"] == "owed"
    assert sign(file, "duty", "assess=dpia", "--app", "desk", "--ref", "DPO-2026-14") == 0
    capsys.readouterr()
    found = standing("2099-01-01")
    assert found["assess=dpia"] == "attested"
    assert found["log.content_max=necessary"] == "done"
    assert found["notify.breach=PT72H"] == "owed"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("agreement", "2"), "there is no agreement 2"),
        (("duty", "assess=dpai", "--app", "desk", "--ref", "x"), "assess has the value 'dpai'"),
        (("duty", "assess=dpia", "--app", "nobody", "--ref", "x"), "no application nobody"),
        (("duty", "assess=dpia;record=ropa", "--app", "desk", "--ref", "x"), "is not one duty"),
    ],
)
def test_what_cannot_be_attested_is_told(
    file: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert sign(file, *words) == 2
    assert said in capsys.readouterr().err
    assert not (file.parent / "attestations").exists()
