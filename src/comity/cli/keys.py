"""`comity keys new | list | revoke`: keys of applications and roles, whether or not the gateway runs."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from comity.adapters.clock import unix_ms
from comity.adapters.keys import ROLES, Key, KeyStore, UnknownKey
from comity.adapters.stack_files import read_stack_file
from comity.adapters.state import open_state, state_folder
from comity.stack.spelling import nearest
from comity.terms.instants import Instant, end_of, shown


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    keys = commands.add_parser("keys", help="make, list and revoke keys", description=__doc__)
    verbs = keys.add_subparsers(dest="verb", metavar="VERB", required=True)
    new = verbs.add_parser("new", help="make a key; it is printed once, alone on the last line of standard output")
    holder = new.add_mutually_exclusive_group(required=True)
    holder.add_argument("--app", metavar="APP", help="for an application of the stack file")
    holder.add_argument("--role", choices=ROLES, help="for a role on the control port")
    new.add_argument(
        "--disclose",
        choices=("full", "none"),
        default="full",
        help="whether answers name deployments and sites to this key (default: full)",
    )
    new.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="last day of the key, in UTC")
    each = verbs.add_parser("list", help="every key ever made, without the key itself")
    revoke = verbs.add_parser("revoke", help="end a key; every worker knows within a second")
    revoke.add_argument("id", metavar="ID", help="the key's id, as `comity keys list` shows it")
    for verb in (new, each, revoke):
        verb.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
        verb.add_argument("--state", type=Path, metavar="DIR", help="state folder (default: .comity beside FILE)")
        verb.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Runs the verb; 1 if there is no such application or key."""
    if options.verb == "new" and options.app is not None and not _registered(options.config, options.app):
        return 1
    if not options.config.is_file():
        print(f"comity: there is no stack file {options.config}", file=sys.stderr)
        return 1
    with KeyStore(open_state(state_folder(options.config, options.state))) as store:
        if options.verb == "new":
            return _new(store, options)
        if options.verb == "list":
            return _list(store, as_json=options.json)
        return _revoke(store, options.id, as_json=options.json)


def _registered(file: Path, application: str) -> bool:
    known = sorted(read_stack_file(file, None).stack.applications)
    if application in known:
        return True
    near = nearest(application, known)
    hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}" if known else "it registers none"
    print(f"comity: {file} registers no application {application}; {hint}", file=sys.stderr)
    return False


def _new(store: KeyStore, options: argparse.Namespace) -> int:
    expires = end_of(options.until) if options.until else None
    now = unix_ms()
    if expires is not None and expires <= now:
        print(f"comity: --until {options.until} has passed", file=sys.stderr)
        return 2
    key, secret = store.add(
        application=options.app, role=options.role, disclose=options.disclose, now=now, expires=expires
    )
    if options.json:
        print(json.dumps({**key.document(now), "key": secret}))
        return 0
    print(f"key {key.id} for {_holder(key)}{_ending(key, now)}; it is shown this once:")
    print(secret)
    return 0


def _list(store: KeyStore, *, as_json: bool) -> int:
    now = unix_ms()
    keys = store.keys()
    if as_json:
        print(json.dumps([key.document(now) for key in keys], indent=2))
        return 0
    for key in keys:
        print(f"{key.id}  {_holder(key):<32}  disclose {key.disclose}  made {shown(key.created)}{_ending(key, now)}")
    if not keys:
        print("no keys yet; `comity keys new` makes one")
    return 0


def _revoke(store: KeyStore, key_id: str, *, as_json: bool) -> int:
    now = unix_ms()
    try:
        key = store.revoke(key_id, now)
    except UnknownKey:
        print(f"comity: no key {key_id}; `comity keys list` shows the ids", file=sys.stderr)
        return 1
    print(json.dumps(key.document(now)) if as_json else f"key {key.id} for {_holder(key)}{_ending(key, now)}")
    return 0


def _holder(key: Key) -> str:
    return f"application {key.application}" if key.application else f"role {key.role}"


def _ending(key: Key, now: Instant) -> str:
    if key.revoked is not None:
        return f", revoked {shown(key.revoked)}"
    if key.expires is None:
        return ""
    return f", {'until' if key.live(now) else 'ended'} {shown(key.expires)}"
