"""`comity realm list | export`: the realms that a gateway has ruled under, for who checks its receipts elsewhere."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from comity.adapters.realm_bundles import bundle, kept, named
from comity.adapters.state import FOLDER, state_folder
from comity.terms.errors import UsageFault
from comity.terms.instants import FAR_FUTURE, shown


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    realm = commands.add_parser("realm", help="realms kept, and bundles of them for an auditor", description=__doc__)
    verbs = realm.add_subparsers(dest="verb", metavar="VERB", required=True)
    listed = verbs.add_parser(
        "list", help="the realms that are kept", description="Each realm: when it speaks, its law."
    )
    _where(listed)
    listed.add_argument("--json", action="store_true", help="print JSON")
    export = verbs.add_parser(
        "export",
        help="write a bundle for comity verify --replay",
        description="Law, stack and conditions of the realms named, without secrets and URLs.",
    )
    export.add_argument("digest", nargs="+", metavar="DIGEST", help="a realm as a receipt names it, or how it begins")
    _where(export)
    export.add_argument("--out", type=Path, metavar="FILE", help="the file to write (default: standard output)")


def _where(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--state", type=Path, metavar="DIR", help="state folder (default: .comity here)")
    where.add_argument("-c", "--config", type=Path, metavar="FILE", help="the stack file, beside which .comity is")


def run(options: argparse.Namespace) -> int:
    """Prints what is kept, or writes a bundle."""
    state = options.state or (state_folder(options.config, None) if options.config else Path(FOLDER))
    if options.verb == "list":
        return _list(state, as_json=options.json)
    data = bundle(state, [named(state, digest) for digest in options.digest])
    if options.out is None:
        sys.stdout.buffer.write(data + b"\n")
        return 0
    try:
        options.out.write_bytes(data + b"\n")
    except OSError as error:
        raise UsageFault(f"{options.out} cannot be written: {error.strerror}") from error
    print(f"{options.out}: {len(data)} bytes, sha256 of each realm is its digest")
    return 0


def _list(state: Path, *, as_json: bool) -> int:
    realms = [_row(digest, document) for digest, document in kept(state)]
    if as_json:
        print(json.dumps({"realms": realms}, indent=2))
        return 0
    for row in realms:
        until = "on" if row["valid_until"] >= FAR_FUTURE else f"until {shown(row['valid_until'])}"
        print(f"{row['realm']}  from {shown(row['since'])} {until}; law: {', '.join(row['law']) or 'none'}")
    print(f"{len(realms)} realm{'' if len(realms) == 1 else 's'} kept")
    return 0


def _row(digest: str, document: dict[str, Any]) -> dict[str, Any]:
    kept_of = {name: document[name] for name in ("since", "valid_until", "engine", "stack_date")}
    return {"realm": digest, **kept_of, "law": sorted(document["packs"])}
