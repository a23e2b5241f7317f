"""Two states of law and stack beside one another: what `comity law diff` and `POST /admin/law/diff` compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct, to_builtins

from comity.adapters.history import History
from comity.adapters.packs import schema_text, vocabulary, zone
from comity.law.pack import Pack
from comity.law.realm import Realm
from comity.posture.diff.classes import Additions, classes
from comity.posture.diff.comparison_document import change_document, movement_document, replayed_document
from comity.posture.diff.movements import Movement, movements
from comity.posture.diff.pack_cases import Bench, cases_of, changes_in_cases
from comity.posture.diff.replayed import Replayed, replayed
from comity.posture.diff.verdicts import Change, changes
from comity.posture.diff.versions import COVERAGE, Alteration, alterations
from comity.stack.types import Stack
from comity.terms.instants import Instant


class Side(Struct, frozen=True):
    """One side: packs, the day by whose law cases are ruled, and the stack that they meet, if there is one."""

    packs: tuple[Pack, ...]
    day: date
    stack: Stack | None = None
    file_date: date | None = None

    def realm(self, at: Instant) -> Realm | None:
        """The realm of this side; None without a stack. Raises ValueError if a rule does not compile."""
        if self.stack is None:
            return None
        dated = self.file_date or self.day
        return Realm(self.stack, self.packs, vocabulary(), schema_text(), at, zone, dated)


class Compared(Struct, frozen=True):
    """Exactly what was compared, for whoever relies on an absence."""

    applications: tuple[str, ...] = ()
    deployments: tuple[str, ...] = ()
    classes: int = 0
    additions: Additions = Additions((), (), ())
    pack_cases: int = 0
    only_left: tuple[str, ...] = ()  # applications and deployments that the other side lacks
    only_right: tuple[str, ...] = ()


class Comparison(Struct, frozen=True):
    """What differs: dates between the sides, texts of packs, and verdicts."""

    movements: tuple[Movement, ...]
    alterations: tuple[Alteration, ...]
    changes: tuple[Change, ...]
    in_cases: tuple[Change, ...]
    compared: Compared
    replayed: Replayed | None = None


def compare(left: Side, right: Side, at: tuple[Instant, Instant], log: History | None = None) -> Comparison:
    """Everything that differs between the sides, each ruled at its instant of `at`; `log` decided again on both.

    Raises:
        ValueError: a log without a stack on both sides, or a rule that does not compile.
    """
    first, last = sorted((left.day, right.day))
    moved = movements(right.packs, first, last) if first != last else ()
    altered = alterations(left.packs, right.packs)
    one, other = left.realm(at[0]), right.realm(at[1])
    found: tuple[Change, ...] = ()
    compared = Compared()
    if one is not None and other is not None:
        found, compared = _of_stacks(one, other, moved, altered)
    elif log is not None:
        raise ValueError("a log is decided again with a stack file: name it with -c")
    in_cases, count = _of_cases(left, right) if altered or (moved and one is not None) else ([], 0)
    compared = Compared(**{**{n: getattr(compared, n) for n in compared.__struct_fields__}, "pack_cases": count})
    again = None
    if log is not None and one is not None and other is not None:
        again = replayed(log.counts, one, other, log.unreadable)
    return Comparison(moved, altered, found, tuple(in_cases), compared, again)


def _of_stacks(
    left: Realm, right: Realm, moved: Sequence[Movement], altered: Sequence[Alteration]
) -> tuple[tuple[Change, ...], Compared]:
    """A verdict can change only by what differs: so classes are told apart by the rules in question alone, where the
    stacks are one, and else by all rules.
    """
    realms = (left, right)
    named = {each.name for each in moved} | {each.name for each in altered}
    lists = {name.partition(" ")[0] for name in named}
    every = {rule.id: rule for realm in realms for rule in realm.rules.values()}
    asked = [rule for rule in every.values() if rule.id in named or any(name in str(rule.policy) for name in lists)]
    if left.stack != right.stack or not (moved or altered):
        asked = list(every.values())
    covers = [cover for realm in realms for pack in realm.packs.values() for cover in pack.coverage.covers]
    covered = any(each.what == "coverage" for each in moved) or any(each.name.startswith(COVERAGE) for each in altered)
    made, added = classes(realms, asked, covers if covered else ())
    names = [{*realm.stack.applications, *realm.stack.deployments} for realm in realms]
    told = Compared(
        applications=tuple(sorted(set(left.stack.applications) & set(right.stack.applications))),
        deployments=tuple(sorted(set(left.stack.deployments) & set(right.stack.deployments))),
        classes=len(made),
        additions=added,
        only_left=tuple(sorted(names[0] - names[1])),
        only_right=tuple(sorted(names[1] - names[0])),
    )
    return changes(left, right, made), told


def _of_cases(left: Side, right: Side) -> tuple[list[Change], int]:
    dated = left.day != right.day
    benches = [
        Bench(side.packs, vocabulary(), schema_text(), zone, side.day if dated else None) for side in (left, right)
    ]
    return changes_in_cases(benches[0], benches[1], cases_of((*left.packs, *right.packs)))


def comparison_document(found: Comparison) -> dict[str, object]:
    """The comparison as programs read it."""
    told = found.compared
    return {
        "movements": [movement_document(each) for each in found.movements],
        "alterations": [to_builtins(each) for each in found.alterations],
        "changes": [change_document(each) for each in found.changes],
        "cases": [change_document(each) for each in found.in_cases],
        "compared": {**to_builtins(told), "additions": told.additions._asdict()},
        **({"replayed": replayed_document(found.replayed)} if found.replayed is not None else {}),
    }
