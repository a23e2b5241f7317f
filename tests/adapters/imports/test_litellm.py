"""Drafts from LiteLLM's configurations: three whole ones, and what must hold for any."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from comity.adapters.imports.drafted import Drafted
from comity.adapters.imports.litellm import MAX_FINDINGS, draft
from comity.stack.read import read_stack
from comity.stack.types import Stack
from comity.stack.unfilled import UNFILLED
from comity.terms.problems import Problem, Problems
from tests.stack.surroundings import SURROUNDINGS

NO_KEYS = replace(SURROUNDINGS, environment=None)  # who drafts a stack has no key of it yet
HERE = Path(__file__).parent / "litellm"
CONFIGS = sorted(HERE.glob("*.config.yaml"))
SECRETS = ("sk-proj-Tr0ub4dor3Tr0ub4dor3Tr0ub4dor3", "hunter2-and-a-bit", "correct-horse", "sk-1234")


def _drafted(config: Path) -> Drafted:
    return draft(config.read_bytes(), config.name)


def _problems(text: str) -> tuple[Problem, ...]:
    return read_stack(text.encode(), "comity.yaml", NO_KEYS).problems


def _entry(**params: Any) -> bytes:
    named = {"model_name": "m", "litellm_params": {"model": "openai/gpt-4o", **params}}
    return yaml.safe_dump({"model_list": [named]}).encode()


def _read(text: str) -> Any:
    return yaml.safe_load(text)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name.partition(".")[0])
def test_a_whole_configuration(config: Path) -> None:
    """The draft and everything said about it, to the letter. REWRITE=1 writes them anew."""
    drafted = _drafted(config)
    told = [*map(asdict, drafted.findings), *map(asdict, drafted.blanks)]
    stack, says = (config.with_name(config.name.replace(".config.yaml", end)) for end in (".stack.yaml", ".says.json"))
    document = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("REWRITE"):
        stack.write_text(drafted.text)
        says.write_text(document)
    assert drafted.text == stack.read_text()
    assert document == says.read_text()


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name.partition(".")[0])
def test_check_names_each_blank_and_only_what_was_announced(config: Path) -> None:
    drafted = _drafted(config)
    found = _problems(drafted.text)
    assert [(p.line, p.where) for p in found if p.found == "not filled in"] == [
        (blank.line, blank.where) for blank in drafted.blanks
    ]
    others = {p.where.rpartition(".")[2] for p in found if p.found != "not filled in"}
    assert others <= {"url"}  # http to another machine, which a finding has announced


FILLED = {
    "origin": "example.org/gateway",
    "law": "[]",
    "seat": "FR",
    "controlled_by": "FR",
    "kinds": "[eu.art28]",
    "jurisdiction": "{any_of: [FR, IE, US]}",
    "operator": "controller",
    "developer": "FR",
    "certificates": "[]",
    "purpose": "research",
    "data": "[]",
    "subjects": "[FR]",
    "grounds": "[]",
    "serves": "[chat]",
    "url": "https://models.example.org/v1",
}


def _filled(drafted: Drafted) -> Stack:
    lines = drafted.text.replace("http://10.20.0.11", "https://10.20.0.11").splitlines()
    for blank in drafted.blanks:
        key = blank.where.rpartition(".")[2]
        lines[blank.line - 1] = lines[blank.line - 1].replace(UNFILLED, FILLED[key])
    reading = read_stack("\n".join(lines).encode(), "comity.yaml", NO_KEYS)
    assert reading.stack is not None, reading.problems
    return reading.stack


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name.partition(".")[0])
def test_once_the_blanks_are_filled_it_is_a_stack(config: Path) -> None:
    assert _filled(_drafted(config)).deployments


def test_no_secret_is_copied_or_told() -> None:
    for config in CONFIGS:
        drafted = _drafted(config)
        everything = drafted.text + repr(drafted.findings) + repr(drafted.blanks)
        assert not [secret for secret in SECRETS if secret in everything]
    findings = _drafted(HERE / "everything.config.yaml").findings
    assert [f.line for f in findings if f.kind == "secret"] == [5, 10, 14, 44, 58, 76, 77]


KEYS = ["api_key", "model", "api_base", "model_id", "vertex_project", "aws_secret_access_key", "api_version", "tags"]
SECRET = st.from_regex(r"sk-[A-Za-z0-9]{24}", fullmatch=True)


@given(
    secret=SECRET, key=st.sampled_from(KEYS), prefix=st.sampled_from(["", "openai/", "https://x.example/", "Bearer "])
)
def test_a_secret_is_not_copied_wherever_it_stands(secret: str, key: str, prefix: str) -> None:
    drafted = draft(_entry(**{key: prefix + secret}), "config.yaml")
    assert secret not in drafted.text + repr(drafted.findings) + repr(drafted.blanks)
    assert "secret" in {finding.kind for finding in drafted.findings}


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_key_in_the_clear_is_never_copied(key: str) -> None:
    key = f"q{key}z"
    drafted = draft(_entry(api_key=key), "config.yaml")
    if key.isprintable() and len(key) > 12:
        assert key not in drafted.text
    assert not drafted.text.isspace()


WORDS = st.sampled_from(
    ["model_list", "litellm_params", "model_name", "model", "router_settings", "litellm_settings", "fallbacks",
     "api_base", "api_key", "weight", "rpm", "timeout", "cache_params", "model_group_alias", "openai/gpt-4o", "*",
     "os.environ/X", "a b", "", "é", "azure/x", "bedrock/y", "http://10.0.0.1", "mode", "chat", "model_info"]
)  # fmt: skip
ANYTHING = st.recursive(
    WORDS | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)
MODEL = st.fixed_dictionaries(
    {
        "model_name": WORDS,
        "litellm_params": st.dictionaries(WORDS, ANYTHING, max_size=3).flatmap(
            lambda rest: st.fixed_dictionaries({**{k: st.just(v) for k, v in rest.items()}, "model": WORDS})
        ),
        "model_info": st.dictionaries(WORDS, ANYTHING, max_size=3),
    }
)


@given(
    models=st.lists(MODEL, max_size=4),
    settings_=st.dictionaries(st.sampled_from(["router_settings", "litellm_settings"]), ANYTHING),
)
def test_whatever_is_in_it_the_draft_is_refused_for_its_blanks_alone(models: list[Any], settings_: Any) -> None:
    drafted = draft(yaml.safe_dump({"model_list": models, **settings_}).encode(), "config.yaml")
    problems = _problems(drafted.text)
    blanks = [problem for problem in problems if problem.found == "not filled in"]
    assert len(blanks) == len(drafted.blanks)
    assert {p.where.rpartition(".")[2] for p in problems if p not in blanks} <= {"url"}


@given(st.binary(max_size=200) | ANYTHING.map(lambda value: yaml.safe_dump(value).encode()))
def test_any_bytes_give_a_draft_or_problems(data: bytes) -> None:
    try:
        drafted = draft(data, "config.yaml")
    except Problems as refused:
        assert refused.problems
    else:
        assert drafted.blanks


def test_a_file_that_is_too_large_or_too_deep_is_refused() -> None:
    for data in (b"a: " + b"x" * (1 << 20), b"[" * 100, b"", b"- 1", b"a: &b 1\nc: *b\n"):
        with pytest.raises(Problems):
            draft(data, "config.yaml")


def test_of_too_many_findings_the_secrets_stay_and_the_rest_is_counted() -> None:
    params = "".join(f"    unheard_{n}: 1\n" for n in range(2 * MAX_FINDINGS))
    text = f"model_list:\n- model_name: m\n  litellm_params:\n    model: openai/m\n{params}    api_key: sk-late\n"
    findings = draft(text.encode(), "config.yaml").findings
    assert len([each for each in findings if each.kind == "secret"]) == 1
    assert [each.says for each in findings if not each.where] == [f"{MAX_FINDINGS} more findings, from here on"]


def test_a_model_that_two_groups_share_takes_neither_name() -> None:
    """Whoever asks for `gpt-4o` got one resource there, and gets that one here."""
    models = [
        {
            "model_name": name,
            "litellm_params": {"model": "azure/gpt-4o", "api_base": f"https://{name}.openai.azure.com"},
        }
        for name in ("gpt-4o", "gpt-4o-us")
    ]
    stack = _read(draft(yaml.safe_dump({"model_list": models}).encode(), "config.yaml").text)
    assert list(stack["models"]) == ["gpt-4o-model"]
    assert stack["aliases"] == {
        "gpt-4o": ["azure-gpt-4o-gpt-4o-model"],
        "gpt-4o-us": ["azure-gpt-4o-us-gpt-4o-model"],
    }


@pytest.mark.parametrize(
    ("shares", "weights"),
    [
        ([{"weight": 9}, {"weight": 1}], [9, 1]),
        ([{"weight": 0.9}, {"weight": 0.1}], [9, 1]),
        ([{"rpm": 600}, {"rpm": 300}], [2, 1]),
        ([{"tpm": 90_000_000}, {"tpm": 1}], [1_000_000, 1]),
        ([{"weight": 1, "rpm": 1}, {"rpm": 5}], [1, 0]),  # the first says what the group is weighed by
        ([{}, {"weight": 3}], [None, None]),
    ],
)
def test_shares_are_weights(shares: list[dict[str, float]], weights: list[int | None]) -> None:
    models = [
        {"model_name": "m", "litellm_params": {"model": "openai/m", "api_base": f"https://e{n}.example/v1", **share}}
        for n, share in enumerate(shares)
    ]
    stack = _read(draft(yaml.safe_dump({"model_list": models}).encode(), "config.yaml").text)
    assert [each.get("weight") for each in stack["deployments"].values()] == weights


@pytest.mark.parametrize(
    ("params", "key"),
    [
        ({"api_key": "os.environ/MY_KEY"}, "env:MY_KEY"),
        ({"api_key": "in the clear"}, "env:OPENAI_GPT_4O_KEY"),
        ({}, "env:OPENAI_API_KEY"),
        ({"api_key": "none"}, None),
        ({"litellm_credential_name": "shared"}, "env:OPENAI_GPT_4O_KEY"),
    ],
)
def test_where_the_key_is(params: dict[str, str], key: str | None) -> None:
    (deployment,) = _read(draft(_entry(**params), "config.yaml").text)["deployments"].values()
    assert deployment.get("key") == key


@pytest.mark.parametrize(
    ("model", "base", "operator"),
    [
        ("openai/m", None, "openai"),
        ("openai/m", "https://api.openai.com/v1", "openai"),
        ("openai/m", "https://eu.api.openai.com/v1", "openai"),
        ("openai/m", "https://openai.example.org/v1", UNFILLED),  # many speak OpenAI's language
        ("openai/m", "https://api.openai.com.example.org/v1", UNFILLED),
        ("openai/m", "http://127.0.0.1:8000/v1", UNFILLED),
        ("openai/m", "os.environ/SOMEWHERE", UNFILLED),
        ("anthropic/m", "https://proxy.example.org", UNFILLED),
        ("azure/m", "https://contoso.openai.azure.com", "azure"),
        ("azure/m", "https://contoso.azure-api.example", UNFILLED),
        ("hosted_vllm/m", "https://one.example/v1", UNFILLED),
        ("unheard-of/m", "https://one.example/v1", UNFILLED),
    ],
)
def test_a_company_operates_its_own_addresses_alone(model: str, base: str | None, operator: str) -> None:
    """Anywhere else somebody answers whom the prefix does not tell, and who gets no key of that company's."""
    stack = _read(draft(_entry(model=model, **({"api_base": base} if base else {})), "config.yaml").text)
    (site,) = (site for name, site in stack["sites"].items() if name != "gateway")
    assert site["operator"] == operator
    assert stack["parties"].keys() == {"controller"} | ({operator} - {UNFILLED})
    (deployment,) = stack["deployments"].values()
    assert ("key" in deployment) == (operator != UNFILLED)


def test_nothing_takes_the_gateways_own_name() -> None:
    stack = _read(draft(_entry(model="openai/gateway", api_base="https://gateway/v1"), "config.yaml").text)
    assert "gateway" not in stack["deployments"] and "gateway" not in stack["models"]
    assert stack["sites"].keys() == {"gateway", "gateway-2"}


def test_what_a_day_changes_is_nothing() -> None:
    assert _drafted(CONFIGS[0]) == _drafted(CONFIGS[0])
    assert str(date.today().year) + "-" not in _drafted(HERE / "own.config.yaml").text
