"""An attestation: a signed note in which counsel vouches for an instrument or an assessment (docs/spec/attestation.md).

Its text is two lines, a domain and a document in canonical JSON; whoever signs reads in full what is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from comity.proof.note import Note, NoteError, VerifierKey
from comity.stack.agreements import agreement_record
from comity.stack.sworn import Attested, SignedAgreement, SignedDuty
from comity.stack.types import Agreement, Application, Stack
from comity.terms import canon
from comity.terms.digests import sha256_hex

DOMAIN = "comity/attestation/v1"

MAX_BYTES = 16_384
"""Of one file: a record of sixteen parties and two hundred deployments, and a few signatures."""


class AttestationError(ValueError):
    """A file that counts for nothing; the message says why."""


class Processing(Struct, frozen=True, forbid_unknown_fields=True):
    """The processing that an assessment was made of."""

    controller: str
    purpose: str
    data: tuple[str, ...]
    subjects: tuple[str, ...]


class Document(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is signed. Either `agreement`, or `duty` with `processing` and `ref`. `until` is the last day."""

    origin: str
    signed: date
    until: date
    agreement: dict[str, Any] | None = None
    duty: str | None = None
    processing: Processing | None = None
    ref: str | None = None

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{DOMAIN}\n{canon.encode(msgspec.to_builtins(self)).decode()}\n"

    @property
    def says(self) -> str:
        """It in words."""
        if self.agreement is not None:
            return f"the agreement between {' and '.join(self.agreement['between'])}"
        assert self.processing is not None
        each = self.processing
        return f"{self.duty} ({self.ref}) for {each.purpose} by {each.controller}"


def of_agreement(stack: Stack, agreement: Agreement, signed: date, until: date) -> Document:
    """What counsel signs to vouch for an agreement."""
    return Document(stack.origin, signed, until, agreement=agreement_record(stack, agreement))


def of_duty(stack: Stack, application: Application, duty: str, ref: str, signed: date, until: date) -> Document:
    """What counsel signs to vouch that a duty is met for what an application does, as the stack now has it."""
    processing = Processing(
        application.controller,
        application.purpose,
        tuple(sorted(set(application.data))),
        tuple(sorted(set(application.subjects))),
    )
    return Document(stack.origin, signed, until, duty=duty, processing=processing, ref=ref)


def read_document(data: bytes) -> tuple[Note, Document]:
    """The note and what it says; nothing of it is verified yet.

    Raises:
        AttestationError: it is no attestation.
    """
    if len(data) > MAX_BYTES:
        raise AttestationError(f"is larger than {MAX_BYTES} bytes")
    try:
        note = Note.parse(data.decode())
        lines = note.text.split("\n")
        if len(lines) != 3 or lines[0] != DOMAIN:
            raise AttestationError(f"is a signed note, but its text is not {DOMAIN} and one line")
        document = msgspec.convert(canon.parse_canonical(lines[1].encode()), Document)
    except AttestationError:
        raise
    except (NoteError, ValueError) as error:
        raise AttestationError(f"is no attestation: {error}") from error
    whole = document.duty is not None and document.processing is not None and document.ref
    if (document.agreement is None) != bool(whole):
        raise AttestationError("speaks neither of one agreement nor of one duty with its processing and its paper")
    if document.agreement is not None and not isinstance(document.agreement.get("between"), list):
        raise AttestationError("speaks of an agreement between nobody")
    if document.until < document.signed:
        raise AttestationError(f"ends on {document.until}, before it was signed on {document.signed}")
    return note, document


def signers(note: Note, keys: Mapping[str, VerifierKey]) -> tuple[str, ...]:
    """The names of those `keys` whose signature under the note holds."""
    text = note.text.encode()
    return tuple(
        name for name, key in sorted(keys.items()) if any(key.verifies(text, line.value) for line in note.by(key))
    )


def gathered(stack: Stack, files: Mapping[str, bytes]) -> tuple[Attested, dict[str, str]]:
    """What the attestations in `files` come to under the stack's counsel keys, and why a file counts for nothing.

    A key's own dates bound what it vouches for: what it signed counts from the later beginning to the earlier end.
    """
    keys: dict[str, VerifierKey] = {}
    unused: dict[str, str] = {}
    for name, key in stack.counsel_keys.items():
        try:
            keys[name] = VerifierKey.parse(key.key)
        except NoteError as error:
            unused[f"counsel_keys.{name}"] = str(error)
    agreements: set[SignedAgreement] = set()
    duties: set[SignedDuty] = set()
    for file, data in sorted(files.items()):
        try:
            note, document = read_document(data)
        except AttestationError as error:
            unused[file] = str(error)
            continue
        names = signers(note, keys)
        if document.origin != stack.origin:
            unused[file] = f"speaks of the stack {document.origin[:200]}, and this is {stack.origin}"
        elif not names:
            unused[file] = "bears no signature of a counsel key that this stack names"
        for name in names if file not in unused else ():
            held = stack.counsel_keys[name]
            since = max(document.signed, held.since or document.signed)
            until = min(document.until, held.until or document.until)
            if until < since:
                unused[file] = f"was signed on {document.signed}, when the key {name} was not in force"
            elif document.agreement is not None:
                digest = sha256_hex(canon.encode(document.agreement))
                agreements.add(SignedAgreement(name, digest, since, until))
            elif document.processing is not None and document.duty is not None:
                duties.add(_duty(name, document, document.processing, since, until))
    return Attested(tuple(sorted(agreements, key=_order)), tuple(sorted(duties, key=_order))), unused


def _duty(by: str, document: Document, processing: Processing, since: date, until: date) -> SignedDuty:
    assert document.duty is not None and document.ref is not None
    return SignedDuty(
        by=by,
        duty=document.duty,
        ref=document.ref,
        controller=processing.controller,
        purpose=processing.purpose,
        data=processing.data,
        subjects=processing.subjects,
        since=since,
        until=until,
    )


def _order(each: SignedAgreement | SignedDuty) -> bytes:
    return msgspec.json.encode(each)
