"""The bundle: equal bytes from equal files, and a list that nothing slips past. `make bundle-check` installs a real one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest

from tests.tidy.tree import ROOT

SCRIPTS = ROOT / "deploy" / "bundle"
EPOCH = 1_795_000_000


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    """deploy/bundle.py; a program, not a part of any package."""
    spec = importlib.util.spec_from_file_location("bundle", ROOT / "deploy" / "bundle.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path, bundle: ModuleType) -> Path:
    """A small bundle, listed."""
    made = tmp_path / "comity-0"
    (made / "wheels").mkdir(parents=True)
    (made / "wheels" / "b.whl").write_bytes(b"wheel")
    (made / "Zeta").write_text("big letters come first in bytes")
    (made / "with space.md").write_text("a page")
    shutil.copy(SCRIPTS / "verify.sh", made)
    bundle.list_files(made)
    return made


def _verified(folder: Path) -> subprocess.CompletedProcess[str]:
    ran = ["sh", str(folder / "verify.sh")]
    return subprocess.run(ran, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)


def test_what_is_whole_verifies(folder: Path) -> None:
    ran = _verified(folder)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("harm", ["altered", "missing", "added", "hidden", "linked", "unlisted"])
def test_what_is_not_whole_does_not(folder: Path, harm: str) -> None:
    wheel = folder / "wheels" / "b.whl"
    if harm == "altered":
        wheel.write_bytes(b"Wheel")
    elif harm == "missing":
        wheel.unlink()
    elif harm == "added":
        (folder / "wheels" / "a.whl").write_bytes(b"another")
    elif harm == "hidden":
        (folder / "wheels" / ".a.whl").write_bytes(b"another")
    elif harm == "linked":
        (folder / "wheels" / "a.whl").symlink_to(wheel)
    else:
        lines = (folder / "SHA256SUMS").read_text().splitlines(keepends=True)
        (folder / "SHA256SUMS").write_text("".join(lines[1:]))
    assert _verified(folder).returncode != 0


def test_equal_files_give_equal_bytes(folder: Path, bundle: ModuleType, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / folder.name
    for path in sorted(folder.rglob("*"), reverse=True):  # made in another order, with other modes and times
        if path.is_file():
            place = other / path.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
            place.chmod(0o600)
            os.utime(place, (1, 1))
    assert bundle.pack(folder, EPOCH) == bundle.pack(other, EPOCH)


def test_the_archive_holds_plain_files_of_nobody(folder: Path, bundle: ModuleType) -> None:
    with tarfile.open(fileobj=BytesIO(bundle.pack(folder, EPOCH))) as archive:
        members = archive.getmembers()
    assert {(each.uid, each.gid, each.uname, each.mtime) for each in members} == {(0, 0, "", EPOCH)}
    assert all(each.isreg() and each.name.startswith("comity-0/") and ".." not in each.name for each in members)
    assert [each.name for each in members if each.mode == 0o755] == ["comity-0/verify.sh"]


def test_everything_that_is_to_be_copied_is_there(bundle: ModuleType) -> None:
    assert [source for source in bundle.COPIED if not (ROOT / source).exists()] == []


def test_the_time_is_the_one_that_is_told(bundle: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))
    assert bundle._epoch() == EPOCH


def test_another_python_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    shutil.copy(SCRIPTS / "install.sh", tmp_path)
    (tmp_path / "PYTHON").write_text("2.7 Plan9 mips\n")
    target = tmp_path / "installed"
    ran = subprocess.run(
        ["sh", str(tmp_path / "install.sh"), str(target)],
        env={"PATH": os.environ["PATH"], "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1 and "this bundle is for Python 2.7 Plan9 mips" in ran.stderr
    assert not target.exists()
