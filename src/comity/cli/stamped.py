"""The timestamp that a receipt carries, held against an authority whose root the reader has."""

from __future__ import annotations

from pathlib import Path

from comity.proof.inclusion import InclusionProof
from comity.proof.verify import Failure, Verification
from comity.terms.errors import Fault, UsageFault

STEP = "13"
"""Of docs/spec/verification.md."""


def stamped_at(result: Verification, root: Path) -> int | Failure:
    """When the authority with this root (PEM) saw the checkpoint of a valid receipt, in Unix seconds, or why not.

    Raises:
        UsageFault: the file holds no root, or `rfc3161-client` is not installed.
    """
    # lazily: a receipt verifies without it
    from comity.adapters.timestamps import NotStamped, available, read_trust
    from comity.adapters.timestamps.trust import MISSING

    if not available():
        raise UsageFault(
            f"{MISSING}; or have `comity receipt export --as timestamp` write what `openssl ts -verify` checks"
        )
    receipt = result.receipt
    assert receipt is not None
    try:
        trust = read_trust(root)
    except Fault as error:
        raise UsageFault(str(error)) from error
    try:
        response = receipt.timestamp
        if response is None:
            return Failure(STEP, "no-timestamp", "The receipt carries no timestamp.")
        proof = next(iter(receipt.entries.values())).proof
        return trust.time_of(response, InclusionProof.parse(proof).checkpoint.encode())
    except (NotStamped, ValueError) as error:
        return Failure(STEP, "bad-timestamp", f"The timestamp does not hold: {error}.")
