"""Every agreement of a stack and every attestation, and whether each counts on a day: as programs read it."""

from __future__ import annotations

from datetime import date
from typing import Any

from comity.stack.agreements import agreement_record, in_force, signed_by
from comity.stack.types import Stack


def attested_document(stack: Stack, on: date) -> dict[str, Any]:
    """`counts`: whether a ruling of the day `on` may rest on it. Agreements are numbered from 1, as the file has
    them.
    """
    agreements: list[dict[str, Any]] = []
    for number, each in enumerate(stack.agreements, 1):
        names, running = signed_by(stack, each, on), in_force(each, on)
        counts = running and (stack.attest == "declared" or bool(names))
        record = agreement_record(stack, each)
        agreements.append({"number": number, **record, "signed_by": list(names), "in_force": running, "counts": counts})
    duties = [
        {
            "duty": each.duty,
            "by": each.by,
            "ref": each.ref,
            "controller": each.controller,
            "purpose": each.purpose,
            "data": list(each.data),
            "subjects": list(each.subjects),
            "since": each.since.isoformat(),
            "until": each.until.isoformat(),
            "counts": each.since <= on <= each.until,
        }
        for each in stack.attested.duties
    ]
    return {"attest": stack.attest, "agreements": agreements, "duties": duties}
