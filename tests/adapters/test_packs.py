"""Packs from folders: beside those that ship, and never in their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.adapters.packs import SHIPPED, load_packs, pack_folders, read_folder, zone
from comity.terms.problems import Problems
from tests.law import toy


def laid(beside: Path, name: str = "toy", **changed: str) -> Path:
    """A toy pack in `packs/NAME` beside a stack file."""
    folder = beside / "packs" / name
    folder.mkdir(parents=True)
    for file, text in toy.files(**changed).items():
        (folder / file).write_bytes(text)
    return folder


def test_a_pack_beside_the_stack_file_is_found(tmp_path: Path) -> None:
    laid(tmp_path)
    [pack] = load_packs(["toy"], tmp_path)
    assert pack.name == "toy"
    assert set(pack_folders(tmp_path)) == {*pack_folders(), "toy"}


def test_a_pack_that_would_stand_in_for_a_shipped_one_is_refused(tmp_path: Path) -> None:
    laid(tmp_path, "eu.gdpr")
    with pytest.raises(Problems, match=r"a pack eu\.gdpr ships with Comity"):
        pack_folders(tmp_path)


def test_the_folder_of_the_shipped_packs_shadows_nothing() -> None:
    assert pack_folders(SHIPPED.parent) == pack_folders()


def test_a_pack_cannot_put_a_country_on_another_packs_list(tmp_path: Path) -> None:
    """Lists are united by name, and eu.gdpr's exceptions rest on EEA: with the United States on it, all would go."""
    row = '{member: US, from: 2018-05-25, instrument: Wish, url: "https://example.org", source: primary}'
    laid(tmp_path, lists_yaml=f"{toy.LISTS}  EEA:\n    says: more of it\n    members:\n      - {row}\n")
    with pytest.raises(Problems, match=r"EEA differs from the list of that name in eu\.gdpr"):
        load_packs(["eu.gdpr", "toy"], tmp_path)
    assert load_packs(["toy"], tmp_path)


def test_packs_may_share_a_list_on_which_they_agree(tmp_path: Path) -> None:
    shipped = (SHIPPED / "eu.gdpr" / "lists.yaml").read_text()
    laid(tmp_path, lists_yaml=shipped + toy.LISTS.removeprefix("\ngroups:\n"))
    assert len(load_packs(["toy", "eu.gdpr"], tmp_path)) == 2


def test_a_folder_is_named_by_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = laid(tmp_path)
    link = tmp_path / "elsewhere" / "toy"
    link.parent.mkdir()
    folder.rename(tmp_path / "kept-under-another-name")
    link.symlink_to(tmp_path / "kept-under-another-name")
    monkeypatch.chdir(laid(tmp_path))
    for each in (Path(), Path("../toy"), link):
        pack, problems = read_folder(each)
        assert not problems
        assert pack is not None


@pytest.mark.parametrize("name", ["Europe", "../UTC", "", "Europe/Paradise"])
def test_what_is_no_time_zone_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        zone(name)
