"""A witness's own key: `witness.key` (0600, never overwritten) and, beside it, `witness.vkey`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE, PUBLIC
from comity.proof.cosigner import Cosigner
from comity.terms.errors import Fault

KEY_FILE, VKEY_FILE = "witness.key", "witness.vkey"


def load_or_create(folder: Path, name: str, rng: Callable[[int], bytes]) -> Cosigner:
    """The key in `folder`, made first if there is none. A key is for one name: its message does not say it.

    Raises:
        Fault: it cannot be read or made, is another name's, or is gone while its public half is there.
    """
    private, public = folder / KEY_FILE, folder / VKEY_FILE
    try:
        if not private.exists():
            if public.exists():
                raise Fault(
                    f"{private} is gone but {public} is there: bring the key back, or name another state folder"
                )
            DISK.create_durably(private, (Cosigner(name, rng(32)).private_text + "\n").encode(), PRIVATE)
        if private.stat().st_mode & 0o077:
            raise Fault(f"{private} can be read by others: chmod 600 {private}")
        cosigner = Cosigner.parse(private.read_text("utf-8"))
        DISK.create_durably(public, (cosigner.key.text + "\n").encode(), PUBLIC)
    except (OSError, ValueError) as error:
        raise Fault(f"{private} cannot be used: {error}") from None
    if cosigner.key.name != name:
        raise Fault(f"{private} is the key of {cosigner.key.name}, not of {name}: use another state folder")
    if public.read_text("utf-8").strip() != cosigner.key.text:
        raise Fault(f"{public} is not the public half of {private}")
    return cosigner
