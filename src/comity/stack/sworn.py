"""What counsel have signed, and what is to be kept: the parts of a stack that speak of instruments and evidence."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta

from comity.stack.record import Id, Jurisdiction, PartyRef, Record


class CounselKey(Record, frozen=True):
    """A key whose attestations count, from `since` to `until` (its first and last day)."""

    key: Annotated[
        str,
        Meta(
            max_length=256,
            pattern=r"^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$",
            description="A vkey, as `comity attest key` prints it.",
        ),
    ]
    since: date | None = None
    until: date | None = None


class LegalHold(Record, frozen=True):
    """What must not be erased although somebody asks for it: GDPR Art. 17(3)(b) and (e), and the like."""

    why: Annotated[str, Meta(min_length=1, max_length=500)]
    until: date
    applications: tuple[Id, ...] | None = None  # None holds what is kept of all of them


class SignedAgreement(Record, frozen=True):
    """A counsel's key vouches for the agreement of that digest, from `since` to `until`."""

    by: Id
    agreement: str
    since: date
    until: date


class SignedDuty(Record, frozen=True):
    """A counsel's key vouches that a duty is met for processing of this kind, and for no other.

    `duty` is as a rule writes it (`assess=dpia`), `ref` names the paper.
    """

    by: Id
    duty: str
    ref: str
    controller: PartyRef
    purpose: str
    data: tuple[str, ...]
    subjects: tuple[Jurisdiction, ...]
    since: date
    until: date


class Attested(Record, frozen=True):
    """Every attestation whose signature holds. Made from the folder of `attestations`, never from the stack file."""

    agreements: tuple[SignedAgreement, ...] = ()
    duties: tuple[SignedDuty, ...] = ()
