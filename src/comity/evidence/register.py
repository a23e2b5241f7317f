"""The register: what no log can know, stated by people and signed by counsel (docs/reference/register.md).

Contacts, retention, identifiers of legal entities, references of contracts. Nothing in it is invented here: what it
leaves out is a blank of the paper that asks for it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

Text = Annotated[str, Meta(max_length=2000)]
Lei = Annotated[str, Meta(pattern=r"^[A-Z0-9]{18}[0-9]{2}$")]  # ISO 17442
MAX_REGISTER_BYTES = 1 << 20
"""A register is written by people; a large bank's suppliers of models fit many times over."""


class Entity(Struct, frozen=True, forbid_unknown_fields=True):
    """A party of the stack as papers name it."""

    name: Text = ""
    address: Text = ""
    contact: Text = ""
    representative: Text = ""  # GDPR Art. 27
    dpo: Text = ""  # GDPR Art. 37
    lei: Lei | None = None
    euid: Text = ""
    kind: Text = ""  # of financial entity or provider, in the words of the register of information
    authority: Text = ""
    currency: Text = ""
    expense: Text = ""  # per year
    parent: Text = ""  # LEI or EUID of the ultimate parent


class Function(Struct, frozen=True, forbid_unknown_fields=True):
    """The function of a financial entity that an application supports (DORA Art. 28, template B_06.01)."""

    id: Text = ""
    name: Text = ""
    licensed_activity: Text = ""
    critical: bool | None = None
    reasons: Text = ""
    assessed: date | None = None
    rto_hours: int | None = None
    rpo_hours: int | None = None
    impact: Text = ""


class Processing(Struct, frozen=True, forbid_unknown_fields=True):
    """An application as papers name it."""

    name: Text = ""
    purposes: Text = ""
    persons: Text = ""  # categories of data subjects
    data: Text = ""  # categories of personal data
    recipients: Text = ""
    retention: Text = ""  # envisaged time limits for erasure
    security: Text = ""  # general description of the measures of Art. 32(1)
    dpia: Text = ""
    fria: Text = ""
    system: Text = ""  # name and version of the AI system
    overseer: Text = ""  # who has human oversight
    instructions: Text = ""  # reference of the instructions for use
    function: Function = field(default_factory=Function)


class Contract(Struct, frozen=True, forbid_unknown_fields=True):
    """An agreement of the stack as papers name it; `between` finds it there."""

    between: tuple[str, ...]
    ref: Text = ""
    kind: Text = ""
    overarching: Text = ""
    start: date | None = None
    end: date | None = None
    ended: Text = ""  # why, where it has
    notice_days: int | None = None
    notice_days_provider: int | None = None
    law: Text = ""  # country of the governing law
    currency: Text = ""
    expense: Text = ""
    service: Text = ""  # type of ICT services, S01 to S19
    sensitiveness: Text = ""
    reliance: Text = ""
    substitutability: Text = ""
    audited: date | None = None
    exit_plan: Text = ""
    reintegration: Text = ""
    impact: Text = ""
    alternatives: Text = ""


class Register(Struct, frozen=True, forbid_unknown_fields=True):
    """`register.yaml`."""

    entities: dict[str, Entity] = field(default_factory=dict)
    applications: dict[str, Processing] = field(default_factory=dict)
    contracts: tuple[Contract, ...] = ()
    maintainer: str = ""  # the party that keeps the register of information
    reported: date | None = None

    def entity(self, party: str) -> Entity:
        """The entry of a party; an empty one if there is none."""
        return self.entities.get(party) or Entity()

    def processing(self, application: str) -> Processing:
        """The entry of an application; an empty one if there is none."""
        return self.applications.get(application) or Processing()

    def contract(self, *parties: str) -> Contract | None:
        """The first contract between the parties, if the register has one."""
        return next((each for each in self.contracts if set(parties) <= set(each.between)), None)


def read_register(document: object) -> Register:
    """A register from a parsed YAML document.

    Raises:
        ValueError: a member is unknown, of another type, or a LEI is malformed.
    """
    return msgspec.convert(document if document is not None else {}, type=Register)
