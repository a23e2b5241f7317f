"""Taking a request apart member by member, so that nothing is dropped unseen and all that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from comity.relay.body import BadRequest

NAMED = 16
"""Fields that one error names; who sends more wrong ones learns of the rest when these are mended."""

MAX_FIELD_CHARACTERS = 128
"""Of a field's name in an error: names come from outside and may be long."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Table(NamedTuple):
    """What becomes of members that no other dialect can carry.

    `dropped` are advisory and left out, each with its reason. `idle` are values that ask for nothing, so that leaving
    them out changes nothing. Every other member is refused by name; `refused` has better reasons for some.
    """

    dropped: Mapping[str, str] = _NOTHING
    idle: Mapping[str, tuple[object, ...]] = MappingProxyType({})
    refused: Mapping[str, str] = _NOTHING


class Complaints:
    """What cannot be carried over, gathered while a request is read and written."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def add(self, place: str, why: str) -> None:
        """Note that the field at `place` cannot be taken."""
        if len(self._found) <= NAMED:
            self._found.setdefault(place[:MAX_FIELD_CHARACTERS], why)

    def settle(self) -> None:
        """Raises:
        BadRequest: something was complained of.
        """
        if not self._found:
            return
        found = list(self._found.items())
        named = "; ".join(f"`{place}`: {why}" for place, why in found[:NAMED])
        more = "; and more" if len(found) > NAMED else ""
        raise BadRequest(
            f"The deployment for this model speaks another dialect, in which this cannot be said: {named}{more}.",
            found[0][0],
        )


class Members:
    """The members of one object, taken out one by one; what is left at the end is judged by a table."""

    __slots__ = ("_left", "complaints", "place")

    def __init__(self, value: object, place: str, complaints: Complaints) -> None:
        self.place = place
        self.complaints = complaints
        self._left: dict[str, Any] = {}
        if isinstance(value, dict):
            self._left = dict(value)
        else:
            complaints.add(place, "not an object")

    def at(self, name: str) -> str:
        """The place of a member."""
        return f"{self.place}.{name}" if self.place else name

    def take(self, name: str) -> Any:
        """A member whatever it is; None where it is absent."""
        return self._left.pop(name, None)

    def text(self, name: str, *, required: bool = False) -> str:
        """A string; empty where it is absent."""
        value = self.take(name)
        if isinstance(value, str):
            return value
        if value is not None or required:
            self.refuse(name, "not a string" if value is not None else "required")
        return ""

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.take(name)
        if value is None or isinstance(value, bool):
            return value
        self.refuse(name, "neither true nor false")
        return None

    def whole(self, name: str) -> int | None:
        """A whole number, zero or more."""
        value = self.take(name)
        if value is None or (type(value) is int and value >= 0):
            return value
        self.refuse(name, "not a whole number")
        return None

    def number(self, name: str) -> float | None:
        """A number."""
        value = self.take(name)
        if value is None or type(value) in (int, float):
            return value  # type: ignore[no-any-return]
        self.refuse(name, "not a number")
        return None

    def mapping(self, name: str) -> dict[str, Any] | None:
        """An object that is passed on as it is."""
        value = self.take(name)
        if value is None or isinstance(value, dict):
            return value
        self.refuse(name, "not an object")
        return None

    def members(self, name: str) -> Members | None:
        """An object that is looked into."""
        value = self.take(name)
        return None if value is None else Members(value, self.at(name), self.complaints)

    def array(self, name: str) -> list[Any]:
        """A list; empty where it is absent."""
        value = self.take(name)
        if isinstance(value, list):
            return value
        if value is not None:
            self.refuse(name, "not a list")
        return []

    def each(self, name: str) -> Iterator[Members]:
        """The objects of a list."""
        return self.objects(name, self.array(name))

    def objects(self, name: str, values: Iterable[object]) -> Iterator[Members]:
        """The objects of a list that was taken already."""
        for number, value in enumerate(values):
            yield Members(value, f"{self.at(name)}[{number}]", self.complaints)

    def texts(self, name: str) -> list[str]:
        """A list of strings; empty where it is absent."""
        values = self.array(name)
        if all(isinstance(value, str) for value in values):
            return values
        self.refuse(name, "not a list of strings")
        return []

    def refuse(self, name: str, why: str) -> None:
        """Complain of a member."""
        self.complaints.add(self.at(name), why)

    def finish(self, table: Table) -> None:
        """Judge what was not taken."""
        for name, value in self._left.items():
            if value is None or name in table.dropped:
                continue
            # `0 == False` in Python: compare types too
            if any(value == idle and type(value) is type(idle) for idle in table.idle.get(name, ())):
                continue
            self.refuse(name, table.refused.get(name, "the other dialect has nothing like it"))


CLOSED = Table()
"""Nothing is left out, and nothing else may stand there."""
