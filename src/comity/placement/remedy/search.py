"""What would have to change for a deployment to be permitted: the fewest changes, and of those the mildest.

Breadth first over sets of changes. Each set is judged anew by the law itself, so an instrument that opens one rule and
falls under another is no answer. Of the rules that still forbid, one is taken up at a time: whatever admits the
deployment must move that one too, so nothing smaller is passed over.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from comity.law.realm import Realm
from comity.placement.remedy.moves import Ground, Move
from comity.placement.remedy.offers import offers
from comity.placement.remedy.world import Lines, World, judged, merged

MAX_TRIALS = 2_000
"""Sets of changes judged, at some 2 ms each: what a person waits for, off every request's way."""

MAX_MOVES = 6
"""Changes in one set: who needs more than six of them needs another deployment."""

MAX_WAYS = 4
"""Answers of the smallest number that are told."""


class Way(Struct, frozen=True):
    """Changes that together admit the deployment: what is to be done, in order, and the lines that say so."""

    moves: tuple[Move, ...]
    says: tuple[str, ...]
    lines: Lines

    @property
    def hardness(self) -> int:
        """How hard it is, all in all; the mildest of equally few comes first."""
        return sum(move.hardness for move in self.moves)


class WhyNot(Struct, frozen=True):
    """The answer: ways, mildest first, all with the same and smallest number of changes.

    Without any, `stuck` are rules that no change of these kinds moves. `complete` is false where the search was given
    up: then there may be a way that was not found.
    """

    forbids: tuple[str, ...]
    ways: tuple[Way, ...]
    stuck: tuple[str, ...]
    tried: int
    complete: bool


class _Node(Struct, frozen=True):
    world: World
    law: Realm
    forbids: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    says: tuple[str, ...] = ()
    lines: Lines = {}  # never written: every step merges into a new one

    def then(self, move: Move, realm: Realm) -> _Node:
        world = move.made(self.world)
        law, verdict = judged(world, realm)
        lines = merged(self.lines, move.lines(self.world))
        return _Node(world, law, verdict.forbids, (*self.moves, move), (*self.says, move.says(self.world)), lines)


def why_not(world: World, realm: Realm, trials: int = MAX_TRIALS) -> WhyNot:
    """The smallest changes that make the law of `realm` permit the deployment of `world`, for all of its cases.

    Where nothing helps with its own operator, sites of the stack's other operators are tried.
    """
    law, verdict = judged(world, realm)
    first = _Node(world, law, verdict.forbids)
    if verdict.permit:
        return WhyNot((), (), (), 1, complete=True)
    found = _search(first, realm, trials, anywhere=False)
    if found.ways or not found.complete:
        return found
    wider = _search(first, realm, max(1, trials - found.tried), anywhere=True)
    return replace(wider, tried=found.tried + wider.tried)


def _search(first: _Node, realm: Realm, trials: int, *, anywhere: bool) -> WhyNot:
    level, ways, stuck = [first], list[Way](), set[str]()
    seen: set[frozenset[Move]] = set()
    for _ in range(MAX_MOVES):
        below: list[_Node] = []
        for node in sorted(level, key=lambda each: sum(move.hardness for move in each.moves)):
            rule, moves = _taken_up(node, anywhere=anywhere)
            if not moves:
                stuck.add(rule)
            steps: list[_Node] = []
            for move in moves:
                key = frozenset((*node.moves, move))
                if key in seen:
                    continue
                if len(seen) >= trials:
                    return WhyNot(first.forbids, _mildest(ways), tuple(sorted(stuck)), len(seen), complete=False)
                seen.add(key)
                steps.append(node.then(move, realm))
            for step in _grounds_as_one(rule, steps):
                if step.forbids:
                    below.append(step)
                else:
                    ways.append(Way(step.moves, step.says, step.lines))
        if ways:
            return WhyNot(first.forbids, _mildest(ways), (), len(seen), complete=True)
        level = below
    return WhyNot(first.forbids, (), tuple(sorted(stuck)), len(seen), complete=not level)


def _taken_up(node: _Node, *, anywhere: bool) -> tuple[str, tuple[Move, ...]]:
    """Of the rules that forbid, the one that the fewest changes could move, and those changes."""
    choices = {
        rule: tuple(each for each in offers(rule, node.world, node.law, anywhere=anywhere) if each not in node.moves)
        for rule in node.forbids
    }
    rule = min(choices, key=lambda name: (len(choices[name]), name))
    return rule, choices[rule]


def _grounds_as_one(rule: str, steps: list[_Node]) -> list[_Node]:
    """`steps`, where grounds that settle `rule` and leave the same rules are one step, which names them all."""
    kept: list[_Node] = []
    alike: dict[tuple[str, ...], list[_Node]] = {}
    for step in steps:
        settles = isinstance(step.moves[-1], Ground) and rule not in step.forbids
        group = alike.setdefault(step.forbids, []) if settles else kept
        group.append(step)
    for group in alike.values():
        words = [move.word for step in group if isinstance(move := step.moves[-1], Ground)]
        first = group[0]
        said = first.says[-1] if len(words) == 1 else f"state the one of these grounds that holds: {', '.join(words)}"
        kept.append(replace(first, says=(*first.says[:-1], said)))
    return kept


def _mildest(ways: list[Way]) -> tuple[Way, ...]:
    return tuple(sorted(ways, key=lambda way: (way.hardness, way.says))[:MAX_WAYS])
