"""A first look at the example exports, which are made up: what it says and what it must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.cli.main import main
from tests.tidy.tree import ROOT

EXPORTS = ROOT / "examples" / "usage"
LOGS = str(EXPORTS / "litellm-spend-logs.json")
MAP = ["time=day", "provider=vendor", "model=llm", "requests=calls", "input=in", "output=out", "cost=euros"]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["replay", *arguments]) == 0
    return capsys.readouterr().out


def test_it_says_who_has_no_instrument_and_what_three_steps_repair(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "--from", "litellm", LOGS, "--seat", "FR", "--data", "personal,health")
    assert "went to companies with no agreement on file" in text
    assert "USD  microsoft-ie\n" in text and "you yourself" in text
    assert "sign with Microsoft (IE): standard contractual clauses, controller to processor (eu.scc-m2)" in text
    assert "Three steps repair" in text and "  3.  " in text and "  4.  " not in text
    assert "UNREVIEWED: who and where they are is common knowledge that nobody checked" in text
    assert "not legal advice" in text
    assert "\x1b" not in text


def test_an_agreement_on_file_counts(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--from", "litellm", LOGS, "--seat", "FR", "--json")
    before = json.loads(said(capsys, *arguments))
    after = json.loads(said(capsys, *arguments, "--agreement", "microsoft-ie=eu.art28,eu.scc-m2"))
    held = {each["party"]: each for each in after["parties"]}
    assert held["microsoft-ie"]["kinds"] == ["eu.art28", "eu.scc-m2"]
    lost = [each["report"]["total"]["counts"]["refused"] for each in (before, after)]
    assert lost[0] - lost[1] == held["microsoft-ie"]["requests"]


def test_the_first_step_repairs_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    """The step taken as a flag, and looked at again."""
    arguments = ("--from", "litellm", LOGS, "--seat", "FR", "--json")
    before = json.loads(said(capsys, *arguments))["report"]
    step = before["repairs"][0]
    (signed,) = [each for each in step["lines"]["agreements"] if "tia" in each or len(step["lines"]["agreements"]) == 1]
    (party,) = [name for name in signed["between"] if name != "you"]
    after = json.loads(said(capsys, *arguments, "--agreement", f"{party}={','.join(signed['kinds'])}"))["report"]
    assert before["total"]["counts"]["refused"] - after["total"]["counts"]["refused"] == step["brings_back"]
    assert len(before["repairs"]) > 1 and any("chosen one at a time" in note for note in before["notes"])


def test_data_that_no_law_regulates_goes_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "--from", "litellm", LOGS, "--seat", "FR", "--data", "")
    assert "No rule that is loaded forbids any of them" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "openai", "openai-usage.json", "--seat", "IN", "--data", "personal,financial"),
        ("--from", "azure", "azure-request-response.jsonl", "--seat", "DE"),
        ("--from", "csv", "plain.csv", "--seat", "FR", *(word for each in MAP for word in ("--map", each))),
    ],
)
def test_each_form_is_read_and_ruled_on(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    name, form, file, *more = arguments
    text = said(capsys, name, form, str(EXPORTS / file), *more)
    assert "no agreement on file" in text and "step" in text
    assert ("USD" in text) == (form != "csv" and "cost" in (EXPORTS / file).read_text())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "litellm"), "name the export"),
        (("--from", "litellm", LOGS), "where are you seated"),
        (("--from", "litellm", LOGS, "--seat", "FRR"), "did you mean FR"),
        (("--from", "litellm", LOGS, "--seat", "FR", "--data", "helth"), "did you mean health"),
        (("--from", "litellm", LOGS, "--seat", "FR", "--agreement", "acme=eu.art28"), "shows no such party"),
        (("--from", "litellm", LOGS, "--seat", "FR", "--agreement", "acme"), "written as NAME=VALUE"),
        ((LOGS,), "comes with --from"),
        ((), "which log"),
    ],
)
def test_what_is_wrong_with_the_options_is_said(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_page_is_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "look.html"
    said(capsys, "--from", "litellm", LOGS, "--seat", "FR", "--html", str(page))
    assert page.read_text().startswith("<!doctype html>") and [each.name for each in tmp_path.iterdir()] == [
        "look.html"
    ]


def test_one_step_that_does_for_all_is_preferred_to_two(capsys: pytest.CaptureFixture[str]) -> None:
    """What the second question wants does for the first as well, and is known only once the first was asked."""
    file = str(EXPORTS / "azure-request-response.jsonl")
    report = json.loads(said(capsys, "--from", "azure", file, "--seat", "DE", "--json"))["report"]
    (step,) = report["repairs"]
    assert step["in_all"] == report["total"]["counts"]["refused"] and "eu.scc-m2" in step["says"][0]


WRONG = {
    "nothing.csv": ("", "has no rows; an export is CSV with a head line"),
    "other.csv": (
        "time,llm,calls\n2026-10-01,gpt-4o,5\n",
        "row 1: no model); say which column is which: it has time, llm",
    ),
    "words.csv": ("time,model,requests\n2026-10-01,gpt-4o,many\n", "row 1: 'many' is no number"),
    "debt.csv": ("time,model,cost\n2026-10-01,gpt-4o,-5\n", "'-5' is below 0"),
    "when.csv": ("time,model\nyesterday,gpt-4o\n", "'yesterday'"),
    "half.json": ("[1,2", "is no JSON"),
    "half.jsonl": ('{"a":1}\n{"b":\n', "line 2 is no JSON"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_export_that_cannot_be_read_is_named_with_its_place_and_a_way_out(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, message = WRONG[name]
    file = tmp_path / name
    file.write_text(text)
    assert main(["replay", "--from", "csv", str(file), "--seat", "FR"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err.startswith(str(file)) and message in told.err


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("7,86", "7.86"),
        ("1.007,86", "1,007.86"),
        ("1,007.86", "1,007.86"),
        ("1,007", "1,007.00"),
        ("1007.5", "1,007.50"),
    ],
)
def test_money_is_read_with_a_point_or_a_comma(
    written: str, means: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "usage.csv"
    file.write_text(f"time;model;cost\n2026-10-01;gpt-4o;{written}\n")
    assert f"  {means} EUR  openai-ie" in said(capsys, "--from", "csv", str(file), "--seat", "FR", "--currency", "EUR")
