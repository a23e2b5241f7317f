"""Verdicts and rulings: what the law says of each candidate, for one case."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

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


class Ruling(Struct, frozen=True):
    """All verdicts for one case, under one realm. `digest` is the SHA-256 of its canonical document, in hex."""

    verdicts: Mapping[str, Verdict]
    digest: str

    @classmethod
    def of(cls, realm: str, case: Mapping[str, object], verdicts: Mapping[str, Verdict]) -> Ruling:
        """The ruling of `verdicts`, with its digest."""
        lists: dict[tuple[str, ...], bytes] = {}  # deployments that law cannot tell apart share most of theirs
        each = b",".join(b"%b:%b" % (encode(name), verdicts[name].encoded(lists)) for name in sorted(verdicts))
        document = b'{"case":%b,"realm":%b,"verdicts":{%b}}' % (encode(dict(case)), encode(realm), each)
        return cls(dict(verdicts), sha256_hex(document))


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
