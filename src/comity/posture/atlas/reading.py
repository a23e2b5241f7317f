"""From the bytes of an atlas file to an Atlas, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from comity.posture.atlas.types import Atlas
from comity.stack.draft import Draft, Found
from comity.stack.from_nodes import draft_from_nodes
from comity.stack.from_yaml import nodes_from_yaml
from comity.stack.spelling import near_to
from comity.terms.problems import Problem, in_order


class Read(NamedTuple):
    """What came of a file; `atlas` is there unless a problem is an error."""

    atlas: Atlas | None
    problems: tuple[Problem, ...]


REFERENCES = {
    "lines.*.nation": "nations",
    "lines.*.source": "sources",
    "funding.source": "sources",
    "funding.firms.*.nation": "nations",
    "funding.stated.*.nation": "nations",
}
"""Scalars that name something the file declares."""


def read_atlas(data: bytes, file: str) -> Read:
    """Read an atlas file. Total: whatever the bytes, the answer is a Read. `file` is the name that problems bear."""
    root, formal = nodes_from_yaml(data, file)
    if root is None:
        return Read(None, in_order(formal))
    draft = draft_from_nodes(root, Atlas, file)
    _references(draft)
    _figures(draft)
    _members(draft)
    problems = in_order((*formal, *(note.told() for note in draft.notes)))
    if any(problem.severity == "error" for problem in problems):
        return Read(None, problems)
    return Read(msgspec.convert(draft.plain, Atlas), problems)


def _references(draft: Draft) -> None:
    for shape, section in REFERENCES.items():
        known = draft.names(section)
        for found in draft.find(shape):
            if found.value not in known:
                draft.object_to(found, f"{found.value} is not among the {section}", "", near_to(found.value, known))
    known = draft.names("nations")
    for name in draft.at("funding", "nations") or {}:
        if name not in known:
            where = ("funding", "nations", name)
            draft.object_at(where, f"{name} is not among the nations", "", near_to(name, known))


def _figures(draft: Draft) -> None:
    """A figure has a measure, and a measure a figure; a line with either needs no grade of the source's."""
    for index, line in enumerate(draft.at("lines") or ()):
        if not isinstance(line, dict):
            continue
        where = ("lines", index)
        if ("measure" in line) != ("value" in line):
            lacking = "value" if "measure" in line else "measure"
            draft.object_at(where, f"{lacking} is missing", "", "a figure has a measure and a value")
        if "stated" in line and "value" in line:
            draft.object_at(where, "a stated grade beside a figure", "", "the figure gives the grade: leave one out")


def _members(draft: Draft) -> None:
    """No jurisdiction stands in two nations: its figures would be counted twice."""
    seen: dict[str, Found] = {}
    for found in draft.find("nations.*.members.*"):
        first = seen.setdefault(found.value, found)
        if first.path[1] != found.path[1]:
            draft.object_to(found, f"{found.value} is a member of {first.path[1]} already", "one nation for each")


def nation_of(atlas: Atlas) -> dict[str, str]:
    """The nation of each jurisdiction that is a member of one."""
    return dict(_pairs(atlas))


def _pairs(atlas: Atlas) -> Iterator[tuple[str, str]]:
    for name, nation in atlas.nations.items():
        for member in nation.members:
            yield member, name
