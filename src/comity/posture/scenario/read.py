"""From the bytes of a scenario file to a Scenario, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from comity.posture.scenario.paths import PathError, at, steps_of
from comity.posture.scenario.types import Change, Scenario
from comity.stack.accelerators import CLASSES
from comity.stack.draft import Draft, Hint, Note
from comity.stack.from_nodes import draft_from_nodes
from comity.stack.from_yaml import nodes_from_yaml
from comity.stack.spelling import near_to, shown
from comity.stack.yaml_nodes import Mapping as Entries
from comity.stack.yaml_nodes import Node
from comity.terms.problems import Problem, in_order

Futures: TypeAlias = Mapping[str, type[Struct]]
"""Models of the future by their `kind`, each with the type of its parameters (`kind` left out)."""

CHIPS = frozenset({*CLASSES, *CLASSES.values()})
"""What `export_control.chips` may name: an accelerator, or an export class."""

KEYS = Change.__struct_fields__


class ScenarioReading(Struct, frozen=True):
    """What came of a scenario file. `plain` is the document as values, for sweeps; empty if there are problems."""

    scenario: Scenario | None
    problems: tuple[Problem, ...] = ()
    plain: dict[str, Any] = {}


def read_scenario(data: bytes, file: str, futures: Futures | None = None) -> ScenarioReading:
    """Read a scenario file. Total: whatever the bytes, the answer is a reading.

    `file` is the name that problems bear. `futures` are the models of the future that there are; None takes any.
    """
    root, formal = nodes_from_yaml(data, file)
    if root is None:
        return ScenarioReading(None, in_order(formal))
    draft = draft_from_nodes(root, Scenario, file)
    _check_changes(draft)
    _check_sweep(draft)
    problems = [*formal, *(_told(note) for note in draft.notes), *_check_future(root, draft, futures)]
    if problems:
        return ScenarioReading(None, in_order(problems))
    return ScenarioReading(msgspec.convert(draft.plain, Scenario), (), draft.plain)


def is_scenario(data: bytes) -> bool:
    """Whether a file is meant as a scenario: a mapping with the key `scenario`."""
    root, _ = nodes_from_yaml(data, "")
    return isinstance(root, Entries) and "scenario" in root.entries


def _told(note: Note) -> Problem:
    return note.told()


def _check_changes(draft: Draft) -> None:
    changes = draft.at("changes") or []
    if not changes and draft.at("future") is None and draft.at("from") is None and isinstance(draft.plain, dict):
        where = ("scenario",) if ("scenario",) in draft.places else ()
        draft.object_at(where, "changes nothing", "`changes`, `from` or `future`")
    for index, change in enumerate(changes):
        if not isinstance(change, dict):
            continue
        said = [key for key in KEYS if (("changes", index, key) in draft.places)]
        if len(said) != 1:
            found = f"has {len(said)} keys ({', '.join(said)})" if said else "has no key"
            draft.object_at(("changes", index), found, f"one of {', '.join(KEYS)}", "write one change to an entry")
        elif not change.get(said[0]) and change.get(said[0]) is not None:
            draft.object_at(("changes", index, said[0]), "changes nothing")
        patch = change.get("stack")
        if said == ["stack"] and not isinstance(patch, dict):
            draft.object_at(("changes", index, "stack"), "no mapping", "a part of a stack file")
        _check_chips(draft, index, change)


def _check_chips(draft: Draft, index: int, change: dict[str, Any]) -> None:
    for place, chip in enumerate(change.get("export_control", {}).get("chips", ())):
        if chip not in CHIPS:
            hint: Hint = partial(near_to, chip, CHIPS)
            where = ("changes", index, "export_control", "chips", place)
            draft.object_at(where, shown(chip), "an accelerator or a class of docs/reference/stack-file.md", hint)


def _check_sweep(draft: Draft) -> None:
    sweep = draft.at("sweep")
    if not isinstance(sweep, dict):
        return
    if (sweep.get("parameter") is None) == (sweep.get("quasi_random") is None):
        draft.object_at(("sweep",), "sweeps nothing", "`parameter` with `values`, or `quasi_random`")
    if sweep.get("parameter") is not None:
        if not sweep.get("values"):
            draft.object_at(("sweep",), "values is missing", "the values that the parameter takes")
        _check_path(draft, ("sweep", "parameter"), sweep["parameter"])
    ranges = (sweep.get("quasi_random") or {}).get("ranges", {})
    for path, limits in ranges.items():
        where = ("sweep", "quasi_random", "ranges", path)
        _check_path(draft, where if where in draft.places else ("sweep",), path)
        if isinstance(limits, dict) and "low" in limits and "high" in limits:
            least = limits["low"]
            if least > limits["high"]:
                draft.object_at(("sweep",), f"the range of {path} ends before it begins")
            if limits.get("scale") == "log" and least <= 0:
                draft.object_at(("sweep",), f"the range of {path} reaches {least}", "a low above 0 for the scale log")


def _check_path(draft: Draft, where: tuple[str | int, ...], path: str) -> None:
    try:
        at(draft.plain, steps_of(path))
    except PathError as error:
        draft.object_at(where, str(error), "a value of this document, such as changes[0].demand.factor")


def _check_future(root: Node, draft: Draft, futures: Futures | None) -> Iterator[Problem]:
    future = draft.at("future")
    if future is None or futures is None:
        return
    if not isinstance(future, dict) or future.get("kind") not in futures:
        named = future.get("kind") if isinstance(future, dict) else None
        place = draft.places.get(("future", "kind"), draft.places[("future",)])
        found = f"no model of the future {shown(str(named))}" if named else "kind is missing"
        yield Problem(draft.file, *place, "future.kind", found, f"one of {', '.join(sorted(futures))}")
        return
    assert isinstance(root, Entries)
    node = root.entries["future"][1]
    assert isinstance(node, Entries)
    inner = Entries(node.line, node.column, {name: each for name, each in node.entries.items() if name != "kind"})
    parameters = draft_from_nodes(inner, futures[future["kind"]], draft.file)
    for note in parameters.notes:
        told = note.told()
        where = f"future.{told.where}" if told.where else "future"
        yield replace(told, where=where)
    if not parameters.notes:
        try:
            msgspec.convert(parameters.plain, futures[future["kind"]])
        except msgspec.ValidationError as error:  # what a model asks of several parameters together
            yield Problem(draft.file, node.line, node.column, "future", str(error).partition(" - at")[0], "")
