"""Salts of refs: each its own, none a file, and what is destroyed cannot be had from anything that is left."""

from __future__ import annotations

import os
import random
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.adapters.disk import Disk
from comity.adapters.ledger import ApplicationSalts
from comity.adapters.ledger import salts as salts_module
from comity.adapters.ledger.ref_tree import DEPTH, RECORD_SIZE, Branch, RefTree
from comity.adapters.ledger.salts import MAGIC
from comity.testing.disk import FailingDisk
from comity.testing.power import Luck, PowerDisk, lay_out

A = bytes(range(32))
REFS = ("patient 7", "é/..", "8f3f6d0e")
HEAD = len(MAGIC) + 32


def tree(branches: list[Branch]) -> RefTree:
    return RefTree(A, len(branches), branches.__getitem__)


def branches(state: Path) -> list[Branch]:
    data = (state / "salts" / "triage").read_bytes()[HEAD:]
    return [Branch.parse(data[at : at + RECORD_SIZE]) for at in range(0, len(data), RECORD_SIZE)]


def everything(state: Path) -> bytes:
    return b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=12), st.integers(0, 2**32))
def test_a_tree_without_some_has_all_the_others(refs: list[str], seed: int) -> None:
    chance = random.Random(seed)
    kept = [Branch(0, 0, chance.randbytes(32))]
    first = {ref: tree(kept).salt(ref) for ref in {*refs, "other", "another"}}
    assert len(set(first.values())) == len(first)
    now = dict(first)
    secrets = {kept[0].secret}
    for ref in refs:
        at, instead = tree(kept).without(ref, chance.randbytes(32))
        secrets.add(kept[at].secret)
        kept[at : at + 1] = instead
        salts = {each: tree(kept).salt(each) for each in first}
        assert {each for each in salts if salts[each] != now[each]} == {ref}
        now = salts
    assert secrets.isdisjoint(branch.secret for branch in kept)
    # every leaf hangs from one branch: those are in order, and fill the whole of it
    end = 0
    for branch in kept:
        assert branch.path == end
        end += 1 << DEPTH - branch.depth
    assert end == 1 << DEPTH


def test_salts_of_refs_are_their_own(tmp_path: Path) -> None:
    salts = ApplicationSalts(tmp_path)
    own, one, two = salts.get_or_create("triage"), *(salts.of_ref("triage", ref) for ref in REFS[:2])
    assert len({own, one, two, *(branch.secret for branch in branches(tmp_path))}) == 4
    assert one == ApplicationSalts(tmp_path).of_ref("triage", REFS[0]) == salts.get("triage", REFS[0])
    assert [path.name for path in (tmp_path / "salts").rglob("*")] == ["triage"]
    assert REFS[0].encode() not in everything(tmp_path)
    assert salts.destroy("triage", REFS[0]) == 1
    again = salts.get("triage", REFS[0])
    assert again not in (one, None)
    assert salts.get("triage") == own
    assert salts.get("triage", REFS[1]) == two
    assert salts.destroy("triage", REFS[0]) == 1
    assert salts.of_ref("triage", REFS[0]) not in (one, again)
    size = (tmp_path / "salts" / "triage").stat().st_size
    assert size == HEAD + (DEPTH + 1) * RECORD_SIZE
    assert salts.destroy("triage") == 1
    assert salts.destroy("triage") == salts.destroy("triage", REFS[0]) == salts.destroy("nobody") == 0
    assert everything(tmp_path) == b""
    assert salts.get_or_create("triage") != own


def test_a_new_ref_writes_nothing(tmp_path: Path) -> None:
    disk = FailingDisk()
    salts = ApplicationSalts(tmp_path, disk=disk)
    salts.get_or_create("triage")
    disk.read_only()
    assert len({salts.of_ref("triage", str(number)) for number in range(300)}) == 300


