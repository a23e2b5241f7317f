"""Sizes, names and words of the files."""

from __future__ import annotations

import ast
import re
from statistics import median

import pytest

from tests.tidy.tree import kept, modules, short, texts, tree_of

LONGEST = 500  # lines; a file that needs more holds two ideas
MEDIAN = 150
NO_NAMES = {"utils", "util", "helpers", "helper", "core", "common", "manager", "base", "misc", "stuff"}
LARGEST_BYTES = 8 << 20  # the shipped model is 2 MB; a clone stays small

# Paths of a machine and hosts of registries, spelled so that this file has neither.
OF_A_MACHINE = re.compile(r"(?<![\w.$}*-])/(?:work|farm|root|mnt)/\w|/home/(?!you\b)\w{2,}/|/Users/\w|[A-Z]:\\\\Users")
OF_A_REGISTRY = re.compile(
    r"pypi\.(?:org|python)|files\.pythonhosted|--(?:extra-)?index-url|find-links=|artifactory|nexus\."
)
# a code in quotes is one of ISO 4217
LEFT_OVER = re.compile(r"(?<!\")\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b(?!-)")


def test_no_file_is_long() -> None:
    long = {
        short(path): count
        for path, text in texts().items()
        if path.suffix == ".py" and (count := text.count("\n")) > LONGEST
    }
    assert long == {}


def test_files_are_short() -> None:
    assert median(len(path.read_text("utf-8").splitlines()) for path in modules()) < MEDIAN


def test_no_file_is_large() -> None:
    assert [short(path) for path in kept() if path.stat().st_size > LARGEST_BYTES] == []


def test_every_name_says_something() -> None:
    assert [short(path) for path in kept() if {part.split(".")[0] for part in path.parts} & NO_NAMES] == []


@pytest.mark.parametrize("pattern", [OF_A_MACHINE, OF_A_REGISTRY, LEFT_OVER], ids=["machine", "registry", "left over"])
def test_no_text_has(pattern: re.Pattern[str]) -> None:
    found = [
        f"{short(path)}: {match[0]}"
        for path, text in texts().items()
        if path.name != "test_files.py"
        for match in [pattern.search(text)]
        if match
    ]
    if pattern is OF_A_REGISTRY:  # the shell script that makes the lock files says which options keep them clean
        found = [each for each in found if not each.startswith("requirements/lock.sh")]
    assert found == []


def test_text_ends_with_a_line_and_has_no_trailing_space() -> None:
    faults = []
    for path, text in texts().items():
        if path.suffix in {".py", ".md", ".toml", ".cedar", ".sh"} and text:
            if not text.endswith("\n") or text.endswith("\n\n"):
                faults.append(f"{short(path)}: its end")
            if re.search(r"[ \t]+$", text, re.MULTILINE):
                faults.append(f"{short(path)}: space at the end of a line")
    assert faults == []


def test_everything_public_is_explained() -> None:
    """A docstring for each module, and each public class and function at its top or in a public class.

    A `__main__` is a program: nobody calls its functions.
    """
    faults = []
    for path in modules():
        if path.name == "__main__.py":
            continue
        tree = tree_of(path)
        if tree.body and not ast.get_docstring(tree):
            faults.append(short(path))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                faults += [f"{short(path)}:{line} {name}" for line, name in _unexplained(node)]
    assert faults == []


def _unexplained(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[tuple[int, str]]:
    if node.name.startswith("_"):
        return []
    found = [] if ast.get_docstring(node) else [(node.lineno, node.name)]
    if isinstance(node, ast.ClassDef):
        # what a base has explained is not explained again by each that does it
        inherited = {ast.unparse(base) for base in node.bases} & {
            "asyncio.Protocol",
            "asyncio.BufferedProtocol",
            "Move",
        }
        for each in node.body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and not inherited:
                found += [(line, f"{node.name}.{name}") for line, name in _unexplained(each)]
    return found
