"""Exports of other gateways: each form, what is left out, and that nothing but problems comes of anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.adapters.usage_imports.forms import FORMS
from comity.adapters.usage_imports.read import read_usage
from comity.adapters.usage_imports.used import Unusable, count, money, month
from comity.terms.errors import UsageFault
from comity.terms.problems import Problems

LITELLM = {
    "request_id": "a",
    "startTime": "2026-11-02T10:00:00.000Z",
    "completionStartTime": "2026-11-02T10:00:00.350Z",
    "model": "azure/gpt-4o",
    "custom_llm_provider": "azure",
    "api_base": "https://made-up.openai.azure.com/openai",
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "spend": 0.00045,
    "status": "success",
    "metadata": json.dumps({"user_api_key_team_alias": "desk"}),
}


def read(path: Path, form: str, text: str, **columns: str):
    path.write_text(text)
    return read_usage(path, form, columns)


def one(usage):
    ((used, sums),) = usage.counted.items()
    return used, sums


@pytest.mark.parametrize("wrap", [lambda row: [row], lambda row: {"data": [row]}, lambda row: row])
def test_litellms_spend_logs(tmp_path: Path, wrap) -> None:
    used, sums = one(read(tmp_path / "logs.json", "litellm", json.dumps(wrap(LITELLM))))
    assert (used.month, used.provider, used.model) == ("2026-11", "azure", "gpt-4o")
    assert (used.host, used.application) == ("made-up.openai.azure.com", "desk")
    assert (sums.n, sums.prompt_tokens, sums.completion_tokens, sums.cost) == (1, 100, 20, 450_000)
    assert sums.latency[6] == 1  # 350 ms to the first byte


def test_a_request_a_line_and_a_table_are_the_same(tmp_path: Path) -> None:
    rows = [{**LITELLM, "request_id": str(at)} for at in range(3)]
    lines = read(tmp_path / "a.jsonl", "litellm", "\n".join(map(json.dumps, rows)))
    names = [name for name in LITELLM if name != "metadata"]
    head = ",".join(names)
    table = "\n".join([head, *(",".join(str(row[name]) for name in names) for row in rows)])
    as_table = read(tmp_path / "a.csv", "litellm", table)
    assert one(lines)[1].n == one(as_table)[1].n == 3
    assert one(lines)[1].cost == one(as_table)[1].cost


def test_openais_usage(tmp_path: Path) -> None:
    result = {"input_tokens": 7, "output_tokens": 5, "num_model_requests": 3, "model": "gpt-4o-2024-08-06"}
    page = {"object": "page", "data": [{"object": "bucket", "start_time": 1793491200, "results": [result]}]}
    used, sums = one(read(tmp_path / "o.json", "openai", json.dumps(page)))
    assert (used.month, used.provider, used.host, sums.n, sums.tokens) == ("2026-11", "openai", "api.openai.com", 3, 12)


def test_azures_resource_logs(tmp_path: Path) -> None:
    row = {"time": "2026-10-01T00:00:00Z", "category": "RequestResponse", "location": "West Europe"}
    rows = [{**row, "properties": json.dumps({"modelName": "gpt-4o"})}, {**row, "category": "Audit"}]
    usage = read(tmp_path / "a.jsonl", "azure", "\n".join(map(json.dumps, rows)))
    used, sums = one(usage)
    assert (used.provider, used.region, sums.n, sums.unknown_usage) == ("azure", "westeurope", 1, 1)
    assert (usage.rows, usage.left_out, usage.reason) == (2, 1, "row 2: category Audit")


def test_a_plain_table_with_a_map(tmp_path: Path) -> None:
    text = "wann;was;wieviele;kosten\n2026-11-01;mistral/mistral-small;12;0.5\n"
    usage = read(tmp_path / "t.csv", "csv", text, time="wann", model="was", requests="wieviele", cost="kosten")
    used, sums = one(usage)
    assert (used.provider, used.model, sums.n, sums.cost) == ("mistral", "mistral-small", 12, 500_000_000)
    with pytest.raises(Problems, match="--map"):
        read(tmp_path / "t.csv", "csv", text)
    with pytest.raises(UsageFault, match="no such field"):
        read(tmp_path / "t.csv", "csv", text, when="wann")


def test_a_secret_in_a_row_is_not_kept(tmp_path: Path) -> None:
    key = "sk-" + "a1B2c3D4e5F6g7H8" * 3
    row = {**LITELLM, "metadata": {"user_api_key_team_alias": key}, "team_id": key}
    used, _ = one(read(tmp_path / "s.json", "litellm", json.dumps([row])))
    assert key not in str(used)


@pytest.mark.parametrize("wrong", ["nan", "-NaN", "sNaN", "inf", "-Infinity", "1e400", "-5", "1e16", "many"])
def test_a_figure_that_is_none_is_told_whatever_it_is(wrong: str) -> None:
    with pytest.raises(Unusable):
        count({"n": wrong}, "n")
    with pytest.raises(Unusable):
        money({"n": wrong}, "n")


def test_times() -> None:
    for text in ("2026-11-02", "2026-11-02T10:00:00+00:00", "1793613600", "1793613600000", 1793613600):
        assert month({"t": text}, "t") == "2026-11"
    for text in ("yesterday", "", None, "2026-13-01", "12"):
        with pytest.raises(Unusable):
            month({"t": text}, "t")


VALUE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ROW = st.dictionaries(st.sampled_from([*LITELLM, "properties", "results", "time", "x"]), VALUE, max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(FORMS)),
    st.binary(max_size=120) | st.lists(ROW, max_size=3).map(lambda rows: json.dumps(rows).encode()),
)
def test_whatever_the_file_it_is_usage_or_problems(tmp_path_factory, form: str, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(data)
    try:
        assert read_usage(path, form, {}).counted
    except Problems as error:
        assert error.problems


def test_what_is_nested_without_end_is_a_problem(tmp_path: Path) -> None:
    for text in ("[" * 200_000, "{}\n{" + '"a":{' * 100_000):
        with pytest.raises(Problems):
            read(tmp_path / "deep.json", "litellm", text)
    nested = json.dumps([{**LITELLM, "metadata": "{" + '"a":{' * 100_000}])
    assert one(read(tmp_path / "inner.json", "litellm", nested))[0].application == ""
