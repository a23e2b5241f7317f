"""What a stack file is read against: the day, the words, the packs, and what lies around it on the machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from comity.stack.endpoints import ENDPOINTS, Endpoint


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary that a stack file may use (law/vocabulary.yaml), by the section that it stands in."""

    data: frozenset[str]
    purposes: frozenset[str]
    grounds: frozenset[str]
    roles: frozenset[str]
    kinds: frozenset[str]
    certificates: frozenset[str]
    sectors: frozenset[str]
    risks: frozenset[str]
    hops: frozenset[str]
    uses: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that `read_stack` must know and may not look up.

    `packs` are the names of the law packs there are. `file_exists` takes a path as the stack file writes it: the
    caller resolves it against the stack file's folder. `file_date` is the file's date in version control or on disk,
    `embedded` the models that the embedded node can serve. None leaves what rests on a thing unchecked: whoever only
    explains a stack needs no key of it.
    """

    today: date
    words: Words
    packs: frozenset[str]
    environment: Mapping[str, str] | None
    file_exists: Callable[[str], bool] | None
    endpoints: tuple[Endpoint, ...] = field(default=ENDPOINTS)
    file_date: date | None = None
    embedded: frozenset[str] | None = None
