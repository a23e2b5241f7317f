"""A witness's own keys: `witness.key` (0600, never overwritten) and, beside it, `witness.vkey`; an ML-DSA-44 key too,
where its owner asked for one, in `witness-mldsa.key`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE, PUBLIC
from comity.proof.cosignature import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, Cosigner
from comity.terms.errors import Fault

FILES = {ED25519_COSIGNATURE: "witness", ML_DSA_44_COSIGNATURE: "witness-mldsa"}
"""Names of the files by the key's type, without `.key` and `.vkey`."""


def load_all(folder: Path, name: str, rng: Callable[[int], bytes]) -> tuple[Cosigner, ...]:
    """The keys in `folder`: an Ed25519 key, made if there is none, and the ML-DSA-44 key if there is one.

    Raises:
        Fault: as `load_or_create`.
    """
    kinds = [kind for kind, stem in FILES.items() if kind == ED25519_COSIGNATURE or (folder / f"{stem}.key").exists()]
    return tuple(load_or_create(folder, name, kind, rng) for kind in kinds)


def load_or_create(folder: Path, name: str, kind: int, rng: Callable[[int], bytes]) -> Cosigner:
    """The key of a type in `folder`, made first if there is none. A key is for one name, which its messages need not
    say.

    Raises:
        Fault: it cannot be read or made, is another name's, or is gone while its public half is there.
    """
    private, public = folder / f"{FILES[kind]}.key", folder / f"{FILES[kind]}.vkey"
    try:
        if not private.exists():
            if public.exists():
                raise Fault(
                    f"{private} is gone but {public} is there: bring the key back, or name another state folder"
                )
            DISK.create_durably(private, (Cosigner(name, kind, rng(32)).private_text + "\n").encode(), PRIVATE)
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
