"""The date of a stack file: from version control where it is kept there, else from the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from comity.adapters.stack_files import file_date

ON_DISK = date(2026, 3, 4)


def written(folder: Path) -> Path:
    """A file whose disk says 2026-03-04."""
    path = folder / "comity.yaml"
    path.write_text("origin: example.org/x\n")
    moment = datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    return path


def git(folder: Path, *words: str) -> None:
    """Runs git in `folder`, as somebody who commits in 2025 and has no settings of their own."""
    told = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2025-01-02T12:00:00Z")
    who = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "somebody")
    where = dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "somebody@example.org")
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment = os.environ | told | who | where | quiet
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, env=environment)


def test_without_version_control_the_disk_tells(tmp_path: Path) -> None:
    assert file_date(written(tmp_path)) == ON_DISK


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_last_commit_tells_and_before_it_the_disk(tmp_path: Path) -> None:
    path = written(tmp_path)
    git(tmp_path, "init", "-q")
    assert file_date(path) == ON_DISK
    git(tmp_path, "add", path.name)
    git(tmp_path, "commit", "-q", "-m", "a stack")
    assert file_date(path) == date(2025, 1, 2)


def test_a_repository_that_git_cannot_read_leaves_it_to_the_disk(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere")
    assert file_date(written(tmp_path)) == ON_DISK
