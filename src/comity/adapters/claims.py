"""Claims of a stack file: read, and decided before the realms that its dates and the packs' make."""

from __future__ import annotations

from collections.abc import Iterable

from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.adapters.stack_files import StackFile
from comity.law.duties import DUTIES
from comity.law.obligations import parsed
from comity.law.pack import Pack
from comity.law.realm import Realm
from comity.posture.claims.claim import Claim
from comity.posture.claims.grammar import NoClaim, read_claim
from comity.posture.claims.proof import Proof, prove
from comity.posture.claims.terms import Lexicon
from comity.posture.claims.told import broken_in_a_line
from comity.stack.types import Stack
from comity.terms.errors import Fault
from comity.terms.instants import Instant
from comity.terms.problems import Problem, Problems

MOST = 64
"""Claims of one stack file: each costs up to some seconds at every reload."""


class Provable:
    """A stack with its law: claims about it are read and decided. Realms are built once for all of them."""

    def __init__(self, file: StackFile) -> None:
        """Raises Problems: what is wrong with the file or with a pack that it names."""
        self._file = file
        self._stack = file.stack
        self._packs = load_packs(self._stack.law, file.path.resolve().parent)
        self._lexicon = lexicon(self._packs, self._stack)
        self._realms: list[Realm] = []

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims of the stack file."""
        return self._stack.claims

    def read(self, text: str) -> Claim:
        """The claim that `text` is; raises NoClaim."""
        return read_claim(text, self._lexicon)

    def prove(self, claim: Claim, now: Instant) -> Proof:
        """What comes of it as of `now`; raises as `posture.claims.proof.prove`."""
        return prove(claim, self.realm_at, now)

    def realm_at(self, at: Instant) -> Realm:
        """The realm in force at `at`."""
        for realm in self._realms:
            if realm.since <= at < realm.valid_until:
                return realm
        made = Realm(self._stack, self._packs, vocabulary(), schema_text(), at, zone, self._file.date)
        self._realms.append(made)
        return made


def lexicon(packs: Iterable[Pack], stack: Stack) -> Lexicon:
    """The words that claims about the stack may use."""
    held = tuple(packs)
    keys = {key for pack in held for rule in pack.rules for key, _ in parsed(rule.obligation)}
    return Lexicon.of(vocabulary(), held, stack, {*keys, *DUTIES})


def claim_problems(file: StackFile, now: Instant) -> tuple[Problem, ...]:
    """Everything that is wrong with the claims of a stack file: those that are none, and those that do not hold."""
    texts = file.stack.claims
    if not texts:
        return ()
    provable = Provable(file)
    found: list[Problem] = []
    for number, text in enumerate(texts):
        place = f"claims[{number}]"
        problem = _problem(provable, text, now)
        if problem:
            found.append(Problem(str(file.path), file.reading.lines.get(place, 0), 1, place, *problem))
        if number + 1 == MOST < len(texts):
            what = f"more than {MOST} claims"
            found.append(Problem(str(file.path), 0, 0, "claims", what, "", "say more in fewer"))
            break
    return tuple(found)


def require_claims(file: StackFile, now: Instant) -> None:
    """Raises Problems if a claim of the stack file does not hold as of `now`: then no realm of it may serve."""
    problems = claim_problems(file, now)
    if problems:
        raise Problems(problems)


def _problem(provable: Provable, text: str, now: Instant) -> tuple[str, str, str] | None:
    try:
        proof = provable.prove(provable.read(text), now)
    except NoClaim as error:
        return f"at character {error.at + 1}: {error.found}", "", error.hint
    except Fault as error:
        return f"is not decided: {error}", "", ""
    if proof.broken is None:
        return None
    return f"does not hold: {broken_in_a_line(proof)}", "", f"comity prove -c FILE {text!r} shows the whole case"
