"""What was used, counted from entries of the log and nothing else (docs/spec/entry.md)."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec import Struct

from comity.relay.limits.meter import start_of_period
from comity.terms.instants import Instant


class Account(NamedTuple):
    """What is counted together. `key` is empty in entries from before keys were entered, `deployment` where none
    answered, `currency` where no price was known."""

    hour: Instant
    application: str
    key: str
    deployment: str
    currency: str


class Session(NamedTuple):
    """One `Comity-Session`, by the commitment that entries have of it."""

    application: str
    key: str
    session: str


class Used(Struct):
    """Sums. `cost` is in 10^-9 of the currency; `last` is the end of the last request."""

    requests: int = 0
    prompt: int = 0
    completion: int = 0
    cost: int = 0
    last: Instant = 0

    @property
    def tokens(self) -> int:
        """Both directions."""
        return self.prompt + self.completion

    def add(self, other: Used) -> None:
        """More of the same."""
        self.requests += other.requests
        self.prompt += other.prompt
        self.completion += other.completion
        self.cost += other.cost
        self.last = max(self.last, other.last)


class _Party(Struct):
    application: str = ""
    key: str = ""


class _Usage(Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Cost(Struct):
    amount: int = 0
    currency: str = ""


class _Times(Struct):
    finished: Instant = 0


class _Intent(Struct):
    session: str = ""


class _Outcome(Struct):
    times: _Times
    usage: _Usage | None = None
    cost: _Cost | None = None


class _Decision(Struct):
    deployment: str = ""


_party = msgspec.json.Decoder(_Party)
_intent = msgspec.json.Decoder(_Intent)
_outcome = msgspec.json.Decoder(_Outcome)
_decision = msgspec.json.Decoder(_Decision)


class Tally:
    """Counts one shard, entry after entry.

    Attributes:
        open: intents whose outcome has not been seen, with whose they are.
        accounts, sessions: the sums.
    """

    def __init__(self) -> None:
        self.open: dict[int, Session] = {}
        self.accounts: dict[Account, Used] = {}
        self.sessions: dict[Session, Used] = {}

    def intent(self, index: int, party: bytes, content: bytes) -> None:
        """A request went out."""
        who = _party.decode(party)
        self.open[index] = Session(who.application, who.key, _intent.decode(content).session)

    def closed(self, intent: int) -> None:
        """Its outcome was counted before."""
        self.open.pop(intent, None)

    def outcome(self, intent: int, decision: bytes, content: bytes) -> None:
        """It is over: this is what it took. Without its intent it counts for nobody, and nowhere else either."""
        whose = self.open.pop(intent, None)
        if whose is None:
            return
        said = _outcome.decode(content)
        usage, cost = said.usage or _Usage(), said.cost or _Cost()
        finished = said.times.finished
        used = Used(1, usage.prompt_tokens, usage.completion_tokens, cost.amount, finished)
        deployment = _decision.decode(decision).deployment
        hour = start_of_period("hour", finished)
        account = Account(hour, whose.application, whose.key, deployment, cost.currency)
        self.accounts.setdefault(account, Used()).add(used)
        if whose.session:
            self.sessions.setdefault(whose, Used()).add(used)


def finished(content: bytes) -> Instant:
    """When the outcome with this content block was entered."""
    return _outcome.decode(content).times.finished
