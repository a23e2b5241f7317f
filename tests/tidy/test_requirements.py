"""The lock files: whole, hashed, and silent about where files come from."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.tidy.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GATEWAY = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["serve"],
    *PROJECT["project"]["optional-dependencies"]["node"],
]
ALL = [each for name, extra in PROJECT["project"]["optional-dependencies"].items() if name != "all" for each in extra]
GROUPS = PROJECT["dependency-groups"]
LOCKS = {
    "gateway": GATEWAY,
    "all": [*PROJECT["project"]["dependencies"], *ALL],
    "dev": GROUPS["dev"],
    "build": GROUPS["build"],
    "sbom": GROUPS["sbom"],
    "helm": GROUPS["helm"],
}


def _name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0]).lower()


def _pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_all_that_is_asked_for(lock: str) -> None:
    assert {_name(each) for each in LOCKS[lock]} <= set(_pins(lock)), "run `make lock`"


@pytest.mark.parametrize("lock", [*LOCKS, "oscal", "interop"])
def test_a_lock_is_hashed_and_names_no_place(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    entries = re.split(r"^(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    assert entries and all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text and " @ " not in text


def test_one_version_of_each() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in _pins(lock).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
