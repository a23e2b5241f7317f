"""The table of `make interop`: its fast rows, and that what was not run is never counted as passed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop import __main__ as interop
from tests.interop import aics, cwt, go_sumdb, our_witness, scales, timestamp, transmute
from tests.interop.places import Places
from tests.interop.result import Result, must, tried
from tests.interop.written import Written, write


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("interop"))


def test_the_log_is_worth_reading(log: Written) -> None:
    assert log.entries > 5_000
    assert len(log.shards) == 3
    assert any(shard.checkpoint.size % 256 for shard in log.shards)


@pytest.mark.parametrize("verify", [scales.verify, timestamp.verify])
def test_the_fast_ones(log: Written, verify: object) -> None:
    row = tried(Result("", ""), lambda result: verify(result, log))  # type: ignore[operator]
    assert (row.word, row.failed) == ("passed", "")


@pytest.mark.parametrize("verify", [go_sumdb.verify, aics.verify, our_witness.verify, transmute.verify, cwt.verify])
def test_what_is_not_there_is_not_run(
    log: Written, verify: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    row = tried(Result("name", ""), lambda result: verify(result, log, Places(tmp_path)))  # type: ignore[operator]
    assert row.word == "not run"
    assert row.missing
    assert interop.table([row]).endswith("0 passed, 0 FAILED, 1 not run")


def test_whatever_goes_wrong_is_a_failure() -> None:
    def saw_one_and_fell(result: Result) -> None:
        result.saw("something")
        must(False, "the second")

    assert tried(Result("", ""), saw_one_and_fell).word == "FAILED"
    assert tried(Result("", ""), lambda _: None).word == "FAILED"  # a verifier that saw nothing has verified nothing
