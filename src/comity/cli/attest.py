"""`comity attest`: counsel's signed word for an agreement or an assessment, made, listed and checked."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from comity.adapters.attestations import SUFFIX, read_files
from comity.adapters.stack_files import read_stack_file
from comity.adapters.state import PRIVATE_FILE
from comity.evidence.signature import signed_text
from comity.law.attestation import MAX_BYTES, AttestationError, Document, of_agreement, of_duty, read_document, signers
from comity.law.attested_list import attested_document
from comity.law.duties import unknown
from comity.law.obligations import parsed, seconds
from comity.proof.note import NoteError, Signer, VerifierKey
from comity.stack.types import Stack
from comity.terms.digests import sha256_hex
from comity.terms.errors import Fault, UsageFault

SEED_BYTES = 32


class CannotAttest(Fault):
    """What was asked cannot be attested; the message says why and what to do."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    attest = commands.add_parser("attest", help="sign and check what counsel vouches for", description=__doc__)
    verbs = attest.add_subparsers(dest="verb", metavar="VERB", required=True)
    key = verbs.add_parser("key", help="make a counsel's signing key, and print what pins it in the stack file")
    key.add_argument("name", metavar="NAME", help="whose it is, as a function: head-of-legal")
    key.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="where the private key goes; not there yet"
    )
    agreement = verbs.add_parser("agreement", help="vouch for an agreement of the stack file")
    agreement.add_argument("number", type=int, metavar="N", help="which one, as `comity attest list` numbers them")
    duty = verbs.add_parser("duty", help="vouch that a duty is met for what an application does")
    duty.add_argument("duty", metavar="DUTY", help="as a rule writes it: assess=dpia")
    duty.add_argument(
        "--app", required=True, metavar="APP", help="the application, with the data and subjects it has now"
    )
    duty.add_argument("--ref", required=True, metavar="REF", help="the paper that shows it: DPO-2026-14")
    register = verbs.add_parser("register", help="vouch for a register of `comity evidence`, in FILE.note")
    register.add_argument("file", type=Path, metavar="FILE", help="register.yaml")
    for verb in (agreement, duty, register):
        verb.add_argument("--key", type=Path, required=True, metavar="FILE", help="the private key of a counsel")
        verb.add_argument(
            "--until", type=date.fromisoformat, required=True, metavar="DATE", help="last day that it counts"
        )
        verb.add_argument("--out", type=Path, metavar="FILE", help="default: in the folder that the stack file names")
    listing = verbs.add_parser("list", help="every agreement and attestation, and what counts today")
    verify = verbs.add_parser("verify", help="whether an attestation is signed; 0 valid, 1 not, 2 it is none")
    verify.add_argument("file", type=Path, metavar="FILE")
    trust = verify.add_mutually_exclusive_group(required=True)
    trust.add_argument("--key", metavar="VKEY", help="the public key that must have signed")
    trust.add_argument("-c", "--config", type=Path, metavar="FILE", help="the stack file that names counsel's keys")
    for verb in (agreement, duty, register, listing):
        verb.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    for verb in (listing, verify):
        verb.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Runs the verb."""
    if options.verb == "key":
        return _key(options)
    if options.verb == "verify":
        return _verify(options)
    stack = read_stack_file(options.config, None).stack
    if options.verb == "list":
        return _list(stack, options)
    return _sign(stack, options)


def _key(options: argparse.Namespace) -> int:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,63}", options.name):
        raise UsageFault(f"{options.name!r} is no name for a key: a-z, 0-9 and -, a letter first")
    signer = Signer(options.name, os.urandom(SEED_BYTES))
    _write(options.out, f"{signer.private_text}\n")
    print(f"the private key of {options.name} is in {options.out}; keep it away from the gateway. In the stack file:")
    print(f"counsel_keys: {{{options.name}: {{key: {json.dumps(signer.key.text)}}}}}")
    return 0


def _sign(stack: Stack, options: argparse.Namespace) -> int:
    signer = _signer(options.key)
    today = datetime.now(UTC).date()
    if options.until < today:
        raise UsageFault(f"--until {options.until} has passed")
    if options.verb == "register":
        return _register(stack, options, signer)
    if options.verb == "agreement":
        if not 1 <= options.number <= len(stack.agreements):
            raise UsageFault(f"there is no agreement {options.number}; `comity attest list` numbers them")
        agreement = stack.agreements[options.number - 1]
        document = of_agreement(stack, agreement, today, options.until)
        name = "-".join(("agreement", *agreement.between))
    else:
        document = _duty(stack, options, today)
        name = f"{options.app}-{options.duty}"
    note = signer.sign(document.text)
    if len(note.encode()) > MAX_BYTES:
        raise CannotAttest(f"the record is longer than {MAX_BYTES} bytes: cover fewer deployments by one agreement")
    stem = re.sub(r"[^A-Za-z0-9.-]", "-", name)[:80]
    folder = options.config.resolve().parent / stack.attestations
    out = options.out or folder / f"{stem}-{sha256_hex(note.encode())[:8]}{SUFFIX}"
    out.parent.mkdir(parents=True, exist_ok=True)
    _write(out, note, mode=0o644)
    print(document.text, end="")
    if not any(key.key == signer.key.text for key in stack.counsel_keys.values()):
        print(f"comity: the stack file does not name this key, so it counts for nothing yet: {signer.key.text}")
    print(f"signed by {signer.key.name} until {options.until}: {out}")
    return 0


def _register(stack: Stack, options: argparse.Namespace, signer: Signer) -> int:
    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise UsageFault(f"{options.file} cannot be read: {error.strerror}") from error
    text = signed_text(stack.origin, data, options.until)
    out = options.out or options.file.with_name(f"{options.file.name}{SUFFIX}")
    _write(out, signer.sign(text), mode=0o644)
    print(text, end="")
    print(f"signed by {signer.key.name} until {options.until}: {out}")
    return 0


def _duty(stack: Stack, options: argparse.Namespace, today: date) -> Document:
    application = stack.applications.get(options.app)
    if application is None:
        raise UsageFault(f"the stack file registers no application {options.app}")
    each = list(parsed(options.duty))
    if len(each) != 1:
        raise UsageFault(f"{options.duty!r} is not one duty, as assess=dpia")
    key, value = each[0]
    wrong = [unknown(f"{pack}.", key, value, timed=seconds(value) is not None) for pack in ("", *stack.law)]
    if all(wrong):
        raise UsageFault(f"{wrong[0]}; docs/reference/obligations.md has them all")
    return of_duty(stack, application, options.duty, options.ref, today, options.until)


def _list(stack: Stack, options: argparse.Namespace) -> int:
    document = attested_document(stack, datetime.now(UTC).date())
    if options.json:
        print(json.dumps(document, indent=2))
        return 0
    for row in document["agreements"]:
        who = ", ".join(row["signed_by"]) or "nobody"
        counts = "counts" if row["counts"] else "ABSENT"
        print(f"{row['number']}. {' and '.join(row['between'])}: {', '.join(row['kinds'])}; signed by {who}; {counts}")
    for row in document["duties"]:
        counts = "counts" if row["counts"] else "does not count today"
        print(
            f"{row['duty']} ({row['ref']}) for {row['purpose']} by {row['controller']}: signed by {row['by']}, "
            f"{row['since']} to {row['until']}; {counts}"
        )
    held = len(read_files(stack, options.config)) if stack.counsel_keys else 0
    print(f"attest: {stack.attest}; counsel keys: {', '.join(stack.counsel_keys) or 'none'}; {held} files")
    return 0


def _verify(options: argparse.Namespace) -> int:
    try:
        with options.file.open("rb") as file:
            note, document = read_document(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise UsageFault(f"{options.file} cannot be read: {error.strerror}") from error
    except AttestationError as error:
        print(f"comity: {options.file} {error}", file=sys.stderr)
        return 2
    try:
        if options.key is not None:
            key = VerifierKey.parse(options.key)
            keys = {key.name: key}
        else:
            stack = read_stack_file(options.config, None).stack
            keys = {name: VerifierKey.parse(each.key) for name, each in stack.counsel_keys.items()}
    except NoteError as error:
        raise UsageFault(str(error)) from error
    names = signers(note, keys)
    if options.json:
        print(json.dumps({"valid": bool(names), "signed_by": list(names), "text": document.text}, indent=2))
        return 0 if names else 1
    print(document.text, end="")
    by = ", ".join(names)
    print(f"signed by {by}; counts until {document.until}" if names else "NOT signed by any key that was named")
    return 0 if names else 1


def _signer(path: Path) -> Signer:
    try:
        return Signer.parse(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFault(f"{path} cannot be read: {error}") from error
    except NoteError as error:
        raise UsageFault(f"{path}: {error}") from error


def _write(path: Path, text: str, mode: int = PRIVATE_FILE) -> None:
    """Write a new file; never over one that is there."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(text)
    except FileExistsError:
        raise UsageFault(f"{path} is there already; choose another") from None
    except OSError as error:
        raise UsageFault(f"{path} cannot be written: {error.strerror}") from error
