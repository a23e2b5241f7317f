"""`comity law diff`: what changes between two dates, two versions of packs, or two stack files, and for whom."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.comparison import Comparison, Side, compare, comparison_document
from comity.adapters.history import History, history
from comity.adapters.packs import load_packs, pack_folders, read_folder
from comity.adapters.realms import realm_from_document
from comity.adapters.stack_files import read_stack_file
from comity.cli.explain import day
from comity.law.pack import Pack
from comity.placement.asked import instant_of
from comity.posture.diff.movements import Movement
from comity.posture.diff.pack_cases import OWN
from comity.posture.diff.replayed import Replayed
from comity.posture.diff.verdicts import Change, Sides
from comity.terms.errors import UsageFault
from comity.terms.problems import Problem, Problems

MAX_BUNDLE = 1 << 26  # a realm's bundle holds every pack whole: some MB

DAYS = 30  # of a log, unless told: a month is what people plan by


MAX_TOLD = 12
"""Changed cases of packs that are told in words: they illustrate, the stack's own classes above them are all told."""


def add(parser: argparse.ArgumentParser) -> None:
    """Registers the options."""
    parser.add_argument(
        "left", nargs="?", metavar="OLD", help="a pack's folder, a folder of packs, a stack file or realm"
    )
    parser.add_argument("right", nargs="?", metavar="NEW", help="the same, as it is to be")
    parser.add_argument("--from", dest="first", type=day, metavar="DATE", help="the earlier day")
    parser.add_argument("--to", dest="last", type=day, metavar="DATE", help="the later day")
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the stack file whose applications meet it")
    parser.add_argument("--log", type=Path, metavar="DIR", help="a state folder: what its requests would have come to")
    parser.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"days of the log (default: {DAYS})")


