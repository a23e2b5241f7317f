"""Cases that a jurist can read: a sentence, facts, a date, and what the law says to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from comity.law.case import UNSAID, Case, ordered
from comity.law.profile import Profile
from comity.law.seals import stated
from comity.law.vocabulary import UNSTATED


class Places(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the provider chooses: every place must be permitted."""

    any_of: tuple[str, ...]


class CaseFacts(Struct, frozen=True, forbid_unknown_fields=True):
    """The case as a jurist writes it; `controller` is the jurisdiction of the controller's seat."""

    controller: str
    data: tuple[str, ...]
    subjects: tuple[str, ...]
    purpose: str
    public: bool = False
    operation: str = "infer"
    grounds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    sector: str = UNSTATED
    risk: str = UNSTATED
    uses: tuple[str, ...] = UNSAID
    placed_on_market: date | None = None
    seal: dict[str, int] = field(default_factory=dict)

    def case(self) -> Case:
        """The case that law sees."""
        return Case(
            operation=self.operation,
            controller=self.controller,
            purpose=self.purpose,
            data=ordered(self.data),
            subjects=ordered(self.subjects),
            grounds=ordered(self.grounds),
            roles=ordered(self.roles),
            output=ordered(self.output),
            sector=self.sector,
            risk=self.risk,
            uses=ordered(self.uses),
            placed=self.placed_on_market.isoformat() if self.placed_on_market else "",
            seal=stated(self.seal),
        )


class ProfileFacts(Struct, frozen=True, forbid_unknown_fields=True):
    """The candidate as a jurist writes it; `None` takes the value that absent facts take (DESIGN, part 6)."""

    site: str | Places
    operator: str
    control: tuple[str, ...] = ()
    presence: tuple[str, ...] | None = None
    operator_public: bool = False
    ecsp: bool | None = None
    dpf: bool = False
    dpf_uk: bool = False
    dpf_swiss: bool = False
    own: bool = False
    kinds: tuple[str, ...] = ()
    assessed: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    retains: bool = False
    trains: bool = False
    trains_stated: bool = True
    gateway: bool = False
    developer: str = ""
    open_weights: bool = True
    licence: str = UNSTATED
    family: str = UNSTATED
    seal: dict[str, int] = field(default_factory=dict)
    controlled_accelerator: bool = True
    accelerators: tuple[str, ...] = ("unknown",)

    def profiles(self) -> tuple[Profile, ...]:
        """One profile for each place where it may be processed."""
        places = self.site.any_of if isinstance(self.site, Places) else (self.site,)
        control = ordered((self.operator, *self.control))
        return tuple(
            Profile(
                site=place,
                operator=self.operator,
                control=control,
                presence=ordered(self.presence if self.presence is not None else (self.operator,)),
                operator_public=self.operator_public,
                ecsp=self.ecsp if self.ecsp is not None else "US" in control,
                dpf=self.dpf,
                dpf_uk=self.dpf_uk,
                dpf_swiss=self.dpf_swiss,
                own=self.own,
                kinds=ordered(self.kinds),
                assessed=ordered(self.assessed),
                certificates=ordered(self.certificates),
                retains=self.retains,
                trains=self.trains,
                trains_stated=self.trains_stated,
                gateway=self.gateway,
                developer=self.developer or self.operator,
                open_weights=self.open_weights,
                licence=self.licence,
                family=self.family,
                seal=stated(self.seal),
                controlled_accelerator=self.controlled_accelerator,
                accelerators=ordered(self.accelerators),
            )
            for place in places
        )


class PackCase(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of `cases.yaml`. `rules` is the exact set of this pack's prohibitions that fire.

    `lists` adds members to lists of the pack for this case alone: so a rule whose list is still empty can be tried.
    `each` names jurisdictions of which the same is true: one case stands for all of them (see EACH).
    """

    says: str
    on: date
    case: CaseFacts
    at: ProfileFacts
    verdict: Literal["permit", "forbid"]
    rules: tuple[str, ...] = ()
    oblige: tuple[str, ...] | None = None
    advise: tuple[str, ...] | None = None
    trap: bool = False
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    each: tuple[str, ...] = ()


EACH = "EACH"
"""Where the facts of a case with `each` say this, they say each of those jurisdictions, one case for each."""


def expanded(cases: Iterable[PackCase]) -> tuple[PackCase, ...]:
    """The cases, with one for each jurisdiction in place of a case that stands for all of them.

    Raises:
        ValueError: a case has `each`, and its facts nowhere say EACH.
    """
    return tuple(made for case in cases for made in ([_with(case, place) for place in case.each] or [case]))


def _with(case: PackCase, place: str) -> PackCase:
    facts = {name: msgspec.to_builtins(getattr(case, name)) for name in ("case", "at")}
    made = {name: _put(value, place) for name, value in facts.items()}
    if repr(EACH) not in repr(facts):
        raise ValueError(f"{case.says!r} has `each`, and its facts nowhere say {EACH}")
    types = {"case": CaseFacts, "at": ProfileFacts}
    changed = {name: msgspec.convert(value, types[name]) for name, value in made.items()}
    return msgspec.structs.replace(case, says=f"{case.says}: {place}", each=(), **changed)


def _put(value: Any, place: str) -> Any:
    if isinstance(value, dict):
        return {key: _put(each, place) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_put(each, place) for each in value]
    return place if value == EACH else value
