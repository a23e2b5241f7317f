import stat
from pathlib import Path

import pytest

from comity.adapters.state import StateError, StateLock, open_state, state_folder, write_durably


def test_the_folder_stands_beside_the_stack_file():
    assert state_folder(Path("/etc/gw/comity.yaml"), None) == Path("/etc/gw/.comity")
    assert state_folder(Path("/etc/gw/comity.yaml"), Path("/var/gw")) == Path("/var/gw")


def test_it_is_made_private(tmp_path):
    state = open_state(tmp_path / "deep" / ".comity")
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert open_state(state) == state


def test_a_folder_that_others_can_read_is_refused_with_the_way_out(tmp_path):
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(StateError, match="chmod 700"):
        open_state(tmp_path / "open")


def test_a_file_in_its_place_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="not a folder"):
        open_state(tmp_path / "file")


def test_one_gateway_at_a_time(tmp_path):
    lock = StateLock(tmp_path)
    with pytest.raises(StateError, match=r"another gateway \(process \d+\)"):
        StateLock(tmp_path)
    lock.release()
    StateLock(tmp_path).release()


def test_a_durable_file_is_whole_and_private(tmp_path):
    write_durably(tmp_path / "realms" / "abc", b"one")
    write_durably(tmp_path / "realms" / "abc", b"two")
    assert (tmp_path / "realms" / "abc").read_bytes() == b"two"
    assert stat.S_IMODE((tmp_path / "realms" / "abc").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "realms").iterdir()] == ["abc"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "lock").mkdir()  # as a file system that is read-only: no lock can be opened
    with pytest.raises(StateError, match=r"cannot be written.*--state"):
        StateLock(tmp_path)
