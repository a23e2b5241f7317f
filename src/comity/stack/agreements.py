"""Which instruments bind a controller and an operator on a date, and who has signed for them."""

from __future__ import annotations

from datetime import date
from typing import Any

from comity.stack import facts
from comity.stack.types import Agreement, Assessment, Stack
from comity.terms.canon import encode
from comity.terms.digests import sha256_hex


def agreements_between(
    stack: Stack, controller: str, operator: str, deployment: str | None, on: date
) -> tuple[Agreement, ...]:
    """The agreements in force on `on` that bind both parties by name and cover the deployment.

    `deployment` None asks for the relay itself, which only an agreement that covers everything of the
    operator's reaches. `since` and `until` are the first and the last day; an expired agreement is absent
    (DESIGN part 6). So is, under `attest: required`, one that no counsel key in force has signed.
    """
    bound = stated_between(stack, controller, operator, deployment, on)
    if stack.attest == "required":
        return tuple(agreement for agreement in bound if signed_by(stack, agreement, on))
    return bound


def stated_between(
    stack: Stack, controller: str, operator: str, deployment: str | None, on: date
) -> tuple[Agreement, ...]:
    """The same, signed by a counsel's key or not."""
    return tuple(
        agreement
        for agreement in stack.agreements
        if controller in agreement.between
        and operator in agreement.between
        and _covers(agreement, deployment)
        and in_force(agreement, on)
    )


def in_force(instrument: Agreement, on: date) -> bool:
    """Whether the agreement holds on that day; its first and last day count."""
    begun = instrument.since is None or instrument.since <= on
    return begun and (instrument.until is None or on <= instrument.until)


def assessed(agreement: Agreement, on: date) -> Assessment | None:
    """Its transfer impact assessment, if it has one that holds on that day."""
    return agreement.tia if agreement.tia is not None and on <= agreement.tia.until else None


def signed_by(stack: Stack, agreement: Agreement, on: date) -> tuple[str, ...]:
    """The counsel keys, by name, whose signature for this agreement counts on that day; sorted."""
    if not stack.attested.agreements:
        return ()
    digest = agreement_digest(stack, agreement)
    return tuple(
        sorted(
            {
                each.by
                for each in stack.attested.agreements
                if each.agreement == digest and each.since <= on <= each.until
            }
        )
    )


def agreement_record(stack: Stack, agreement: Agreement) -> dict[str, Any]:
    """What is signed of an agreement (docs/spec/attestation.md): the file's own words in one order, and where the
    parties are seated, so that no later change of either keeps the signature.
    """
    record: dict[str, Any] = {
        "between": sorted(agreement.between),
        "kinds": sorted(agreement.kinds),
        "seats": {name: facts.seat(stack, name) for name in agreement.between},
    }
    if agreement.covers is not None:
        record["covers"] = sorted(agreement.covers)
    for name, day in (("since", agreement.since), ("until", agreement.until)):
        if day is not None:
            record[name] = day.isoformat()
    if agreement.tia is not None:
        record["tia"] = {"ref": agreement.tia.ref, "until": agreement.tia.until.isoformat()}
    return record


def agreement_digest(stack: Stack, agreement: Agreement) -> str:
    """The SHA-256 of its record in canonical JSON, in hex."""
    return sha256_hex(encode(agreement_record(stack, agreement)))


def _covers(agreement: Agreement, deployment: str | None) -> bool:
    return agreement.covers is None or (deployment is not None and deployment in agreement.covers)
