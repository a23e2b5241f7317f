"""An auditor at a gateway's control port: entries made, checkpoints taken, the commitment shown."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
from collections.abc import Sequence
from typing import Any

from comity.adapters.deadline import Deadline, Timed, opener
from comity.adapters.ledger.remote import NotThere, RemoteLog
from comity.proof.checkpoint import Checkpoint
from comity.proof.inclusion import InclusionProof
from comity.proof.note import Note, NoteError
from comity.proof.policy import Policy
from comity.proof.reader import TileError, TreeReader
from comity.proof.receipt import ShownEntry
from comity.proof.sample_file import Head
from comity.proof.verify import CheckpointRefused, open_checkpoint
from comity.terms.digests import from_base64
from comity.terms.errors import Fault

TIMEOUT_S = 30.0
"""For a whole answer: the gateway itself waits ten seconds for the log."""

MAX_ANSWER_BYTES = 65_536

MAX_ENTRIES = 100
"""Made by one request."""

_ENTRY = re.compile(r"[a-z0-9]{1,16}\.(0|[1-9][0-9]{0,15})")


class NotDone(Fault):
    """The gateway did not do it; the message says what it answered."""


class ControlPort:
    """A gateway's control port and an auditor's key."""

    def __init__(self, url: str, key: str, *, whole: float = TIMEOUT_S) -> None:
        """An answer may take `whole` seconds. Raises `NotDone` if `url` is neither http nor https."""
        if not url.startswith(("http://", "https://")):
            raise NotDone(f"{url} is no http or https URL of a control port")
        self._url = url.rstrip("/").removesuffix("/log")
        self._key = key
        self._whole = whole
        self._log = RemoteLog(self._url)
        self._opener = opener()

    def enter(self, action: str, things: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
        """Have (target, sample) pairs entered; the ids of the entries, empty for those that the log will have later.

        Raises:
            NotDone: the gateway cannot be reached, or refuses.
        """
        made: list[str] = []
        for at in range(0, len(things), MAX_ENTRIES):
            about = [{"target": target, "sample": sample} for target, sample in things[at : at + MAX_ENTRIES]]
            made += self._post({"action": action, "entries": about})
        return made

    def heads(self, policy: Policy, firsts: dict[str, int]) -> list[Head]:
        """The newest checkpoint of every shard, each signed by whom `policy` trusts; of it entries from `firsts` on.

        Raises:
            NotDone: one cannot be had, or is not to be believed; or a shard of `firsts` is not shown any more.
        """
        found = []
        try:
            for prefix in self._log.prefixes():
                shard, text = prefix.rpartition("/")[2], self._log.checkpoint(prefix)
                open_checkpoint(Note.parse(text), policy)
                found.append(Head(shard, firsts.get(shard, 0), text))
        except CheckpointRefused as error:
            raise NotDone(f"{error.failure.sentence} Give its key as --key.") from error
        except (NotThere, NoteError, UnicodeDecodeError) as error:
            raise NotDone(f"the checkpoints of {self._url} cannot be taken: {error}") from error
        if hidden := sorted({*firsts} - {head.shard for head in found}):
            raise NotDone(f"the log does not list the shard {hidden[0]} any more, of which an earlier sample was drawn")
        return found

    def shown(self, head: Head, index: int) -> ShownEntry:
        """The entry at `index`, with the proof that it is under the checkpoint of `head`.

        Raises:
            NotDone: it cannot be had, or is not under it yet.
        """
        prefix = f"{self._url}/log/{head.shard}"
        checkpoint = Checkpoint.parse(Note.parse(head.checkpoint).text)
        if checkpoint.size <= index:
            raise NotDone(f"the checkpoint of {head.shard} does not cover the commitment yet: draw again in a second")
        try:
            reader = TreeReader(checkpoint.size, lambda tile: self._log.tile(prefix, tile))
            path = tuple(reader.inclusion(index))
            entry = self._log.entries(prefix, index, self._key)[1][0]
            blocks = {name: str(entry[name]).encode() for name in ("party", "decision", "content")}
            proof = InclusionProof(index, path, head.checkpoint).text
            return ShownEntry.of(entry["kind"], from_base64(entry["salt"]), blocks, proof)
        except (NotThere, TileError, ValueError, KeyError, IndexError, TypeError) as error:
            raise NotDone(f"the commitment cannot be shown: {error}") from error

    def _post(self, body: dict[str, Any]) -> list[str]:
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        try:
            with Deadline(self._whole) as deadline:
                request = Timed(f"{self._url}/admin/samples", headers, deadline, json.dumps(body).encode())
                try:
                    with self._opener.open(request, timeout=self._whole) as answer:
                        said = answer.read(MAX_ANSWER_BYTES)
                except urllib.error.HTTPError as error:
                    raise NotDone(f"the control port answers {error.code}: {_said(error)}") from error
            made = [str(each) for each in json.loads(said)["entries"]]
            if len(made) != len(body["entries"]) or any(each and not _ENTRY.fullmatch(each) for each in made):
                raise ValueError("it names other entries than were asked for")
            return made
        except (OSError, http.client.HTTPException) as error:
            raise NotDone(f"the control port {self._url} cannot be reached: {error}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise NotDone(f"{self._url} is no control port of Comity") from error


def _said(error: urllib.error.HTTPError) -> str:
    with error:
        try:
            return str(json.loads(error.read(MAX_ANSWER_BYTES))["error"]["message"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return str(error.reason)
