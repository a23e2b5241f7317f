"""Where a replay finds the realms and conditions that a log names: a gateway's state folder, or one stack file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from comity.adapters.packs import pack_folders, read_folder, schema_text, vocabulary, zone
from comity.adapters.realm_bundles import conditions_from
from comity.adapters.realms import Shelf, load_realm
from comity.law.pack import Pack
from comity.law.precedents import Precedents
from comity.law.realm import Realm
from comity.placement.types import Conditions
from comity.posture.replay.worlds import Worlds
from comity.posture.scenario.ground import Library
from comity.terms.problems import Problems

MAX_CONDITIONS = 1 << 24
"""Bytes of a document of conditions: a figure or two for each of a thousand deployments is a tenth of a megabyte."""


class StateArchive:
    """The state folder's `realms/` and `conditions/`.

    Attributes:
        missing: why a realm could not be had, by its digest.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._shelf = Shelf()
        self.precedents = self._shelf.precedents
        self.missing: dict[str, str] = {}

    def realm(self, digest: str) -> Realm | None:
        """The realm of that digest, made again; None if it is not there or is not what it was."""
        try:
            return load_realm(self._state, digest, self._shelf)
        except Problems as error:
            self.missing[digest] = str(error.problems[0])
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, msgspec.MsgspecError) as error:
            self.missing[digest] = f"realm {digest[:12]}… is no realm document: {error}"
        return None

    def conditions(self, digest: str) -> Conditions | None:
        """The conditions of that digest; None if they are not there or are not what they were."""
        try:
            with (self._state / "conditions" / digest).open("rb") as file:
                made = conditions_from(file.read(MAX_CONDITIONS + 1))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return made if made.digest == digest else None


class RealmArchive:
    """Realms that are there already, such as the one of a stack file for traffic from elsewhere, under no digest."""

    def __init__(self, realms: Iterable[Realm], foreign: Realm | None = None) -> None:
        self._realms = {realm.digest: realm for realm in realms}
        if foreign is not None:
            self._realms[""] = foreign
        self.precedents = Precedents()

    def realm(self, digest: str) -> Realm | None:
        """The realm of that digest."""
        return self._realms.get(digest)

    def conditions(self, digest: str) -> Conditions | None:
        """None: every realm is ranked by what its stack states."""
        return None


def worlds_of(archive: StateArchive | RealmArchive) -> Worlds:
    """The worlds of an archive, with what this version compiles law with."""
    return Worlds(archive, vocabulary(), schema_text(), zone, archive.precedents)


def library_of(beside: Path | None) -> Library:
    """The packs that ship, and those beside a stack file."""
    folders = pack_folders(beside)

    def pack(name: str) -> Pack | None:
        return read_folder(folders[name])[0] if name in folders else None

    return pack
