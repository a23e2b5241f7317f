"""Attestations from the folder that a stack file names: read, verified, and made part of the stack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from comity.law.attestation import MAX_BYTES, gathered
from comity.stack.agreements import in_force, signed_by
from comity.stack.read import Reading
from comity.stack.types import Stack
from comity.terms.problems import Problem

SUFFIX = ".note"

MAX_FILES = 4_096
"""An attestation for each of two thousand agreements, and as many assessments; past that a folder is a mistake."""


def attestation_paths(stack: Stack, file: Path) -> list[Path]:
    """The folder of attestations and the files in it, whether or not they are there."""
    folder = file.resolve().parent / stack.attestations
    found = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    return [folder, *found[:MAX_FILES]]


def read_files(stack: Stack, file: Path) -> dict[str, bytes]:
    """What lies in the folder, by name; a file that cannot be read is empty, and so no attestation."""
    return {path.name: _bytes(path) for path in attestation_paths(stack, file)[1:]}


def with_attestations(reading: Reading, path: Path, today: date) -> Reading:
    """`reading` with what counsel signed in its stack, and a warning for each file and agreement that counts for
    nothing. Without a counsel key nothing is read.
    """
    stack = reading.stack
    if stack is None or not stack.counsel_keys:
        return reading
    attested, unused = gathered(stack, read_files(stack, path))
    stack = msgspec.structs.replace(stack, attested=attested)
    problems = (*reading.problems, *_unused(unused, path, stack, reading), *_unsigned(stack, path, today, reading))
    return replace(reading, stack=stack, problems=problems)


def _unused(unused: dict[str, str], path: Path, stack: Stack, reading: Reading) -> Iterator[Problem]:
    for name, why in unused.items():
        if name.endswith(SUFFIX):
            place = str(path.parent / stack.attestations / name)
            yield Problem(place, 0, 0, "", f"counts for nothing: {why}", "", "", "warning")
        else:
            yield Problem(str(path), reading.lines.get(name, 0), 0, name, f"is no key: {why}", "", "", "warning")


def _unsigned(stack: Stack, path: Path, today: date, reading: Reading) -> Iterator[Problem]:
    if stack.attest != "required":
        return
    for at, agreement in enumerate(stack.agreements):
        if in_force(agreement, today) and not signed_by(stack, agreement, today):
            where = f"agreements[{at}]"
            found = "no counsel key in force has signed it, so it is absent (attest: required)"
            hint = f"comity attest agreement {at + 1} -c {path} --key FILE --until DATE"
            yield Problem(str(path), reading.lines.get(where, 0), 0, where, found, "", hint, "warning")


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return b""
