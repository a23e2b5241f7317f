"""Packs that are loaded together share one law: what one of them says may not change what another means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from comity.law.pack import Group, Pack
from comity.terms.problems import Problem


def conflicts(packs: Sequence[Pack]) -> Iterator[Problem]:
    """Yields a problem for each list that two packs hold with different members or dates.

    A realm unites lists of one name. Were they free to differ, a pack of one's own could put a country on a list that
    another pack's exceptions rest on, and so switch off law that it does not hold.
    """
    first: dict[str, Pack] = {}
    for pack in packs:
        for name, group in pack.groups.items():
            other = first.setdefault(name, pack)
            if _spans(other.groups[name]) != _spans(group):
                found = f"{name} differs from the list of that name in {other.name}"
                hint = f"copy its members and dates, or name the list {pack.name}.{name}"
                yield Problem(f"{pack.name}/lists.yaml", 0, 0, f"groups.{name}", found, "", hint)


def _spans(group: Group) -> list[tuple[str, str, str]]:
    return sorted((each.member, str(each.since), str(each.until)) for each in group.members)
