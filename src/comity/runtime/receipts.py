"""Receipts for those who may read them (DESIGN, part 5)."""

from __future__ import annotations

from typing import Any

from comity.adapters.ledger import Ledger, LedgerBroken, NotYetCovered, UnknownReceipt
from comity.relay.ports import Later, Receipts
from comity.relay.tenant import Tenant


def receipts(ledger: Ledger) -> Receipts:
    """Fetches receipts from every shard of `ledger`'s state folder.

    A key of the application that asked gets the openings too, with which it can show its own bytes; an auditor's does
    not, for whoever has an opening can confirm a guess at the bytes (docs/spec/commitment.md).
    """

    async def fetch(receipt_id: str, tenant: Tenant) -> dict[str, Any] | None:
        try:
            receipt = await ledger.receipt(receipt_id, openings=not tenant.auditor, ref=tenant.ref)
        except UnknownReceipt:
            return None
        except NotYetCovered as error:
            raise Later(str(error)) from error
        except LedgerBroken as error:  # its message names files
            raise Later("The log cannot make a checkpoint that covers this receipt now.") from error
        return receipt if tenant.auditor or application_of(receipt) == tenant.application else None

    return fetch


def application_of(receipt: dict[str, Any]) -> str:
    """Whose receipt it is."""
    head = receipt["intent"] if "intent" in receipt else receipt["denial"]
    return str(head["blocks"]["party"]["application"])
