"""Bundles for an auditor: the realms and conditions that receipts name by digest (docs/spec/realm-bundle.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from comity.adapters.packs import SHIPPED, schema_text, vocabulary
from comity.adapters.realms import realm_from_document
from comity.law.realm import Realm, vocabulary_document
from comity.placement.conditions import configured
from comity.placement.types import Conditions
from comity.stack.digest import stack_from_document
from comity.terms import canon
from comity.terms.digests import sha256_hex
from comity.terms.errors import Fault, UsageFault
from comity.terms.problems import Problems

VERSION = 1
MAX_BUNDLE_BYTES = 32 * 1024 * 1024
"""A realm under every pack that ships has about 1.5 MB; a receipt needs one, an audit of a year some dozen."""

MAX_REALMS = 64
"""Realms of a bundle, and conditions: each is compiled when it is asked for, at some tenths of a second."""

FOLDERS = {"realms": "realms", "conditions": "conditions"}


class Bundle(NamedTuple):
    """What a bundle has, by the digests of its documents."""

    realms: dict[str, bytes]
    conditions: dict[str, Conditions]

    def realm(self, digest: str) -> Realm | None:
        """The realm of that digest, made again; None if the bundle does not have it.

        Raises:
            Fault: this version does not read in the document what was written in it.
        """
        data = self.realms.get(digest)
        if data is None:
            return None
        try:
            made = realm_from_document(data)
        except Problems as error:
            raise Fault(f"realm {digest[:12]}… cannot be made again: {error.problems[0]}") from error
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, msgspec.MsgspecError) as error:
            raise Fault(f"realm {digest[:12]}… is no realm document: {error}") from error
        if made.digest != digest:
            raise Fault(
                f"realm {digest[:12]}… does not mean to this version what it was written to mean: read it with the"
                " version of Comity that wrote it"
            )
        return made


def kept(state: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Digest and document of every realm that a state folder keeps, by when they begin.

    Raises:
        UsageFault: there is no such folder, or a document in it is not that of its name.
    """
    folder = state / FOLDERS["realms"]
    if not folder.is_dir():
        raise UsageFault(f"{state} keeps no realm: nothing was served yet, or name the folder with --state")
    documents = ((path.name, _document(state, "realms", path.name)) for path in folder.iterdir())
    yield from sorted(documents, key=lambda each: (each[1].get("since", 0), each[0]))


def named(state: Path, given: str) -> str:
    """The digest that `given` is, or begins.

    Raises:
        UsageFault: none or more than one that is kept begins so.
    """
    folder = state / FOLDERS["realms"]
    found = [path.name for path in folder.iterdir() if path.name.startswith(given)] if folder.is_dir() else []
    if len(found) != 1:
        many = f"{len(found)} realms begin with {given}" if found else f"no realm {given} is kept"
        raise UsageFault(f"{many} in {state}: `comity realm list` shows those that are")
    return found[0]


def bundle(state: Path, digests: Iterable[str]) -> bytes:
    """The bundle of these realms and of the conditions that go with them, in canonical form.

    Raises:
        UsageFault: a document is missing or not that of its name, or there are too many.
    """
    realms = [_document(state, "realms", digest) for digest in dict.fromkeys(digests)]
    if len(realms) > MAX_REALMS:
        raise UsageFault(f"a bundle has at most {MAX_REALMS} realms")
    used = dict.fromkeys(configured(stack_from_document(realm["stack"])).digest for realm in realms)
    conditions = [_document(state, "conditions", digest) for digest in used]
    data = canon.encode({"comity": VERSION, "realms": realms, "conditions": conditions})
    if len(data) > MAX_BUNDLE_BYTES:
        raise UsageFault(f"the bundle would be larger than {MAX_BUNDLE_BYTES} bytes: export fewer realms")
    return data


def read_bundle(path: Path) -> Bundle:
    """Read a bundle. The digest of each document is computed here: a bundle has no say in it.

    Raises:
        UsageFault: it cannot be read, or is no bundle.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BUNDLE_BYTES + 1)
    except OSError as error:
        raise UsageFault(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BUNDLE_BYTES:
        raise UsageFault(f"{path} is larger than {MAX_BUNDLE_BYTES} bytes: no realm bundle is")
    try:
        document = canon.parse(data)
        if (
            not isinstance(document, dict)
            or set(document) != {"comity", "realms", "conditions"}
            or document["comity"] != VERSION
        ):
            raise ValueError(f"it has the keys comity (which is {VERSION}), realms and conditions, and no others")
        realms, conditions = (_documents(document[name], name) for name in FOLDERS)
        return Bundle(
            {sha256_hex(each): each for each in realms},
            {sha256_hex(each): conditions_from(each) for each in conditions},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageFault(f"{path} is no realm bundle: {error}") from error


class Beside(NamedTuple):
    """What rules in a realm, beside what ships with this version."""

    same: tuple[str, ...]
    altered: tuple[str, ...]  # another text under a name that ships; the vocabulary and the schema among them
    foreign: tuple[str, ...]
    missing: tuple[str, ...]  # named by the stack, and not in the realm


def beside_shipped(realm: Realm) -> Beside:
    """Packs, vocabulary and schema of a realm, each compared with those that ship."""
    document = canon.parse(realm.document)
    shipped = {name for name in realm.packs if (SHIPPED / name).is_dir()}
    altered = [name for name in sorted(shipped) if not _as_shipped(name, realm.packs[name].files)]
    if document["vocabulary"] != canon.parse(canon.encode(vocabulary_document(vocabulary()))):
        altered.append("the vocabulary")
    if document["schema"] != schema_text():
        altered.append("the schema of what law may see")
    return Beside(
        same=tuple(sorted(shipped - set(altered))),
        altered=tuple(altered),
        foreign=tuple(sorted(set(realm.packs) - shipped)),
        missing=tuple(sorted(set(realm.stack.law) - set(realm.packs))),
    )


def _as_shipped(name: str, files: Mapping[str, str]) -> bool:
    return all(_text(SHIPPED / name / file) == text for file, text in files.items())


def _text(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


def _documents(value: object, name: str) -> list[bytes]:
    if not isinstance(value, list) or len(value) > MAX_REALMS:
        raise ValueError(f"`{name}` is not an array of at most {MAX_REALMS} documents")
    return [canon.encode(each) for each in value]


def conditions_from(data: bytes) -> Conditions:
    """Conditions from their canonical document; their digest is computed here.

    Raises:
        ValueError: it is no such document.
    """
    members = canon.parse(data)
    if members.pop("comity") != VERSION:
        raise ValueError(f"conditions of another version than {VERSION}")
    price = {name: (str(pair[0]), str(pair[1])) for name, pair in members["price"].items()}
    return Conditions(sha256_hex(data), price, members["latency"], members["carbon"], members["quality"])


def _document(state: Path, folder: str, digest: str) -> dict[str, Any]:
    path = state / FOLDERS[folder] / digest
    try:
        data = path.read_bytes()
        document = canon.parse_canonical(data)
    except OSError as error:
        raise UsageFault(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageFault(f"{path} is not the document of its name: {error}; restore it from a copy") from error
    if sha256_hex(data) != digest or not isinstance(document, dict):
        raise UsageFault(f"{path} is not the document of its name; restore it from a copy")
    return document
