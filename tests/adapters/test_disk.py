"""Files that survive a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.adapters import disk as module
from comity.adapters.disk import PRIVATE, Disk
from comity.adapters.ledger.tile_files import MANY, sync_files, write_tiles
from comity.proof.tiles import WIDTH, Tile
from comity.testing.disk import FailingDisk


@pytest.mark.parametrize("count", [3, MANY])
def test_many_files_are_synced_by_one_call(tmp_path: Path, count: int) -> None:
    disk = FailingDisk()
    paths = write_tiles(tmp_path, [(Tile(0, number, WIDTH), bytes(32)) for number in range(count)], disk)
    disk.calls.clear()
    sync_files(paths, tmp_path / "tile", disk)
    synced = [path for operation, path in disk.calls if operation == "sync"]
    assert (synced == [tmp_path / "tile"]) == (count >= MANY)
    assert len(synced) >= min(count, 1)
    disk.fail("sync")
    with pytest.raises(OSError, match=r"[Ii]nput/output error"):
        sync_files(paths, tmp_path / "tile", disk)


def test_a_system_without_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_syncfs", lambda: None)
    assert not Disk().sync_file_system(tmp_path)


def test_a_file_is_old_or_new_and_never_half(tmp_path: Path) -> None:
    disk = FailingDisk()
    path = tmp_path / "file"
    disk.write_file(path, b"old", PRIVATE)
    for operation in ("open", "write", "sync", "rename"):
        disk.fail(operation)  # type: ignore[arg-type]
        with pytest.raises(OSError, match=r"[Ii]nput/output error"):
            disk.write_file(path, b"new", PRIVATE, durable=True)
        disk.heal()
        assert path.read_bytes() == b"old"
    disk.short = 1
    disk.replace_durably(path, b"new", PRIVATE)
    assert path.read_bytes() == b"new"