def test_what_another_process_destroyed_is_not_used_again(tmp_path: Path) -> None:
    """Before anybody has told this one: what is asked from then on can be found and erased."""
    worker, command = ApplicationSalts(tmp_path), ApplicationSalts(tmp_path)
    old = [worker.of_ref("triage", ref) for ref in REFS]
    command.destroy("triage", REFS[0])
    assert [worker.of_ref("triage", ref) == was for ref, was in zip(REFS, old, strict=True)] == [False, True, True]
    assert worker.of_ref("triage", REFS[0]) == command.get("triage", REFS[0])
    command.destroy("triage")
    new = [worker.of_ref("triage", ref) for ref in (*REFS, "new")]
    assert not {*old} & {*new}
    assert new == [command.get("triage", ref) for ref in (*REFS, "new")]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(32),
        bytes(HEAD + RECORD_SIZE),
        MAGIC + A,
        MAGIC + A + Branch(1 << 79, 1, A).to_bytes(),
        MAGIC + A + bytes(10) + b"Q" + A,
        MAGIC + A + Branch(0, 1, A).to_bytes(),
    ],
)
def test_a_damaged_file_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "salts" / "triage"
    path.parent.mkdir()
    path.write_bytes(data)
    salts = ApplicationSalts(tmp_path)
    with pytest.raises(ValueError, match="triage is damaged"):
        [salts.of_ref("triage", str(number)) for number in range(20)]
    with pytest.raises(ValueError, match="triage is damaged"):
        [salts.destroy("triage", str(number)) for number in range(20)]
    assert salts.destroy("triage") == 1


def test_what_an_older_version_wrote_is_told_and_left(tmp_path: Path) -> None:
    refs = tmp_path / "salts" / ".refs" / "triage" / "0a"
    refs.mkdir(parents=True)
    (refs / "bc").write_bytes(A[::-1])
    path = tmp_path / "salts" / "triage"
    path.write_bytes(A)
    salts = ApplicationSalts(tmp_path)
    for refused in (salts.get_or_create, salts.get, salts.destroy, lambda app: salts.of_ref(app, REFS[0])):
        with pytest.raises(ValueError, match=f"older version .* move {path.parent} away"):
            refused("triage")
    path.unlink()
    with pytest.raises(ValueError, match="older version"):  # its refs' would stay
        salts.destroy("triage")
    assert everything(tmp_path) == A[::-1]


@pytest.mark.parametrize("end", ["gone", "next"])
def test_every_application_is_finished_whatever_its_name(tmp_path: Path, end: str) -> None:
    salts = ApplicationSalts(tmp_path)
    names = ("x", "x.next", "x.gone", "x.next.gone")
    for name in names:
        salts.get_or_create(name)
    for name in names:
        shutil.copy(tmp_path / "salts" / name, tmp_path / "salts" / f".{name}.{end}")
    salts.finish()
    assert sorted(path.name for path in (tmp_path / "salts").iterdir()) == sorted(names)


class Before:
    """What there was: an application of which one ref was erased, and what is to be destroyed of it."""

    def __init__(self, state: Path, ref: str | None) -> None:
        salts = ApplicationSalts(state)
        salts.get_or_create("triage")
        salts.destroy("triage", REFS[2])
        self.own = salts.get_or_create("triage")
        self.refs = {each: salts.get("triage", each) for each in REFS}
        self.file = (state / "salts" / "triage").read_bytes()
        self.ref = ref
        found = branches(state)
        over, _ = tree_of(salts, found).without(ref, bytes(32)) if ref else (0, [])
        self.secrets = {found[over].secret} if ref else {self.own, *(branch.secret for branch in found)}

    def check(self, state: Path, *, told: bool, leftovers: bool = True) -> None:
        """Whatever happened: others are as they were, and what was told destroyed is nowhere."""
        salts = ApplicationSalts(state)
        if self.ref is None:
            assert salts.get("triage") in ([None] if told else [self.own, None])
        else:
            assert salts.get("triage") == self.own
            now = {each: salts.get("triage", each) for each in REFS}
            assert {each for each in REFS if now[each] != self.refs[each]} <= {self.ref}
            assert now[self.ref] is not None
            assert not told or now[self.ref] != self.refs[self.ref]
        if told:
            left = everything(state)
            assert not any(secret in left for secret in self.secrets)
        if not leftovers:
            assert {path.name for path in (state / "salts").iterdir()} <= {"triage"}


