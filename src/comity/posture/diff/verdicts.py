"""Which (case class, deployment) pairs are ruled otherwise on one side than on the other, and by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

from msgspec import Struct

from comity.law.realm import Realm
from comity.law.ruling import Verdict, both
from comity.posture.diff.classes import CaseClass


class Sides(Struct, frozen=True, order=True):
    """One set of rules on each side."""

    only_left: tuple[str, ...]
    only_right: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the sides agree."""
        return not self.only_left and not self.only_right


class Change(Struct, frozen=True, order=True):
    """What becomes of one application, or of one case of a pack, at one deployment.

    `classes` are all case classes in which it does. `left` and `right` are the verdicts, permit or forbid.
    """

    who: str
    deployment: str
    left: str
    right: str
    forbids: Sides
    obliges: Sides
    advises: Sides
    classes: tuple[str, ...]


def changes(left: Realm, right: Realm, classes: Iterable[CaseClass]) -> tuple[Change, ...]:
    """Every change at the deployments that both sides have; classes that change alike are told as one."""
    shared = sorted(set(left.stack.deployments) & set(right.stack.deployments))
    alike: dict[Change, list[str]] = {}
    for each in classes:
        one, other = _verdicts(left, each, shared), _verdicts(right, each, shared)
        for name, before, after in zip(shared, one, other, strict=True):
            for change in compared(each.application, name, before, after):
                alike.setdefault(change, []).append(each.text)
    return tuple(sorted(told_as_one(alike)))


def compared(who: str, deployment: str, left: Verdict, right: Verdict) -> Iterator[Change]:
    """Yields the change from `left` to `right`, if there is one, without its classes."""
    sides = [_sides(getattr(left, name), getattr(right, name)) for name in ("forbids", "obliges", "advises")]
    if not all(side.same for side in sides):
        words = ["permit" if verdict.permit else "forbid" for verdict in (left, right)]
        yield Change(who, deployment, words[0], words[1], sides[0], sides[1], sides[2], ())


def told_as_one(alike: dict[Change, list[str]]) -> Iterator[Change]:
    """Each change with the classes in which it happens."""
    for change, classes in alike.items():
        values = {name: getattr(change, name) for name in change.__struct_fields__}
        yield Change(**{**values, "classes": tuple(classes)})


def _verdicts(realm: Realm, each: CaseClass, deployments: Sequence[str]) -> list[Verdict]:
    rulings = [realm.rule(case) for case in each.cases(realm.stack)]
    return [reduce(both, (ruling.verdicts[name] for ruling in rulings)) for name in deployments]


def _sides(left: Iterable[str], right: Iterable[str]) -> Sides:
    before, after = set(left), set(right)
    return Sides(tuple(sorted(before - after)), tuple(sorted(after - before)))
