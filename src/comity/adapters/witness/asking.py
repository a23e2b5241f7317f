"""What a witness knows of a shard that is about to go on, asked at a start."""

from __future__ import annotations

from typing import NamedTuple

from comity.adapters.ledger.durable import Durable
from comity.adapters.witness.client import NotCosigned, WitnessClient
from comity.proof.note import Note, VerifierKey


class Said(NamedTuple):
    """What a witness said.

    Attributes:
        size: that it saw last, where what is here can have grown from it.
        proof: why what is here must not go on, shown by a signature of our own.
        claim: the same, and it shows nothing for it.
        trouble: why it did not cosign, or empty.
    """

    size: int = 0
    proof: str = ""
    claim: str = ""
    trouble: str = ""


class Asking:
    """Asks about one shard: with its last checkpoint, and with all that is durable."""

    def __init__(self, note: Note | None, key: VerifierKey, durable: Durable) -> None:
        """`note` is the last signed checkpoint, `key` the log's under the shard's name."""
        self._plain = "" if note is None else f"{note.text}\n{''.join(line.line for line in note.by(key))}"
        self._key = key
        self._durable = durable

    def ask(self, client: WitnessClient) -> Said:
        """Have the last checkpoint cosigned, from wherever the witness is; if it does not, see what it shows.

        C2SP tlog-witness has it name the size of the checkpoint that it cosigned last when ours does not fit (409), and
        refuse what did not grow from that (422). Neither is signed. The checkpoint itself, which Comity's witnesses and
        some others show to monitors, is.
        """
        try:
            size, claim = self._added(client) if self._plain else (0, "")
            if size == self._durable.signed and not claim:
                return Said(size)
            trouble = ""
        except NotCosigned as error:
            size, trouble = 0, str(error)
            claim = f"it refuses the last checkpoint: {error}" if error.other else ""
        shown = client.shown(self._key.name)
        proof = "" if shown is None else self._durable.contradicted_by(shown, self._key)
        if claim:
            trouble = f"{claim}; it shows no checkpoint of ours that says so"
        return Said(size, proof, claim, trouble)

    def _added(self, client: WitnessClient) -> tuple[int, str]:
        """The size that it has cosigned now, or saw last; and what it claims."""
        signed = self._durable.signed
        answer = client.add(signed, (), self._plain)
        if isinstance(answer, int) and 0 < answer < signed:
            answer = client.add(answer, self._durable.prove(answer), self._plain)
        if not isinstance(answer, int):
            return signed, ""
        if answer > self._durable.size:
            return 0, f"it has seen {answer} entries, and here are {self._durable.size}"
        if answer == signed:
            return 0, f"it has seen other {signed} entries"
        return answer, ""
