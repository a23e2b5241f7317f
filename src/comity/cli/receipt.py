"""`comity receipt export`: a receipt in the formats that other programs read.

The receipt is verified first. `tlog-proof` (C2SP) is what it holds already, and needs neither key nor extra; nor does
`timestamp`, the RFC 3161 response that it carries and the checkpoint that was stamped, for `openssl ts -verify`. `cose`
is an RFC 9942 receipt of each entry, with the 32 bytes that it is about; `scitt` an RFC 9943 transparent statement
that shows the entry too. Those two are signed: by the log's key, or by another with --signing-key.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from comity.adapters.state import FOLDER, state_folder
from comity.adapters.whole_files import write_whole
from comity.cli.receipt_close import add_close, close
from comity.cli.receipt_prose import clean
from comity.cli.trust import NOBODY, add_trust, trusted
from comity.proof.inclusion import InclusionProof
from comity.proof.note import NoteError, Signer
from comity.proof.receipt import MAX_RECEIPT_BYTES
from comity.proof.verify import Verification, verify_file
from comity.terms.errors import Fault, UsageFault

FORMATS = ("cose", "scitt", "timestamp", "tlog-proof")

MAX_KEY_BYTES = 16_384
"""Of a key's file: any PEM with a private key in it is far smaller."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    receipt = commands.add_parser("receipt", help="a receipt in other formats, or with less in it")
    verbs = receipt.add_subparsers(dest="verb", metavar="VERB", required=True)
    export = verbs.add_parser(
        "export", help="write it as COSE, SCITT or tlog-proof, or its timestamp", description=__doc__
    )
    export.add_argument("receipt", type=Path, metavar="RECEIPT", help="the receipt file")
    export.add_argument("--as", dest="form", choices=FORMATS, required=True, help="the format")
    export.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="where to write (default: here)")
    add_trust(export)
    where = export.add_mutually_exclusive_group()
    where.add_argument("--state", type=Path, metavar="DIR", help="the gateway's state folder, whose log.key signs")
    where.add_argument("-c", "--config", type=Path, metavar="FILE", help="the stack file, beside which .comity is")
    where.add_argument("--signing-key", type=Path, metavar="PEM", help="sign with this Ed25519 or P-256 key instead")
    add_close(verbs)


def run(options: argparse.Namespace) -> int:
    """Verifies, writes, and returns the exit status: that of `comity verify` if the receipt is not valid."""
    if options.verb == "close":
        return close(options)
    near = [Path.cwd(), options.receipt.resolve().parent]
    policy = trusted(options, near)
    state = options.state or (state_folder(options.config, None) if options.config else Path(FOLDER))
    if policy is NOBODY and (state / "log.vkey").is_file():
        options.key = str(state / "log.vkey")
        policy = trusted(options, near)
    result = verify_file(_read(options.receipt, MAX_RECEIPT_BYTES + 1), policy)
    if result.failure is not None:
        print(f"Not valid: {result.failure.name} (step {result.failure.step}).")
        print(clean(result.failure.sentence))
        return 2 if result.failure.is_no_receipt else 1
    if not options.to.is_dir():
        raise UsageFault(f"{options.to} is no folder: --to names one that is there")
    for name, data in _files(options, result, state).items():
        write_whole(options.to / name, data)
        print(f"{options.to / name}: {len(data)} bytes")
    return 0


def _files(options: argparse.Namespace, result: Verification, state: Path) -> dict[str, bytes]:
    if options.form == "tlog-proof":
        return {f"{kind}.tlog-proof": entry.shown.proof.encode() for kind, entry in result.entries.items()}
    if options.form == "timestamp":
        return _timestamp(options.receipt, result)
    try:
        from comity.adapters.cose.keys import of_log, of_pem
        from comity.adapters.cose.statement import receipt, statement
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "comity":
            raise
        raise UsageFault(
            f"--as {options.form} needs {error.name}, which is not installed: pip install 'comity[cose]'"
        ) from error
    if options.signing_key is not None:
        key = of_pem(_read(options.signing_key, MAX_KEY_BYTES), str(options.signing_key))
    else:
        key = of_log(_log_signer(state, result))
    subject = result.receipt_id or ""
    files = {"key.cbor": key.encoded}
    for kind, entry in result.entries.items():
        if options.form == "scitt":
            files[f"{kind}.scitt"] = statement(key, entry, subject)
        else:
            files |= {f"{kind}.receipt": receipt(key, entry, subject), f"{kind}.leaf": entry.shown.leaf_value}
    return files


def _timestamp(file: Path, result: Verification) -> dict[str, bytes]:
    """The stamped checkpoint, byte for byte, and the response."""
    assert result.receipt is not None
    try:
        response = result.receipt.timestamp
    except ValueError as error:
        raise UsageFault(f"{file}: {error}") from error
    if response is None:
        raise UsageFault(f"{file} carries no timestamp: it may have been fetched before its checkpoint was stamped")
    proof = next(iter(result.receipt.entries.values())).proof
    return {"checkpoint": InclusionProof.parse(proof).checkpoint.encode(), "checkpoint.tsr": response}


def _log_signer(state: Path, result: Verification) -> Signer:
    """The log's key, which signs a root in COSE only where it has signed the very root as a checkpoint."""
    file = state / "log.key"
    if not file.is_file():
        raise UsageFault(
            f"{file} is not there: give --state of the gateway whose log this is, or a key of yours with --signing-key "
            "(a signer's process, and a token, sign checkpoints and nothing else)"
        )
    try:
        signer = Signer.parse(_read(file, MAX_KEY_BYTES).decode("utf-8", "replace"))
    except NoteError as error:
        raise Fault(f"{file} cannot be read: {error}") from None
    if result.signer is None or signer.key.public != result.signer.public:
        raise UsageFault(f"{file} is not the key that signed this receipt's log: name that gateway's --state")
    return signer


def _read(file: Path, limit: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(limit)
    except OSError as error:
        raise UsageFault(f"{file} cannot be read: {error.strerror}") from error
