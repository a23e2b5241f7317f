"""`comity log audit URL --auditor`: the entries too, once; and what is asked of an audit that it cannot do is refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger
from comity.cli.main import main
from tests.adapters.ledger.writing import ask, deny, enter, run
from tests.adapters.monitor.test_beginnings import Control
from tests.proof.samples import intent


@pytest.fixture
def served(tmp_path: Path) -> Iterator[list[str]]:
    """The command for a log of 303 entries behind HTTP, one intent of them open, with a key that opens it."""

    async def work(ledger: Ledger) -> None:
        await ask(ledger)
        await enter(ledger, "intent", intent(b"under way"))
        await deny(ledger, 300)

    run(tmp_path / "state", work)
    (tmp_path / "key").write_text("sk-auditor\n")
    server = HTTPServer(("127.0.0.1", 0), partial(Control, tmp_path / "state"))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/log/"
    yield ["log", "audit", url, "--key", str(tmp_path / "state/log.vkey"), "--auditor", str(tmp_path / "key")]
    server.shutdown()
    thread.join()
    server.server_close()


def test_entries_are_held_against_the_tree(served: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*served, "--json"]) == 0
    (shard,) = json.loads(capsys.readouterr().out)["shards"]
    assert (shard["entries"], shard["open"], shard["lost"], shard["findings"]) == (303, [2], [], [])
    assert main(served) == 0
    assert "open intents: 1: 2" in capsys.readouterr().out


def test_an_entry_that_is_told_otherwise_is_found(
    served: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lie(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**each, "content": each["content"].replace("451", "403")} if each["index"] == 9 else each for each in page
        ]

    monkeypatch.setattr(Control, "lie", staticmethod(lie))
    assert main(served) == 1
    assert "FAILS altered-entry" in capsys.readouterr().out
    assert main(served[:-2]) == 0  # without the key nobody looks at entries


def test_a_key_that_opens_nothing_is_no_finding(
    served: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text("sk-stranger\n")
    assert main(served) == 2
    assert "does not open it" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--until-alarm"], ["--keeps", "P3Y"], ["--cursor", "cursor.json"]])
def test_what_only_a_monitor_does_is_not_passed_over(
    served: list[str], more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*served, *more]) == 2
    assert "say --follow too" in capsys.readouterr().err


def test_a_folder_needs_no_key(served: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "audit", str(tmp_path / "state"), *served[-2:]]) == 2
    assert "--auditor opens the log of a URL" in capsys.readouterr().err
