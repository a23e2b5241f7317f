"""Verdicts and rulings: what the law says of each candidate, for one case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from comity.law.case import Case
from comity.terms.canon import encode
from comity.terms.digests import sha256_hex


class Verdict(Struct, frozen=True):
    """What the law says of one deployment: ids of rules, sorted.

    A permit means that no rule in force here forbids it, never that it is lawful.
    """

    deployment: str
    forbids: tuple[str, ...]
    obliges: tuple[str, ...]
    advises: tuple[str, ...]
    assumptions: tuple[str, ...]
    gaps: tuple[str, ...] = ()  # uncovered law that the stack accepts, as "KE personal until 2027-03-31"

    @property
    def permit(self) -> bool:
        """Whether no rule in force forbids the deployment."""
        return not self.forbids

    def document(self) -> dict[str, object]:
        """The verdict in the canonical form that the ruling's digest is made of; empty members are left out."""
        members = {name: list(getattr(self, name)) for name in _MEMBERS}
        return {name: value for name, value in members.items() if value}

    def encoded(self, lists: dict[tuple[str, ...], bytes]) -> bytes:
        """The canonical form of `document()`; `lists` keeps what was encoded before."""
        parts = []
        for name, key in _KEYS:
            value: tuple[str, ...] = getattr(self, name)
            if value:
                if value not in lists:
                    lists[value] = encode(value)
                parts.append(key + lists[value])
        return b"{%b}" % b",".join(parts)


_MEMBERS = ("advises", "assumptions", "forbids", "gaps", "obliges")
_KEYS = tuple((name, f'"{name}":'.encode()) for name in _MEMBERS)


class Verdicts(Mapping[str, Verdict]):
    """Verdicts by deployment, each made when it is first asked for."""

    def __init__(self, names: Collection[str], make: Callable[[str], Verdict]) -> None:
        self._names, self._make = names, make
        self._made: dict[str, Verdict] = {}

    def __getitem__(self, name: str) -> Verdict:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = self._make(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Ruling:
    """All verdicts for one case, under one realm."""

    def __init__(self, realm: str, case: Case, verdicts: Mapping[str, Verdict]) -> None:
        """`realm` is its digest."""
        self.verdicts = verdicts
        self._of = realm, case

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ruling) and (self.verdicts, self._of) == (other.verdicts, other._of)

    __hash__ = None  # type: ignore[assignment]  # a mapping has none

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the ruling's canonical document, in hex: made when it is first asked for."""
        realm, case = self._of
        lists: dict[tuple[str, ...], bytes] = {}  # deployments that law cannot tell apart share most of theirs
        each = b",".join(b"%b:%b" % (encode(name), each.encoded(lists)) for name, each in sorted(self.verdicts.items()))
        document = b'{"case":%b,"realm":%b,"verdicts":{%b}}' % (encode(case.document()), encode(realm), each)
        return sha256_hex(document)


def both(left: Verdict, right: Verdict) -> Verdict:
    """What two cases say of one deployment: it must be permitted in each (DESIGN rule 6)."""
    return Verdict(
        deployment=left.deployment,
        forbids=_union(left.forbids, right.forbids),
        obliges=_union(left.obliges, right.obliges),
        advises=_union(left.advises, right.advises),
        assumptions=_union(left.assumptions, right.assumptions),
        gaps=_union(left.gaps, right.gaps),
    )


def _union(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    return left if left == right else tuple(sorted({*left, *right}))
