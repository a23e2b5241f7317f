"""`comity keys new | list | revoke | rebuild`: keys of applications and roles, whether or not the gateway runs."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from datetime import date
from pathlib import Path

import msgspec

from comity.adapters.clock import unix_ms
from comity.adapters.keys import ROLES, Key, KeyStore, UnknownKey
from comity.adapters.keys.entered import key_of
from comity.adapters.ledger import entries, shards
from comity.adapters.stack_files import read_stack_file
from comity.adapters.state import open_state, state_folder
from comity.runtime.control_state import database_url
from comity.stack.operation import Budget, Limits
from comity.stack.spelling import nearest
from comity.stack.types import Stack
from comity.terms.errors import UsageFault
from comity.terms.instants import Instant, end_of, shown

UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
LONGEST_MS = 10 * 366 * UNITS_MS["d"]
"""Ten years: what shall last longer has no end, and says so by leaving it out."""


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
    new.add_argument(
        "--model", action="append", metavar="MODEL", help="a model that it may ask for; once for each (default: all)"
    )
    ending = new.add_mutually_exclusive_group()
    ending.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="last day of the key, in UTC")
    ending.add_argument("--expires", metavar="TIME", help="how long it lives: 30d, 12h, 2w")
    new.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=N",
        help="requests_per_minute, tokens_per_minute or concurrent, besides the application's",
    )
    new.add_argument(
        "--budget",
        action="append",
        default=[],
        metavar="'PERIOD WHAT=N'",
        help="'month money=50' or 'session tokens=100000'; periods: request, session, minute, hour, day, month, total",
    )
    each = verbs.add_parser("list", help="every key ever made, without the key itself")
    revoke = verbs.add_parser("revoke", help="end a key; every worker knows within a second")
    revoke.add_argument("id", metavar="ID", help="the key's id, as `comity keys list` shows it")
    rebuild = verbs.add_parser("rebuild", help="enter again the keys that the log knows and the control state has lost")
    for verb in (new, each, revoke, rebuild):
        verb.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
        verb.add_argument("--state", type=Path, metavar="DIR", help="state folder (default: .comity beside FILE)")
        verb.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Runs the verb; 1 if there is no such application, model or key."""
    if not options.config.is_file():
        print(f"comity: there is no stack file {options.config}", file=sys.stderr)
        return 1
    if options.verb == "new" and not _may_be_made(options):
        return 1
    url = database_url(options.config, os.environ)
    with KeyStore(open_state(state_folder(options.config, options.state)), url) as store:
        if options.verb == "new":
            return _new(store, options)
        if options.verb == "list":
            return _list(store, as_json=options.json)
        if options.verb == "rebuild":
            return _rebuild(store, state_folder(options.config, options.state), as_json=options.json)
        return _revoke(store, options.id, as_json=options.json)


def limits_of(texts: list[str]) -> Limits | None:
    """`requests_per_minute=60` and the like.

    Raises:
        UsageFault: one of them is none.
    """
    given = {}
    for text in texts:
        name, equals, number = text.partition("=")
        if not equals or not number.isdecimal():
            raise UsageFault(f"--limit {text}: expected NAME=N, as in requests_per_minute=60")
        given[name] = int(number)
    try:
        return msgspec.convert(given, Limits) if given else None
    except msgspec.ValidationError as error:
        raise UsageFault(f"--limit: {error}; limits are {', '.join(Limits.__struct_fields__)}") from error


def budgets_of(texts: list[str]) -> tuple[Budget, ...]:
    """`month money=50` and the like.

    Raises:
        UsageFault: one of them is none.
    """
    found = []
    for text in texts:
        per, *bounds = text.split()
        parts = [bound.partition("=") for bound in bounds]
        try:
            given = {name: float(number) if name == "money" else int(number) for name, _, number in parts}
            if not given:
                raise ValueError("no bound")
            found.append(msgspec.convert({"per": per, **given}, Budget))
        except ValueError as error:  # msgspec's is one
            raise UsageFault(
                f"--budget {text!r}: expected 'month money=50' or 'session tokens=1000' ({error})"
            ) from error
    return tuple(found)


def lifetime(text: str) -> int:
    """`30d` in milliseconds.

    Raises:
        UsageFault: it is no such time.
    """
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smhdw])", text)
    if match is None or (length := int(match[1]) * UNITS_MS[match[2]]) > LONGEST_MS:
        raise UsageFault(f"--expires {text}: expected a number of s, m, h, d or w, ten years at most, as in 30d")
    return length


def _may_be_made(options: argparse.Namespace) -> bool:
    if options.app is None:
        if options.model or options.limit or options.budget:
            raise UsageFault("--model, --limit and --budget are for the key of an application")
        return True
    stack = read_stack_file(options.config, None).stack
    return _known(options.config, "application", options.app, sorted(stack.applications)) and all(
        _known(options.config, "model", model, _models(stack, options.app)) for model in options.model or ()
    )


def _models(stack: Stack, application: str) -> list[str]:
    allowed = stack.applications[application].models
    return sorted(stack.models if allowed is None else allowed)


def _known(file: Path, what: str, name: str, known: list[str]) -> bool:
    if name in known:
        return True
    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}" if known else "it registers none"
    print(f"comity: {file} registers no {what} {name}; {hint}", file=sys.stderr)
    return False


def _new(store: KeyStore, options: argparse.Namespace) -> int:
    now = unix_ms()
    expires = now + lifetime(options.expires) if options.expires else None
    if options.until:
        expires = end_of(options.until)
        if expires <= now:
            print(f"comity: --until {options.until} has passed", file=sys.stderr)
            return 2
    key, secret = store.add(
        application=options.app,
        role=options.role,
        disclose=options.disclose,
        now=now,
        expires=expires,
        models=tuple(sorted(set(options.model))) if options.model else None,
        limits=limits_of(options.limit),
        budgets=budgets_of(options.budget),
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
        print(
            f"{key.id}  {_holder(key):<32}  disclose {key.disclose}  made {shown(key.created)}{_ending(key, now)}"
            f"{_narrowed(key)}"
        )
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


def _rebuild(store: KeyStore, state: Path, *, as_json: bool) -> int:
    known: dict[str, Key] = {}
    for shard in shards(state):
        for entry in entries(state, shard):
            document = json.loads(entry.party).get("key") if entry.kind == "audit" else None
            if document is not None:
                key = key_of(document)
                if key.id not in known or key.revoked is not None:
                    known[key.id] = key
    count = store.restore(known.values())
    print(json.dumps({"known": len(known), "changed": count}) if as_json else f"{count} of {len(known)} keys changed")
    return 0


def _holder(key: Key) -> str:
    return f"application {key.application}" if key.application else f"role {key.role}"


def _narrowed(key: Key) -> str:
    parts = [f"models {', '.join(key.models)}"] if key.models is not None else []
    if key.limits is not None:
        parts += [f"{name} {n}" for name in Limits.__struct_fields__ if (n := getattr(key.limits, name)) is not None]
    for budget in key.budgets:
        bounds = (f"{name}={n:g}" for name in ("money", "tokens") if (n := getattr(budget, name)) is not None)
        parts.append(f"each {budget.per} {' '.join(bounds)}")
    return "".join(f", {part}" for part in parts)


def _ending(key: Key, now: Instant) -> str:
    if key.revoked is not None:
        return f", revoked {shown(key.revoked)}"
    if key.expires is None:
        return ""
    return f", {'until' if key.live(now) else 'ended'} {shown(key.expires)}"
