"""A receipt that is signed and does not fit together is valid, and a reader is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.cli.main import main
from comity.cli.receipt_doubts import SKEW_MS, doubts
from comity.proof.policy import parse_policy
from comity.proof.verify import verify_file
from tests.proof.museum.forger import SEEN, Log, Receipt, policy, written

ANSWERED, DENIED = Log.answered, Log.denied
LATE = SEEN * 1000 + SKEW_MS


def put(block: str, key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda blocks: blocks[block].update({key: value})


def told(receipt: Receipt) -> list[str]:
    result = verify_file(written(receipt).encode(), parse_policy(policy().encode()))
    assert result.valid, result.failure
    return doubts(result)


def test_what_fits_together_raises_none() -> None:
    for log, receipt in ((Log(), ANSWERED), (Log(), DENIED)):
        assert told(receipt(log)) == []
    assert told({"comity": 1, "intent": Log().shown(2, closed=("party", "decision", "content"))}) == []
    again = Log(outcome=lambda blocks: blocks["decision"].update({"attempts": [], "cached": 1}))
    assert told(again.answered()) == []
    assert told(Log(intent=put("content", "times", {"received": LATE}),
                    outcome=put("content", "times", {"finished": LATE})).answered()) == []  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "which", "says"),
    [
        ({"outcome": put("content", "times", {"finished": 1})}, ANSWERED, "It ended before it was asked"),
        ({"intent": put("content", "times", {"received": LATE + 1}),
          "outcome": put("content", "times", {"finished": LATE + 2})}, ANSWERED, "Witness w saw it at 2026-11-23"),
        ({"outcome": put("decision", "deployment", "lyon-mistral")}, ANSWERED, "It says that lyon-mistral answered"),
        ({"outcome": put("decision", "attempts", [])}, ANSWERED, "It says that paris-mistral answered"),
        ({"denial": put("content", "status", 200)}, DENIED, "denied with status 200"),
        ({"denial": put("content", "times", {"received": 9, "finished": 3})}, DENIED, "denied before it was received"),
    ],
)  # fmt: skip
def test_what_does_not(changed: dict[str, Any], which: Callable[[Log], Receipt], says: str) -> None:
    (doubt,) = told(which(Log(**changed)))
    assert says in doubt


def test_the_command_says_so_and_it_is_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy").write_text(policy())
    (tmp_path / "receipt.json").write_text(written(Log(outcome=put("decision", "attempts", [])).answered()))
    command = ["verify", str(tmp_path / "receipt.json"), "--policy", str(tmp_path / "policy")]
    assert main(command) == 0
    assert "It does not fit together: It says that paris-mistral answered" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert '"doubts": [\n    "It says' in capsys.readouterr().out
