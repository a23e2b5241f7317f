"""Attestations from disk: what counts becomes part of the realm and of its bundle, and a gateway watches the folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.adapters.realms import realm_from_document
from comity.adapters.stack_files import read_stack_file
from comity.law.attestation import of_agreement, of_duty
from comity.law.realm import Realm
from comity.proof.note import Signer
from comity.runtime import inputs
from comity.terms.instants import end_of, start_of

AVOCAT = Signer("avocat", bytes(range(32)))
DAY, UNTIL = date(2026, 11, 23), date(2027, 6, 30)

STACK = f"""
origin: example.org/log
law: [eu.gdpr]
attest: required
counsel_keys: {{legal: {{key: "{AVOCAT.key.text}", until: 2027-05-01}}}}
attestations: signed
parties: {{chu: {{seat: FR}}, hexagone: {{seat: FR}}}}
agreements:
  - {{between: [chu, hexagone], kinds: [eu.art28]}}
sites: {{paris: {{jurisdiction: FR, operator: hexagone}}}}
models: {{small: {{developer: FR}}}}
deployments: {{hosted: {{model: small, site: paris, url: "https://paris.example/v1"}}}}
applications: {{desk: {{controller: chu, purpose: healthcare, data: [personal], subjects: [FR], blocks: [research],
                       oversight: [duty-nurse]}}}}
legal_holds: [{{why: claim, until: 2027-01-01}}]
stale_law: refuse
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "comity.yaml"
    path.write_text(STACK)
    folder = tmp_path / "signed"
    folder.mkdir()
    stack = read_stack_file(path, None, today=DAY).stack
    (folder / "agreement.note").write_text(AVOCAT.sign(of_agreement(stack, stack.agreements[0], DAY, UNTIL).text))
    duty = of_duty(stack, stack.applications["desk"], "assess=dpia", "DPO-1", DAY, UNTIL)
    (folder / "duty.note").write_text(AVOCAT.sign(duty.text))
    (folder / "rubbish.note").write_text("rubbish")
    (folder / "README.md").write_text("is no note")
    return path


def realm(file: Path) -> Realm:
    read = read_stack_file(file, None, today=DAY)
    return Realm(read.stack, load_packs(["eu.gdpr"]), vocabulary(), schema_text(), start_of(DAY), zone, DAY)


def test_what_is_signed_is_part_of_the_realm_and_of_its_bundle(file: Path) -> None:
    made = realm(file)
    assert len(made.stack.attested.agreements) == len(made.stack.attested.duties) == 1
    assert made.since == start_of(DAY)
    assert made.valid_until == end_of(date(2027, 5, 1))  # the key's last day
    again = realm_from_document(made.document)
    assert again.digest == made.digest
    assert again.stack.attested == made.stack.attested
    (file.parent / "signed" / "duty.note").unlink()
    assert realm(file).digest != made.digest


def test_a_file_that_counts_for_nothing_is_a_warning_at_its_place(file: Path) -> None:
    read = read_stack_file(file, None, today=DAY)
    (problem,) = read.problems
    assert (problem.severity, problem.file) == ("warning", str(file.parent / "signed" / "rubbish.note"))
    (file.parent / "signed" / "agreement.note").unlink()
    unsigned = [each for each in read_stack_file(file, None, today=DAY).problems if each.where == "agreements[0]"]
    assert [each.line for each in unsigned] == [9]
    assert "comity attest agreement 1" in unsigned[0].hint


def test_a_gateway_watches_the_folder_and_each_note(file: Path) -> None:
    stack = read_stack_file(file, None, today=DAY).stack
    paths = {path.name for path in inputs.inputs(stack, file)}
    assert {"signed", "agreement.note", "duty.note", "rubbish.note"} <= paths
    assert "README.md" not in paths


def test_no_stack_file_attests_for_itself(file: Path) -> None:
    file.write_text(STACK + "attested: {agreements: []}\n")
    (problem,) = [each for each in read_stack_file(file, None, today=DAY).problems if each.severity == "error"]
    assert "attested: unknown key" in str(problem)


def test_the_level_of_agreements_is_attested_only_when_each_that_binds_is_signed(file: Path) -> None:
    assert realm(file).view("chu")["hosted"].evidence["agreements"] == "attested"
    more = STACK.replace("attest: required", "attest: declared").replace(
        "agreements:\n", "agreements:\n  - {between: [chu, hexagone], kinds: [eu.scc-m2]}\n"
    )
    file.write_text(more)
    assert realm(file).view("chu")["hosted"].evidence["agreements"] == "declared"
    assert realm(file).view("hexagone")["hosted"].evidence["agreements"] == "attested"  # its own: none is needed
