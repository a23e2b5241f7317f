"""The log's signing key: made once, never overwritten (docs/spec/shards.md, "Keys")."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE, PUBLIC, Disk
from comity.adapters.ledger.failures import LedgerCorrupt
from comity.adapters.signer import KeyFile, Signing, open_signing
from comity.adapters.signer.second import PRIVATE_FILE, BothSigning, load_second
from comity.proof.note import NoteError, Signer, VerifierKey, check_name
from comity.terms.errors import Fault

MAX_ORIGIN = 200
"""Characters of an origin: with the shard it must stay below the 255 that a cosigned message can hold."""


def signing_of(state: Path, origin: str, signer: str | None, rng: Callable[[int], bytes], disk: Disk = DISK) -> Signing:
    """Who signs this log: the stack file's `signer`, or the key in `state/log.key`. `state/log.vkey` pins its key.

    With `log-mldsa.key` beside it, a second signature by that.

    Raises:
        LedgerCorrupt: the key is not the one that has signed this log so far, is for another origin, or cannot be read.
        Fault: the signer, or the second key, cannot be used; SignerDown: it does not answer.
        ValueError: `origin` cannot name a log.
    """
    second = load_second(state, check_origin(origin), disk)
    if signer is None:
        first = KeyFile(load_or_create(state, origin, rng, disk))
        return first if second is None else BothSigning(first, second)
    if second is not None:
        raise Fault(
            f"{state / PRIVATE_FILE} lies open to whoever holds the gateway, from which `signer` is to keep the log's "
            "key: take one of the two away"
        )
    signing = open_signing(signer, check_origin(origin))
    public = state / "log.vkey"
    disk.make_folders(state)
    disk.create_durably(public, (signing.key.text + "\n").encode(), PUBLIC)
    if _public(public) != signing.key:
        signing.close()
        raise LedgerCorrupt(
            f"the signer holds another key than {public}: a log keeps the key that it began with "
            "(move that key into the signer, or begin with another state folder)"
        )
    return signing


def load_or_create(state: Path, origin: str, rng: Callable[[int], bytes], disk: Disk = DISK) -> Signer:
    """The key in `state/log.key`, made first if this state folder has none; `log.vkey` is written beside it.

    Raises:
        LedgerCorrupt: the key is for another origin, cannot be read, or is gone while its public half is there.
        ValueError: `origin` cannot name a log.
    """
    check_origin(origin)
    private, public = state / "log.key", state / "log.vkey"
    disk.make_folders(state)
    if not private.exists():
        if public.exists():
            raise LedgerCorrupt(
                f"{private} is gone but {public} is there: bring the key back, or begin with another state folder "
                "(a new key cannot continue this log)"
            )
        disk.create_durably(private, (Signer(origin, rng(32)).private_text + "\n").encode(), PRIVATE)
    signer = _read(private)
    if signer.key.name != origin:
        raise LedgerCorrupt(
            f"{private} is the key of {signer.key.name}, not of {origin}: use another state folder for another origin"
        )
    disk.create_durably(public, (signer.key.text + "\n").encode(), PUBLIC)
    if _public(public) != signer.key:
        raise LedgerCorrupt(f"{public} is not the public half of {private}")
    return signer


def check_origin(origin: str) -> str:
    """The origin itself, if it can name a log.

    Raises:
        ValueError: it is empty, too long, or has a space, a plus or a control character.
    """
    if len(origin) > MAX_ORIGIN:
        raise ValueError(f"an origin has at most {MAX_ORIGIN} characters")
    return check_name(origin)


def _read(path: Path) -> Signer:
    try:
        return Signer.parse(path.read_text("utf-8"))
    except (NoteError, UnicodeDecodeError) as error:
        raise LedgerCorrupt(f"{path} cannot be read: {error}") from None


def _public(path: Path) -> VerifierKey:
    try:
        return VerifierKey.parse(path.read_text("utf-8"))
    except (NoteError, UnicodeDecodeError) as error:
        raise LedgerCorrupt(f"{path} cannot be read: {error}") from None
