"""Whose signatures `verify` and `log audit` believe: a policy file, a key, or the nearest log's."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from comity.proof.note import NoteError, VerifierKey
from comity.proof.policy import MAX_POLICY_BYTES, Policy, PolicyError, parse_policy
from comity.terms.errors import UsageFault

NOBODY = Policy(())
"""Trust in nobody: every signature is an unknown signer's."""

_MAX_VKEY_BYTES = 8_192
"""A file that holds one vkey; those of ML-DSA-44 have 1,800 characters."""


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Registers --policy and --key."""
    trust = parser.add_mutually_exclusive_group()
    trust.add_argument("--policy", type=Path, metavar="FILE", help="trust the logs and witnesses of a tlog-policy file")
    trust.add_argument(
        "--key",
        metavar="VKEY",
        help="trust this key of a log (or the file that holds it); it speaks for its shards too",
    )


def trusted(options: argparse.Namespace, near: Iterable[Path]) -> Policy:
    """The policy that the options give, else that of the nearest `.comity/log.vkey` above the folders in `near`.

    Raises:
        UsageFault: the file or key that was named is none.
    """
    if options.policy is not None:
        return _policy(options.policy)
    if options.key is not None:
        return _one(_key_text(options.key), "--key")
    for folder in near:
        for above in (folder, *folder.parents):
            file = above / ".comity" / "log.vkey"
            if file.is_file():
                return _one(_read(file, _MAX_VKEY_BYTES).decode("utf-8", "replace"), str(file))
    return NOBODY


def _policy(file: Path) -> Policy:
    try:
        return parse_policy(_read(file, MAX_POLICY_BYTES))
    except PolicyError as error:
        raise UsageFault(f"{file} is not a tlog-policy file: {error}") from error


def _key_text(given: str) -> str:
    file = Path(given)
    # a vkey has two plus signs, a file's name hardly ever
    if given.count("+") < 2 and file.is_file():
        return _read(file, _MAX_VKEY_BYTES).decode("utf-8", "replace")
    return given


def _one(text: str, place: str) -> Policy:
    try:
        return Policy((VerifierKey.parse(text),))
    except NoteError as error:
        raise UsageFault(f"{place}: {error}") from error


def _read(file: Path, limit: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise UsageFault(f"{file} cannot be read: {error.strerror}") from error
