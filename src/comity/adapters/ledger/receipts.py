"""Building a receipt from the files of a shard, whoever writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def build_receipt(state: Path, shard: str, index: int, *, openings: bool = True) -> dict[str, Any]:
    """Build the receipt of the intent or denial at `index` of `shard` from files alone.

    Raises:
        UnknownReceipt: no such shard, or no intent or denial there.
        NotYetCovered: the entry (or its outcome) is not under the shard's checkpoint yet.
    """
    raise NotImplementedError
