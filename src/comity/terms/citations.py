"""A rule as it is shown: what it is, where it stands, and what would satisfy it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Basis = Literal["statute", "guidance", "contract", "prudential", "tenant"]

LAW: frozenset[str] = frozenset({"statute", "guidance"})
"""Bases that make a refusal a matter of law (451); the others are an agreement or a choice (403)."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One rule, with its article and its basis.

    `basis` keeps law apart from what is none: `statute` and `guidance` are law; `contract` binds who accepted it, as
    the licence of weights does; `prudential` and `tenant` are a choice.
    `reviewed` says whether counsel has signed the encoding; where it is false, whoever shows the rule says so; `draft`,
    whether it stands in a pack that is no more than a draft.
    """

    id: str
    law: str
    cite: str
    basis: Basis
    says: str
    remedy: str = ""
    url: str = ""
    reviewed: bool = False
    draft: bool = False

    @property
    def is_law(self) -> bool:
        """Whether the rule binds by law rather than by choice."""
        return self.basis in LAW

    def document(self) -> dict[str, object]:
        """The rule as the contract shows it (DESIGN, part 5), without empty members."""
        shown = {key: value for key, value in asdict(self).items() if value != ""}
        if not self.draft:
            del shown["draft"]
        return shown
