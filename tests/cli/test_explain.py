"""`comity explain`, `check` and `law`, as a person runs them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from comity.cli.main import main


def test_explain_places_and_says_why_not(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "-c", str(stack_file), "--app", "desk"]) == 0
    said = capsys.readouterr().out
    assert "1. virginia-m" in said  # under contract, and cheaper
    assert "2. paris-m" in said
    assert "forbidden by comity/uncovered" in said
    assert "nothing loaded covers personal data in KE" in said
    assert "what would change it" in said
    assert "UNREVIEWED" in said
    assert said.count("Not legal advice") == 1


def test_explain_as_json_gives_a_case_that_explain_takes(
    stack_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "-c", str(stack_file), "--app", "desk", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    case = tmp_path / "case.json"
    case.write_text(json.dumps(first["case"]))
    assert main(["explain", "-c", str(stack_file), "--case", str(case), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == first


def test_explain_reads_a_case_from_standard_input(
    stack_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("{controller: FR, purpose: general, data: [health], subjects: [DE]}"))
    assert main(["explain", "-c", str(stack_file), "--case", "-"]) == 0
    assert "controller FR" in capsys.readouterr().out


def test_what_a_request_adds_is_judged_beside_the_registered_case(
    stack_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "-c", str(stack_file), "--app", "desk", "--subjects", "KE", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert len(document["cases"]) == 2
    assert document["status"] == 403  # uncovered law is prudence, not statute
    for each in document["deployments"]:
        assert "comity/uncovered" in [rule["id"] for rule in each["rules"]]


def test_a_date_moves_the_law(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = ["explain", "-c", str(stack_file), "--case", "-", "--json", "--why-not", "virginia-m"]
    for day, verdict in (("2025-12-31", "permit"), ("2026-01-01", "forbid"), ("2199-07-01", "permit")):
        with pytest.MonkeyPatch.context() as patch:
            asked = "{controller: FR, purpose: general, data: [health], subjects: [FR]}"
            patch.setattr("sys.stdin", io.StringIO(asked))
            main([*case, "--as-of", day])
        assert json.loads(capsys.readouterr().out)["deployments"][0]["verdict"] == verdict


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--app", "dask"], "did you mean desk?"),
        (["--app", "desk", "--data", "helth"], "did you mean health?"),
        (["--app", "desk", "--subjects", "QQ"], "no word 'QQ'"),
        (["--app", "desk", "--why-not", "paris"], "did you mean paris-m?"),
    ],
)
def test_a_wrong_word_is_named_with_the_way_out(
    stack_file: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "-c", str(stack_file), *words]) == 2
    assert said in capsys.readouterr().err


FULL = "controller: FR, purpose: general, data: [health], subjects: [FR]"


@pytest.mark.parametrize(
    "case",
    [
        "",
        "[]",
        "{controller: FR}",
        "{controller: 3, purpose: x}",
        "{: :",
        "\x00",
        "{[a]: b}",
        "[" * 60_000,
        f"{{{FULL}, floor: ['location:certain']}}",
        f"{{{FULL}, grunds: [eu.art6.public]}}",
        "#" * 70_000,
    ],
)
def test_a_case_that_is_none_is_a_message(
    stack_file: Path, tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(case)
    assert main(["explain", "-c", str(stack_file), "--case", str(path)]) == 2
    assert "case.yaml" in capsys.readouterr().err


def test_a_case_that_cannot_be_read_is_a_message(
    stack_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"purpose: sant\xe9")
    for name in ("missing.yaml", "latin.yaml"):
        assert main(["explain", "-c", str(stack_file), "--case", str(tmp_path / name)]) == 2
        assert name in capsys.readouterr().err


def test_a_misspelled_member_of_a_case_is_named(
    stack_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "case.yaml").write_text(f"{{{FULL}, grunds: [eu.art6.public]}}")
    assert main(["explain", "-c", str(stack_file), "--case", str(tmp_path / "case.yaml")]) == 2
    assert "did you mean grounds?" in capsys.readouterr().err


def test_the_gap_to_accept_is_written_out(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pasted into the stack file, the line that explain prints opens what it says it opens."""
    asked = ["explain", "-c", str(stack_file), "--app", "desk", "--why-not", "nairobi-m"]
    assert main(asked) == 1
    [line] = [line.strip() for line in capsys.readouterr().out.splitlines() if "uncovered: [" in line]
    accepted = line.replace("…", "tested", 1).replace("…", "2199-01-01", 1)
    # The toy act itself forbids Kenya too, until a contract allows it.
    stack_file.write_text(stack_file.read_text().replace("[agency, columbia]", "[agency, columbia, ovale]") + accepted)
    assert main(asked) == 0
    assert "accepted gap: no law is loaded for KE personal until 2199-01-01" in capsys.readouterr().out
    assert main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["deployments"][0]["accepted"] == ["KE personal until 2199-01-01"]


