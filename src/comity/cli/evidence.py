"""`comity evidence`: papers for an authority or an auditor, made of the log, the realms and the register."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.evidence_bundle import MANIFEST, altered, events_csv, receipts, told, write
from comity.adapters.evidence_bundle import realms as kept_realms
from comity.adapters.stack_files import read_stack_file
from comity.adapters.state import state_folder
from comity.cli.trust import add_trust, trusted
from comity.evidence.activity import events
from comity.evidence.findings import Findings
from comity.evidence.html import page
from comity.evidence.oscal import assessment_results
from comity.evidence.paper import blanks, document
from comity.evidence.papers import PAPERS, papers
from comity.evidence.register import MAX_REGISTER_BYTES, Register, read_register
from comity.evidence.signature import MAX_BYTES, SUFFIX, signers
from comity.law.plain_yaml import load
from comity.proof.receipt import MAX_RECEIPT_BYTES
from comity.proof.verify import verify_file
from comity.stack.types import Stack
from comity.terms.digests import sha256_hex
from comity.terms.errors import UsageFault
from comity.terms.instants import end_of, start_of

RECEIPTS = 1_000
"""Receipts that a bundle carries unless told otherwise: some 3 MB."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    evidence = commands.add_parser(
        "evidence", help="papers for an authority or an auditor, from the log", description=__doc__
    )
    evidence.add_argument("-c", "--config", type=Path, metavar="FILE", help="the stack file")
    evidence.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DATE", help="first day, in UTC")
    evidence.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DATE", help="last day, in UTC")
    evidence.add_argument("--app", metavar="A", help="one application; all of them if left out")
    evidence.add_argument(
        "--paper", action="append", choices=tuple(PAPERS), default=[], help="a paper; those that a loaded law asks for"
    )
    evidence.add_argument("--register", type=Path, metavar="FILE", help="register.yaml: what no log can know")
    evidence.add_argument("--out", type=Path, metavar="DIR", help="a new folder for the papers and receipts")
    evidence.add_argument("--receipts", type=int, default=RECEIPTS, metavar="N", help="receipts to carry at most")
    evidence.add_argument("--state", type=Path, metavar="DIR", help="state folder (default: .comity beside FILE)")
    evidence.add_argument("--verify", type=Path, metavar="DIR", help="check a bundle that was written before, offline")
    evidence.add_argument("--json", action="store_true", help="print JSON")
    add_trust(evidence)


def run(options: argparse.Namespace) -> int:
    """Writes a bundle, or checks one; 1 if a bundle does not hold."""
    if options.verify is not None:
        return _verify(options)
    missing = [name for name in ("config", "first", "last", "out") if getattr(options, name) is None]
    if missing:
        names = {"config": "-c", "first": "--from", "last": "--to", "out": "--out"}
        raise UsageFault(f"evidence needs {', '.join(names[name] for name in missing)}, or --verify DIR")
    if options.last < options.first:
        raise UsageFault(f"--to {options.last} lies before --from {options.first}")
    stack = read_stack_file(options.config, None).stack
    if options.app is not None and options.app not in stack.applications:
        raise UsageFault(f"no application {options.app} in {options.config}")
    state = state_folder(options.config, options.state)
    if not (state / "log").is_dir():
        raise UsageFault(f"{state} holds no log: nothing was served yet, or name the folder with --state")
    register, signed = _register(options.register, stack)
    entries = list(told(state))
    happened = tuple(events(entries, start_of(options.first), end_of(options.last), options.app))
    carried = receipts(state, happened, options.receipts)
    findings = Findings(
        origin=stack.origin,
        first=options.first,
        last=options.last,
        events=happened,
        realms=kept_realms(state, {event.flow.realm for event in happened}),
        register=register,
        signed=signed,
        application=options.app or "",
        kept_since=min((each.content["times"]["received"] for each in entries if each.kind != "outcome"), default=0),
        receipts=tuple(carried),
    )
    made = papers(findings, tuple(options.paper))
    gaps = tuple(blanks(made))
    files = {
        "index.html": page(made, gaps, findings).encode(),
        "evidence.json": json.dumps(
            {
                "comity": 1,
                "origin": findings.origin,
                "from": str(findings.first),
                "to": str(findings.last),
                "application": findings.application or None,
                "register": findings.signed or "unsigned",
                "papers": [document(each) for each in made],
                "blanks": [
                    {"paper": g.paper, "table": g.table, "row": g.row, "column": g.column, "belongs": g.belongs}
                    for g in gaps
                ],
            },
            indent=1,
            ensure_ascii=False,
        ).encode(),
        "events.csv": events_csv(happened),
        **{f"receipts/{name}.json": data for name, data in carried.items()},
    }
    digests = {name: sha256_hex(data) for name, data in files.items() if "/" not in name}
    results = assessment_results(made, gaps, findings, unix_ms(), digests)
    files["assessment-results.json"] = json.dumps(results, indent=1, ensure_ascii=False).encode()
    if (state / "log.vkey").is_file():
        files["log.vkey"] = (state / "log.vkey").read_bytes()
    try:
        write(options.out, files)
    except OSError as error:
        raise UsageFault(str(error)) from error
    summary = {
        "out": str(options.out),
        "papers": [each.name for each in made],
        "requests": len(happened),
        "receipts": len(carried),
        "blanks": len(gaps),
    }
    if options.json:
        print(json.dumps(summary, indent=2))
    else:
        print(f"{options.out}: {len(made)} papers on {len(happened)} requests, {len(carried)} receipts.")
        for each in made:
            print(f"    {each.name:<22} {each.title}")
        print(f"{len(gaps)} cells are blank: index.html lists them, with where their values belong.")
    return 0


