"""A command of the bench that does not come to its end says why in one line."""

from __future__ import annotations

import pytest
from bench.compare.command import command
from bench.compare.reading import NotMeasured
from bench.compare.world import CannotMeasure


@pytest.mark.parametrize(
    ("ended", "status", "line"),
    [
        (KeyboardInterrupt(), 130, "bench: interrupted; what was started is stopped, what was made is removed\n"),
        (CannotMeasure("port 1 is taken"), 1, "bench: port 1 is taken\n"),
        (NotMeasured("no answer"), 1, "bench: no answer\n"),
    ],
)
def test_it_says_why(ended: BaseException, status: int, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    @command
    def main() -> int:
        raise ended

    assert main() == status
    assert capsys.readouterr().err == line


@pytest.mark.parametrize("status", [0, 3])
def test_a_status_is_passed_on(status: int) -> None:
    assert command(lambda: status)() == status
