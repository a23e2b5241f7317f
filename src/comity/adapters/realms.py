"""Realms from stack files, and realms kept by digest so that entries that name one can be read years later."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.adapters.stack_files import StackFile
from comity.adapters.state import write_durably
from comity.law.cedar import ENGINE, parse_rules
from comity.law.pack import read_pack
from comity.law.realm import Realm
from comity.law.vocabulary import Vocabulary
from comity.placement.conditions import configured, document
from comity.placement.types import Conditions
from comity.stack.digest import stack_from_document
from comity.terms.digests import sha256_hex
from comity.terms.instants import Instant
from comity.terms.problems import Problem, Problems


def build_realm(file: StackFile, at: Instant) -> Realm:
    """The realm of a stack file in force at `at`.

    Raises:
        Problems: everything that is wrong with the file or with a pack that it names.
    """
    stack = file.stack
    packs = load_packs(stack.law, file.path.resolve().parent)
    return Realm(stack, packs, vocabulary(), schema_text(), at, zone, file.date)


def keep(state: Path, realm: Realm) -> Conditions:
    """Makes the realm's bundle and its conditions durable under `state`; before that no realm may serve."""
    conditions = configured(realm.stack)
    for path, data in (
        (state / "realms" / realm.digest, realm.document),
        (state / "conditions" / conditions.digest, document(conditions)),
    ):
        if not path.exists():  # named by its digest, so it never changes
            write_durably(path, data)
    return conditions


def load_realm(state: Path, digest: str) -> Realm:
    """The realm of that digest, made again from its bundle (URLs and secrets are not in it).

    Raises:
        Problems: if the bundle is missing, altered, was made for another engine, or is read otherwise by this version
            (a realm made again that rules otherwise than it did would prove nothing).
    """
    path = state / "realms" / digest
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Problems([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    if sha256_hex(data) != digest:
        raise Problems([Problem(str(path), 0, 0, "", "is not the bundle of its name", "", "restore it from a copy")])
    realm = realm_from_document(data)
    if realm.digest != digest:
        hint = "read it with the version of Comity that wrote it"
        raise Problems(
            [Problem(str(path), 0, 0, "", "does not mean to this version what it was written to mean", "", hint)]
        )
    return realm


def realm_from_document(data: bytes) -> Realm:
    """The realm that a bundle describes; raises Problems if the bundle was made for another engine or format."""
    bundle = msgspec.json.decode(data)
    if bundle.get("comity") != 1 or bundle.get("engine") != ENGINE:
        found = f"was made for format {bundle.get('comity')}, engine {bundle.get('engine')}"
        raise Problems([Problem("realm", 0, 0, "", found, f"format 1, engine {ENGINE}")])
    packs = []
    for name, files in bundle["packs"].items():
        pack, problems = read_pack(name, {file: text.encode() for file, text in files.items()}, parse_rules)
        if pack is None:
            raise Problems(problems)
        packs.append(pack)
    stack = stack_from_document(bundle["stack"])
    order = {name: place for place, name in enumerate(stack.law)}
    packs.sort(key=lambda pack: order.get(pack.name, len(order)))
    words = msgspec.convert(bundle["vocabulary"], type=Vocabulary)
    dated = date.fromisoformat(bundle["stack_date"])
    return Realm(stack, packs, words, bundle["schema"], bundle["since"], zone, dated)