class Overwriting(Disk):
    """A disk that lets no file go whose durable contents have a secret in them: its blocks would stay as they are."""

    def __init__(self, folder: Path, secrets: set[bytes]) -> None:
        self.secrets = secrets
        self.let_go = 0
        self._sure = {path.stat().st_ino: path.read_bytes() for path in folder.iterdir()}
        self._names: dict[Path, int] = {}

    def sync(self, handle: int) -> None:
        super().sync(handle)
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            folder = Path(f"/proc/self/fd/{handle}").resolve()
            self._names = {path: path.stat().st_ino for path in folder.iterdir()}
        else:
            self._sure[found.st_ino] = Path(f"/proc/self/fd/{handle}").read_bytes()

    def unlink(self, path: Path | str) -> None:
        self._goes(Path(path))
        super().unlink(path)

    def rename(self, old: Path | str, new: Path | str) -> None:
        self._goes(Path(new))
        super().rename(old, new)

    def _goes(self, path: Path) -> None:
        if not path.exists():
            return
        number = path.stat().st_ino
        if number in [there for name, there in self._names.items() if name != path]:
            return
        assert not any(secret in self._sure[number] for secret in self.secrets)
        self.let_go += 1


@pytest.mark.parametrize("ref", [REFS[0], REFS[2], None])
def test_what_is_destroyed_is_overwritten_before_it_has_no_name(tmp_path: Path, ref: str | None) -> None:
    before = Before(tmp_path, ref)
    disk = Overwriting(tmp_path / "salts", before.secrets)
    assert ApplicationSalts(tmp_path, disk=disk).destroy("triage", ref) == 1
    assert disk.let_go == 1


@pytest.mark.parametrize("chunk", [1, 1_000, 3_483])
def test_a_file_of_many_parts_is_copied_and_overwritten_as_one_is(
    tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3,483 bytes are a part's end at a branch's end."""
    files = []
    for number, size in enumerate((1 << 20, chunk)):
        state = tmp_path / str(number)
        monkeypatch.setattr(salts_module, "CHUNK", size)
        dice = random.Random(7)
        salts = ApplicationSalts(state, dice.randbytes)
        salts.get_or_create("triage")
        for ref in REFS:
            secrets = {branch.secret for branch in branches(state)}
            file = state / "salts" / "triage"
            disk = Overwriting(file.parent, secrets)
            assert ApplicationSalts(state, dice.randbytes, disk).destroy("triage", ref) == 1
            assert disk.let_go == 1
        files.append(file.read_bytes())
    assert files[0] == files[1]
    assert len(files[0]) > 2 * DEPTH * RECORD_SIZE


def tree_of(salts: ApplicationSalts, found: list[Branch]) -> RefTree:
    naming = salts.get("triage")
    assert naming is not None
    return RefTree(naming, len(found), found.__getitem__)


@pytest.mark.parametrize("ref", [REFS[0], REFS[2], None])
@pytest.mark.parametrize("how", ["not", "done", "half"])
def test_every_operation_fails_once(memory: Path, ref: str | None, how: Literal["not", "done", "half"]) -> None:
    for number in range(100):
        state = memory / str(number)
        before = Before(state, ref)
        disk = FailingDisk()
        disk.fail_call(number, how)
        told = False
        with suppress(OSError):
            told = ApplicationSalts(state, disk=disk).destroy("triage", ref) == 1
        before.check(state, told=told)
        if number % 2:
            ApplicationSalts(state).finish()
            before.check(state, told=told, leftovers=False)
        # asked again it ends what was begun
        ApplicationSalts(state).destroy("triage", ref)
        before.check(state, told=True, leftovers=False)
        if len(disk.calls) <= number:
            assert number > 6
            return
    pytest.fail("more operations than are broken here")


@pytest.mark.parametrize("ref", [REFS[0], REFS[2], None])
def test_a_cut_after_any_step(memory: Path, ref: str | None) -> None:
    state = memory / "state"
    disk = PowerDisk(memory)
    disk.make_folders(state / "salts")
    before = Before(memory / "made", ref)
    disk.create_durably(state / "salts" / "triage", before.file, 0o600)
    first = len(disk.steps)
    ApplicationSalts(state, disk=disk).destroy("triage", ref)
    disk.mark("destroyed")
    done = len(disk.steps) - 1
    lucks: tuple[Luck, ...] = ("none", "all", "some")
    count = 0
    for after, luck, left in disk.cuts(first, lucks):
        where = memory / f"{after}-{luck}"
        lay_out({path: data for path, data in left.items() if path.startswith("state")}, where)
        count += 1
        before.check(where / "state", told=after >= done, leftovers=after < done)
        ApplicationSalts(where / "state").finish()
        before.check(where / "state", told=after >= done, leftovers=False)
        ApplicationSalts(where / "state").destroy("triage", ref)
        before.check(where / "state", told=True, leftovers=False)
        shutil.rmtree(where)
    assert count > 15