def run(options: argparse.Namespace) -> int:
    """Prints what differs; 0 whether or not anything does."""
    now = unix_ms()
    left, right, at = _sides(options, now)
    log = None
    if options.log is not None:
        if options.days < 1:
            raise UsageFault("--days: at least 1")
        log = _history(options.log, now - options.days * 86_400_000)
    try:
        found = compare(left, right, at, log)
    except ValueError as error:
        raise UsageFault(str(error)) from error
    if options.json:
        print(json.dumps(comparison_document(found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines(found, left, right, options.days)))
    return 0


def _sides(options: argparse.Namespace, now: int) -> tuple[Side, Side, tuple[int, int]]:
    dated = options.first is not None or options.last is not None
    if dated and (options.first is None or options.last is None):
        raise UsageFault("--from and --to go together")
    if (options.left is None) != (options.right is None):
        raise UsageFault("OLD and NEW go together: what it was, and what it is to be")
    if not dated and options.left is None:
        raise UsageFault("nothing to compare: give --from and --to, or OLD and NEW")
    today = datetime.now(UTC).date()
    days = (options.first, options.last) if dated else (today, today)
    at = (instant_of(days[0]), instant_of(days[1])) if dated else (now, now)
    if options.left is None:
        both = _base(options, days[0])
        return both, Side(both.packs, days[1], both.stack, both.file_date), at
    sides = [_side(Path(given), on, options) for given, on in zip((options.left, options.right), days, strict=True)]
    return sides[0], sides[1], at


def _base(options: argparse.Namespace, on: date) -> Side:
    """The law of the stack file, or all that ships and lies in --packs."""
    if options.config is not None:
        return _of_stack(options.config, on)
    return Side(tuple(_read(folder) for folder in pack_folders(options.packs).values()), on)


def _side(path: Path, on: date, options: argparse.Namespace) -> Side:
    """What lies at `path`. Packs take the place of those of their names in the law of --config, if that is given."""
    if path.is_file():
        return _of_realm(path, on) if _is_bundle(path) else _of_stack(path, on)
    if not path.is_dir():
        raise Problems([Problem(str(path), 0, 0, "", "is neither a folder nor a file")])
    packs = _packs_in(path)
    if options.config is None:
        return Side(packs, on)
    base = _of_stack(options.config, on)
    named = {pack.name: pack for pack in packs}
    kept = tuple(named.pop(pack.name, pack) for pack in base.packs)
    return Side((*kept, *named.values()), on, base.stack, base.file_date)


def _of_stack(path: Path, on: date) -> Side:
    file = read_stack_file(path, None)
    return Side(load_packs(file.stack.law, path.resolve().parent), on, file.stack, file.date)


def _is_bundle(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(1) == b"{"


def _of_realm(path: Path, on: date) -> Side:
    with path.open("rb") as file:
        data = file.read(MAX_BUNDLE + 1)
    try:
        realm = realm_from_document(data)
    except (KeyError, TypeError, ValueError) as error:
        raise Problems([Problem(str(path), 0, 0, "", f"is no realm's bundle: {error}")]) from error
    return Side(tuple(realm.packs.values()), on, realm.stack, None)


def _packs_in(path: Path) -> tuple[Pack, ...]:
    if (path / "coverage.yaml").is_file():
        return (_read(path),)
    inside = path / "packs" if (path / "packs").is_dir() else path
    folders = [folder for folder in sorted(inside.iterdir()) if (folder / "coverage.yaml").is_file()]
    if not folders:
        raise Problems([Problem(str(path), 0, 0, "", "holds no pack", "a pack's folder, or a folder of packs")])
    return tuple(_read(folder) for folder in folders)


def _read(folder: Path) -> Pack:
    pack, problems = read_folder(folder)
    if pack is None:
        raise Problems(problems)
    return pack


def _history(state: Path, since: int) -> History:
    if not (state / "log").is_dir():
        raise Problems([Problem(str(state), 0, 0, "", "is no state folder: it has no log/", "", "name DIR of --state")])
    return history(state, since)


def lines(found: Comparison, left: Side, right: Side, days: int = DAYS) -> Iterator[str]:
    """Yields the comparison in words."""
    if left.day != right.day:
        yield f"from {left.day} to {right.day}, in {', '.join(pack.name for pack in right.packs)}:"
        yield from (line for movement in found.movements for line in _moved(movement))
        if not found.movements:
            yield "    nothing begins and nothing ends"
    if found.alterations:
        yield "the texts differ:"
        for each in found.alterations:
            details = f" ({', '.join(each.details)})" if each.details else ""
            yield f"    {each.how}: {each.pack}: {each.name}{details}"
    elif left.packs != right.packs or left.day == right.day:
        yield "the texts of the packs are the same"
    if left.stack is not None and right.stack is not None:
        yield from _of_stack_lines(found)
    if found.compared.pack_cases:
        yield f"cases of packs, each at its own candidate: {len(found.in_cases)} of {found.compared.pack_cases} differ"
        yield from (line for change in found.in_cases[:MAX_TOLD] for line in _changed(change))
        if len(found.in_cases) > MAX_TOLD:
            yield f"    and {len(found.in_cases) - MAX_TOLD} more; --json has them all"
    if found.replayed is not None:
        yield from _replayed(found.replayed, days)


def _moved(movement: Movement) -> Iterator[str]:
    what = "begins" if movement.begins else "ends"
    marks = f"  [{', '.join(movement.marks)}]" if movement.marks else ""
    last = "" if movement.begins else f" (last day {movement.day - timedelta(days=1)})"
    yield f"    {movement.day}  {what}: {movement.name}{last}{marks}"
    cite = f"{movement.law}, {movement.cite}" if movement.cite else movement.law
    yield f"        {cite}" + (f": {movement.says}" if movement.says else "")


def _of_stack_lines(found: Comparison) -> Iterator[str]:
    told = found.compared
    for name, members in (("only before", told.only_left), ("only after", told.only_right)):
        if members:
            yield f"{name}: {', '.join(members)}"
    yield "what the stack's applications meet:"
    yield from (line for change in found.changes for line in _changed(change))
    if not found.changes:
        yield "    no verdict, obligation or advisory changes"
    yield (
        f"compared: {told.classes} case classes ({len(told.applications)} applications, to infer and to embed, as"
        f" registered and with headers) at each of {len(told.deployments)} deployments"
    )
    added = [(name, words) for name, words in zip(told.additions._fields, told.additions, strict=True) if words]
    for name, words in added:
        yield f"    a header adds one of the {name} {', '.join(words)}, each for all that the rules treat alike"
    if not added:
        yield "    no rule in question asks for what a header can add"


def _changed(change: Change) -> Iterator[str]:
    verdict = f"{change.left}, as before" if change.left == change.right else f"{change.left} -> {change.right}"
    at = "" if change.deployment == OWN else f" at {change.deployment}"
    yield f"    {change.who}{at}: {verdict}"
    for what, sides in (("forbidden", change.forbids), ("obliged", change.obliges), ("exposed", change.advises)):
        yield from _of_sides(what, sides)
    if change.classes:
        shown = change.classes[:3]
        more = f"; and {len(change.classes) - len(shown)} more" if len(change.classes) > len(shown) else ""
        yield f"        in {len(change.classes)} classes: {'; '.join(shown)}{more}"


def _of_sides(what: str, sides: Sides) -> Iterator[str]:
    if sides.only_right:
        yield f"        now {what} by {', '.join(sides.only_right)}"
    if sides.only_left:
        yield f"        no longer {what} by {', '.join(sides.only_left)}"


def _replayed(again: Replayed, days: int) -> Iterator[str]:
    yield (
        f"of {again.requests} requests of the last {days} days ({again.distinct} of them distinct),"
        f" {again.otherwise} would have been placed otherwise"
    )
    for shift in again.shifts:
        one, other = (", ".join(names) or "refused" for names in (shift.left, shift.right))
        by = f" ({', '.join(shift.rules)})" if shift.rules else ""
        yield f"    {shift.requests} of {shift.application}: {shift.outcome}: {one} -> {other}{by}"
    if again.other_case:
        yield f"    {again.other_case} were of an application that was registered otherwise then; asked as it is now"
    if again.unreadable:
        yield f"    {again.unreadable} could not be decided again by this version"