def _register(file: Path | None, stack: Stack) -> tuple[Register, str]:
    """The register, and who signed it."""
    if file is None:
        return Register(), ""
    try:
        data = file.read_bytes()
        if len(data) > MAX_REGISTER_BYTES:
            raise UsageFault(f"{file} is larger than {MAX_REGISTER_BYTES} bytes")
        return read_register(load(data.decode())), _signed(file, data, stack)
    except OSError as error:
        raise UsageFault(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageFault(f"{file}: {error}") from error


def _signed(file: Path, data: bytes, stack: Stack) -> str:
    """The names of counsel's keys in force that signed it, empty if none did; a note that does not count is told."""
    note = file.with_name(f"{file.name}{SUFFIX}")
    if not note.is_file():
        return ""
    with note.open("rb") as stream:
        text = stream.read(MAX_BYTES + 1)
    try:
        if len(text) > MAX_BYTES:
            raise ValueError(f"is larger than {MAX_BYTES} bytes")
        names = signers(text, stack.origin, data, stack.counsel_keys, datetime.now(UTC).date())
    except ValueError as error:
        print(f"comity: {note} {error}; the register counts as unsigned", file=sys.stderr)
        return ""
    if not names:
        print(f"comity: {note} bears no signature of a counsel key in force; it counts as unsigned", file=sys.stderr)
    return ", ".join(names)


def _verify(options: argparse.Namespace) -> int:
    """A bundle holds if no file of it was touched and every receipt is valid under a key that is trusted here."""
    folder: Path = options.verify
    policy = trusted(options, [Path.cwd(), folder.resolve()])
    try:
        wrong = list(altered(folder))
    except OSError as error:
        raise UsageFault(f"{folder} is no bundle: {MANIFEST} cannot be read ({error.strerror})") from error
    checked = 0
    for path in sorted((folder / "receipts").glob("*.json")):
        result = verify_file(path.read_bytes()[: MAX_RECEIPT_BYTES + 1], policy)
        checked += 1
        if result.failure is not None:
            wrong.append(f"receipts/{path.name}: {result.failure.name}: {result.failure.sentence}")
    if options.json:
        print(json.dumps({"holds": not wrong, "receipts": checked, "wrong": wrong}, indent=2))
    else:
        for sentence in wrong:
            print(sentence, file=sys.stderr)
        print(f"{folder}: {checked} receipts, {'holds' if not wrong else 'DOES NOT HOLD'}")
    return 0 if not wrong else 1