def test_what_is_assumed_of_many_is_said_once(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "-c", str(stack_file), "--app", "desk"]) == 0
    said = capsys.readouterr().out
    assert said.count("states no presence") == 1
    assert "each of the parties agency, columbia, ovale states no presence" in said
    assert main(["explain", "-c", str(stack_file), "--app", "desk", "--json"]) == 0
    ids = [each["id"] for each in json.loads(capsys.readouterr().out)["assumptions"]]
    assert {f"absent/presence parties.{name}" for name in ("agency", "columbia", "ovale")} <= set(ids)


def test_an_application_is_explained_for_the_models_it_may_ask_for(
    stack_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = stack_file.read_text().replace("  m: {developer: FR}\n", "  m: {developer: FR}\n  n: {developer: FR}\n")
    text = text.replace(
        "deployments:\n", 'deployments:\n  n-m: {model: n, site: paris, url: "http://127.0.0.1:9004/v1"}\n'
    )
    stack_file.write_text(text.replace("subjects: [FR]}", "subjects: [FR], models: [m]}"))
    assert main(["explain", "-c", str(stack_file), "--app", "desk", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == "m"
    for model in ("n", "n-m"):
        assert main(["explain", "-c", str(stack_file), "--app", "desk", "--model", model]) == 2
        assert "it may ask for m" in capsys.readouterr().err


def test_a_model_that_nobody_serves_is_refused_and_not_passed_over(
    stack_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = stack_file.read_text().replace("  m: {developer: FR}\n", "  m: {developer: FR}\n  n: {developer: FR}\n")
    stack_file.write_text(text.replace("subjects: [FR]}", "subjects: [FR], models: [n]}"))
    assert main(["explain", "-c", str(stack_file), "--app", "desk"]) == 1
    assert "'n' is not served here" in capsys.readouterr().out


def test_why_not_of_a_deployment_of_another_model_is_a_message(
    stack_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["explain", "-c", str(stack_file), "--app", "desk", "--model", "virginia-m", "--why-not", "paris-m"]
    assert main(asked) == 2
    assert "which was not asked for" in capsys.readouterr().err


def test_the_past_is_explained_with_what_was_measured_since(
    stack_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = "m: {developer: FR, eval: {fr: {score: 0.5, suite: s, date: 2026-06-01}}}"
    stack_file.write_text(stack_file.read_text().replace("m: {developer: FR}", measured))
    assert main(["explain", "-c", str(stack_file), "--app", "desk", "--as-of", "2026-02-01"]) == 0


def test_a_day_that_is_none_is_a_message(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "-c", str(stack_file), "--app", "desk", "--as-of", "tomorrow"])
    assert "'tomorrow' is no date, such as 2027-05-13" in capsys.readouterr().err


def test_observation_ends(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Past its date an application is enforced, in explain as in the gateway."""
    stack_file.write_text(stack_file.read_text() + "    observe: {until: 2026-06-01}\n")
    asked = ["explain", "-c", str(stack_file), "--app", "shadow", "--as-of"]
    assert main([*asked, "2026-06-01"]) == 0
    assert "OBSERVED" in capsys.readouterr().out
    assert main([*asked, "2026-06-02"]) == 1
    assert "OBSERVED" not in capsys.readouterr().out


def test_the_fact_below_the_floor_of_evidence_is_named(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = stack_file.read_text().replace("subjects: [FR]}", "subjects: [FR], evidence: {location: contract}}")
    stack_file.write_text(
        text.replace("paris: {jurisdiction: FR,", "paris: {jurisdiction: {value: FR, evidence: contract},")
    )
    assert main(["explain", "-c", str(stack_file), "--app", "desk", "--why-not", "paris-m"]) == 1
    said = capsys.readouterr().out
    assert "location of gateway is declared, contract is asked" in said
    assert "location of paris-m" not in said


def test_observe_is_marked(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from datetime import UTC, datetime, timedelta

    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    stack_file.write_text(stack_file.read_text() + f"    observe: {{until: {until}}}\n")
    assert main(["check", "-c", str(stack_file)]) == 0, capsys.readouterr().out
    capsys.readouterr()
    assert main(["explain", "-c", str(stack_file), "--app", "shadow"]) == 0
    said = capsys.readouterr().out
    assert "OBSERVED, not enforced" in said
    assert "FORBIDDEN, and not enforced" in said


def test_check_prints_every_problem(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack_file.write_text(
        stack_file.read_text().replace("developer: FR", "develper: FR").replace("site: paris", "site: pari")
    )
    assert main(["check", "-c", str(stack_file)]) == 1
    said = capsys.readouterr().out
    assert "did you mean developer" in said
    assert "did you mean paris" in said


def test_check_finds_a_broken_pack(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = stack_file.parent / "packs" / "toy" / "rules.cedar"
    rules.write_text(rules.read_text().replace('@cite("s.1")', ""))
    assert main(["check", "-c", str(stack_file)]) == 1
    assert "toy/1: @cite is missing" in capsys.readouterr().out


def test_law_test_and_show_know_packs_beside_a_stack(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beside = ["--packs", str(stack_file.parent)]
    assert main(["law", "test", "toy", *beside]) == 0
    assert "toy/1" in capsys.readouterr().out
    assert main(["law", "show", "toy/1", *beside, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["cite"] == "s.1"
    assert main(["law", "show", "toy/2", *beside]) == 2
    assert "did you mean toy/1" in capsys.readouterr().err


def test_law_list_says_what_a_pack_covers_and_as_what(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "list"]) == 0
    said = capsys.readouterr().out
    assert "covers personal data in EEA, to infer or embed, from 2018-05-25" in said
    assert "MP, UM as site, operator, control, to infer" in said
    assert main(["law", "list", "--json"]) == 0
    [covers] = [each["covers"] for each in json.loads(capsys.readouterr().out) if each["pack"] == "us.exposure"]
    assert covers[0]["as"] == ["site", "operator", "control"]
    assert covers[0]["from"] == "2018-03-23"


def test_the_shipped_law_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "test"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["nope"], ["explain"], ["law"], ["--bogus"]])
def test_wrong_usage_is_two(words: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(words)
    assert exit_.value.code == 2


def test_why_not_prints_lines_that_admit_it(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import yaml

    asked = ["explain", "-c", str(stack_file), "--app", "desk", "--why-not", "nairobi-m"]
    assert main(asked) == 1
    said = capsys.readouterr().out
    assert "what would admit nairobi-m: one change, and nothing less" in said
    assert said.count("Not legal advice") == 1
    first = said.partition("to be written in the stack file once it is true:\n")[2].partition("\n\n")[0]
    text = "\n".join(line[7:] for line in first.splitlines())
    held = yaml.safe_load(stack_file.read_text())
    for section, members in yaml.safe_load(text).items():
        if isinstance(members, list):
            held.setdefault(section, []).extend(members)
        else:
            for name, keys in members.items():
                held.setdefault(section, {}).setdefault(name, {}).update(keys)
    stack_file.write_text(yaml.safe_dump(held, sort_keys=False))
    assert main(asked) == 0
    assert "nairobi-m is permitted: nothing has to change" in capsys.readouterr().out


def test_explain_shows_what_a_verdict_rests_on_and_until_when_it_holds(
    stack_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "-c", str(stack_file), "--app", "desk", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["since"] < document["valid_until"] and len(document["realm"]) == 64
    first = document["deployments"][0]
    assert first["rests_on"] == dict.fromkeys(("agreements", "control", "location", "operator"), "declared")
    assert first["duties"] == []
    assert document["note"].count("Not legal advice") == 1


def test_a_case_is_taken_in_the_words_of_cases_yaml_too(
    stack_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stated = """
says: a case of a pack
case: {controller: FR, purpose: general, data: [health], subjects: [DE], seal: {SOV-2: 3}, placed_on_market: 2026-05-01}
"""
    monkeypatch.setattr("sys.stdin", io.StringIO(stated))
    assert main(["explain", "-c", str(stack_file), "--case", "-", "--json"]) == 0
    case = json.loads(capsys.readouterr().out)["case"]
    assert case["seal"] == ["SOV-2:3"] and case["placed"] == "2026-05-01"
