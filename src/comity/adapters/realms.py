"""Realms from stack files, and realms kept by digest so that entries that name one can be read years later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.adapters.stack_files import StackFile
from comity.adapters.state import write_durably
from comity.law.cedar import ENGINE, parse_rules
from comity.law.pack import Pack, read_pack
from comity.law.precedents import Precedents
from comity.law.realm import Realm
from comity.law.vocabulary import Vocabulary
from comity.placement.conditions import configured, document
from comity.placement.types import Conditions
from comity.stack.digest import stack_from_document
from comity.terms.canon import encode
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


class Shelf:
    """What the realms of one gateway have in common: they differ by a date or a line of the stack, and hold the same
    packs. Each is read once, by its name and texts; and so is what its rules were found to say.
    """

    def __init__(self) -> None:
        self.precedents = Precedents()
        self._packs: dict[tuple[str, str], Pack] = {}

    def pack(self, name: str, texts: Mapping[str, str]) -> Pack:
        """The pack of these texts, the same one each time; raises Problems if it cannot be read."""
        key = name, sha256_hex(encode(dict(texts)))
        if key not in self._packs:
            pack, problems = read_pack(name, {file: text.encode() for file, text in texts.items()}, parse_rules)
            if pack is None:
                raise Problems(problems)
            self._packs[key] = pack
        return self._packs[key]


def load_realm(state: Path, digest: str, shelf: Shelf | None = None) -> Realm:
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
    realm = realm_from_document(data, shelf)
    if realm.digest != digest:
        hint = "read it with the version of Comity that wrote it"
        raise Problems(
            [Problem(str(path), 0, 0, "", "does not mean to this version what it was written to mean", "", hint)]
        )
    return realm


def realm_from_document(data: bytes, shelf: Shelf | None = None) -> Realm:
    """The realm that a bundle describes; raises Problems if the bundle was made for another engine or format."""
    bundle = msgspec.json.decode(data)
    if bundle.get("comity") != 1 or bundle.get("engine") != ENGINE:
        found = f"was made for format {bundle.get('comity')}, engine {bundle.get('engine')}"
        raise Problems([Problem("realm", 0, 0, "", found, f"format 1, engine {ENGINE}")])
    shelf = shelf or Shelf()
    packs = [shelf.pack(name, texts) for name, texts in bundle["packs"].items()]
    stack = stack_from_document(bundle["stack"])
    order = {name: place for place, name in enumerate(stack.law)}
    packs.sort(key=lambda pack: order.get(pack.name, len(order)))
    words = msgspec.convert(bundle["vocabulary"], type=Vocabulary)
    dated = date.fromisoformat(bundle["stack_date"])
    return Realm(stack, packs, words, bundle["schema"], bundle["since"], zone, dated, shelf.precedents)
