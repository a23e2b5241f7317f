"""From the bytes of a stack file to a Stack, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from comity.stack.check_dates import check_dates
from comity.stack.check_operation import check_operation
from comity.stack.check_promises import check_promises
from comity.stack.check_references import check_references
from comity.stack.check_upstreams import check_upstreams
from comity.stack.check_words import check_words
from comity.stack.draft import Note, spelled
from comity.stack.from_nodes import draft_from_nodes
from comity.stack.from_yaml import nodes_from_yaml
from comity.stack.surroundings import Surroundings
from comity.stack.types import Stack
from comity.terms.problems import Problem, in_order

MAX_PROBLEMS = 200  # more than that nobody reads at once; what follows is counted


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a stack file.

    `stack` is there unless a problem is an error: `serve` needs no more than that, `check` wants no problem at all.
    `lines` has the line of every path that the file holds, `agreements[0].between[1]`.
    """

    stack: Stack | None
    problems: tuple[Problem, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)


def read_stack(data: bytes, file: str, surroundings: Surroundings) -> Reading:
    """Read a stack file. Total: whatever the bytes, the answer is a Reading.

    `file` is the name that problems bear. The order of the file's keys makes no difference to the Stack but the
    order of its mappings.
    """
    root, formal = nodes_from_yaml(data, file)
    if root is None:
        return Reading(None, in_order(formal))
    draft = draft_from_nodes(root, Stack, file)
    check_references(draft)
    check_words(draft, surroundings)
    check_dates(draft, surroundings)
    check_upstreams(draft, surroundings)
    check_operation(draft)
    check_promises(draft)
    spoken = {(problem.line, problem.column) for problem in formal}  # an alias is no value of any type
    misfits = (note for note in draft.notes if (note.problem.line, note.problem.column) not in spoken)
    notes = sorted({note.problem: note for note in (*map(Note, formal), *misfits)}.values(), key=_place)
    stack = None
    if not any(note.problem.severity == "error" for note in notes):
        stack = msgspec.convert(draft.plain, Stack)
    lines = {spelled(path): line for path, (line, _) in draft.places.items()}
    return Reading(stack, _readable(notes, file), lines)


def _place(note: Note) -> tuple[int, int, str, str]:
    problem = note.problem
    return problem.line, problem.column, problem.where, problem.found


def _readable(notes: list[Note], file: str) -> tuple[Problem, ...]:
    told = tuple(note.told() for note in notes[:MAX_PROBLEMS])
    rest = len(notes) - MAX_PROBLEMS
    if rest <= 0:
        return told
    return (*told, Problem(file, 0, 0, "", f"{rest} more problems", "", "mend these first"))
