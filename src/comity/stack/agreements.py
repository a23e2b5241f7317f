"""Which instruments bind a controller and an operator on a date."""

from __future__ import annotations

from datetime import date

from comity.stack.types import Agreement, Assessment, Stack


def agreements_between(
    stack: Stack, controller: str, operator: str, deployment: str | None, on: date
) -> tuple[Agreement, ...]:
    """The agreements in force on `on` that bind both parties by name and cover the deployment.

    `deployment` None asks for the relay itself, which only an agreement that covers everything of the
    operator's reaches. `since` and `until` are the first and the last day; an expired agreement is absent
    (DESIGN part 6). So is every agreement under `attest: required`, for there is no attestation yet that could
    make one count.
    """
    if stack.attest == "required":
        return ()
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


def _covers(agreement: Agreement, deployment: str | None) -> bool:
    return agreement.covers is None or (deployment is not None and deployment in agreement.covers)
