"""Documents: that they are there, that their links lead somewhere, that examples name their schema."""

from __future__ import annotations

import re
from urllib.parse import unquote

from tests.tidy.tree import ROOT, SOURCE, kept, short, texts

AT_THE_ROOT = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
    "Makefile",
)
LINK = re.compile(r"\[[^\]\[]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def _anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ +(.+?)\s*$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_what_a_newcomer_looks_for_is_there() -> None:
    assert [name for name in AT_THE_ROOT if not (ROOT / name).is_file()] == []


def test_links_lead_somewhere() -> None:
    dead = []
    for page, text in texts().items():
        if page.suffix != ".md":
            continue
        for link in LINK.findall(FENCE.sub("", text)):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = unquote(link).partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists():
                dead.append(f"{short(page)}: {link}")
            elif anchor and target.suffix == ".md" and anchor not in _anchors(target.read_text("utf-8")):
                dead.append(f"{short(page)}: {link} (no such heading)")
    assert dead == []


def test_every_page_is_reached_from_the_map() -> None:
    """Each page under docs/ is linked from docs/README.md, itself or by its folder's list."""
    map_ = ROOT / "docs" / "README.md"
    linked = {(map_.parent / link.partition("#")[0]).resolve() for link in LINK.findall(map_.read_text("utf-8"))}
    pages = [path for path in kept() if path.suffix == ".md" and path.is_relative_to(ROOT / "docs") and path != map_]
    assert [short(page) for page in pages if page not in linked] == []


def test_every_page_has_one_title() -> None:
    pages = {
        path: text for path, text in texts().items() if path.suffix == ".md" and path.is_relative_to(ROOT / "docs")
    }
    wrong = [short(path) for path, text in pages.items() if len(re.findall(r"^# ", FENCE.sub("", text), re.M)) != 1]
    assert wrong == []


def test_examples_name_their_schema_first() -> None:
    examples = [path for path in kept() if path.parent == ROOT / "examples" and path.suffix == ".yaml"]
    assert examples
    for path in examples:
        first = texts()[path].splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), short(path)
        assert (path.parent / first.partition("=")[2]).resolve().is_file(), short(path)


def test_the_changelog_has_two_sections_and_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = re.search(r'^version = "(.+?)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version
    assert f"## {version[1]}" in text
    assert "### Software" in text and "### Law" in text


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_files_that_are_named_exist() -> None:
    """`law/epoch.py` and its like: from the root, the package, or the page's own folder."""
    lost = []
    for page, text in texts().items():
        if page.suffix != ".md":
            continue
        for name in re.findall(r"`((?:[\w.-]+/)+[\w-]+\.(?:py|yaml|json|toml|sh|md|cedar|txt))`", text):
            if not any((root / name).exists() for root in (ROOT, SOURCE, SOURCE.parent, page.parent)):
                lost.append(f"{short(page)}: {name}")
    assert lost == []
