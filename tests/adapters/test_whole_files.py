"""A file is there whole, or what was there before is."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.adapters.whole_files import whole, write_whole
from comity.terms.errors import UsageFault


def test_it_is_written_and_nothing_else_stays(tmp_path: Path) -> None:
    write_whole(tmp_path / "report.html", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_bytes() == b"new"


def test_ctrl_c_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), whole(path) as draft:
        draft.write_bytes(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="cannot be written"):
        write_whole(tmp_path / "none" / "report.html", b"")
