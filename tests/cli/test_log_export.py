"""`comity log export`: what it writes and says, and what it says where it cannot."""

import json

import pytest
from bench.made import log as made_log

from comity.adapters.duck import exported, parquet_groups
from comity.adapters.rollup import groups_of
from comity.cli.main import main
from tests.adapters.rollup import written
from tests.adapters.rollup.test_rollup import a_day


def test_a_file_and_a_folder(tmp_path, capsys):
    written.write(tmp_path, a_day)
    file, folder = tmp_path / "log.parquet", tmp_path / "parts"
    assert main(["log", "export", str(tmp_path), "--to", str(file)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"{file}: 4 requests, ")
    assert said.err == ""
    assert main(["log", "export", str(tmp_path / "log"), "--to", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["files"], told["to"]) == (4, 1, str(folder))
    assert parquet_groups(exported(file)) == parquet_groups(exported(folder)) == groups_of(tmp_path)


def test_days(tmp_path, capsys):
    written.write(tmp_path, lambda ledger: [written.denial(ledger, written.NOW + day * 86_400_000) for day in range(4)])
    span = ["--since", "2026-12-01", "--until", "2026-12-02"]
    assert main(["log", "export", str(tmp_path), "--to", str(tmp_path / "x.parquet"), *span]) == 0
    assert ": 2 requests" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "--to", "x.parquet"], "is no state folder"),
        (["https://127.0.0.1:9/log/", "--to", "x.parquet"], "give an auditor's key with --auditor"),
        (["nowhere", "--to", "x.parquet", "--since", "May"], "--since"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path, capsys, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    try:
        status = main(["log", "export", *arguments])
    except SystemExit as left:
        status = left.code
    assert status == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


SCENARIO = """
scenario: columbia-gone
title: Columbia is gone
date: 2026-11-23
changes:
  - suppliers: {withdraw: [columbia-inc]}
"""


def test_a_replay_of_an_export_is_a_replay_of_its_log(tmp_path, capsysbinary):
    assert made_log.write(tmp_path, 2_000) == 2_000
    scenario, export = tmp_path / "scenario.yaml", tmp_path / "log.parquet"
    scenario.write_text(SCENARIO)
    assert main(["log", "export", str(tmp_path), "--to", str(export)]) == 0
    capsysbinary.readouterr()
    asked = ["replay", "--scenario", str(scenario), "--json"]
    assert main([*asked, "--log", str(tmp_path)]) == 0
    of_the_log = capsysbinary.readouterr().out
    assert main([*asked, "--log", str(export), "--state", str(tmp_path)]) == 0
    assert capsysbinary.readouterr().out == of_the_log
    told = json.loads(of_the_log)
    assert told["reproduced"] == 2_000
    assert told["total"]["counts"]["refused"] > 0


def test_ray_groups_exports_alone(tmp_path, capsys):
    written.write(tmp_path, a_day)
    assert main(["replay", "--log", str(tmp_path), "--ray", "local"]) == 2
    assert "--ray groups an export" in capsys.readouterr().err
