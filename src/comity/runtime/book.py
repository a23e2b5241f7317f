"""What was used, by whom: rebuilt from the log, and kept in the control state only so that a start need not read all.

The tables say what outcomes below a position of each shard add up to. Whatever is newer is read from the log; with the
tables emptied everything is, and the sums are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from comity.adapters.database import Database
from comity.adapters.ledger import entries, shards
from comity.relay.limits.meter import Meter, start_of_period
from comity.relay.tally import Account, Session, Tally, Used, finished
from comity.stack.types import Stack
from comity.terms.instants import Instant

SETTLED_MS = 60_000
"""What is younger is not entered in the tables: they count by the hour, and budgets of a minute need more."""

SESSION_MS = 86_400_000
"""A session that rested for a day begins anew: agents' sessions last minutes or hours, and memory has an end."""

MAX_SESSIONS = 100_000
"""Sessions held in memory at some 200 bytes each; past it those that rested longest begin anew."""

_Hour: TypeAlias = tuple[Instant, Used]


class Book:
    """The sums, as of the last `count`."""

    def __init__(self, state: Path, database: Database) -> None:
        self._state = state
        self._database = database
        self._counting = Lock()
        self._settled: dict[Account, Used] = {}
        self._recent: list[Tally] = []
        self._minutes: dict[tuple[Instant, Session], Used] = {}
        self._by_key: dict[str, list[_Hour]] = {}
        self._by_application: dict[str, list[_Hour]] = {}
        self._sessions: dict[str, list[tuple[Session, Used]]] = {}

    def count(self, now: Instant, *, keep: bool = True) -> None:
        """Read what the log has beyond the tables; with `keep` the tables take over what is settled. Blocking.

        Raises:
            DatabaseFault: the control state cannot be read or written.
            LedgerCorrupt: a segment of the log is damaged.
        """
        with self._counting:
            self._recent, self._minutes = [], {}
            mine = {
                shard: (counted, intents)
                for shard, counted, intents in self._database.read("SELECT shard, counted, intents FROM positions")
            }
            for shard in shards(self._state):
                counted, intents = mine.get(shard, (0, 0))
                self._shard(shard, counted, intents, now, keep=keep)
            self._settled = self._accounts()
            self._by_key, self._by_application = {}, {}
            for account, used in self.accounts().items():
                self._by_key.setdefault(account.key, []).append((account.hour, used))
                self._by_application.setdefault(account.application, []).append((account.hour, used))
            self._sessions = {}
            for session, used in self._recent_sessions(now).items():
                self._sessions.setdefault(session.session, []).append((session, used))

    def accounts(self) -> dict[Account, Used]:
        """Every account: what is settled, on every host that shares the control state, and what is newer here."""
        total = {account: copied(used) for account, used in self._settled.items()}
        for tally in self._recent:
            for account, used in tally.accounts.items():
                total.setdefault(account, Used()).add(used)
        return total

    def used(self, name: str, meter: Meter, now: Instant, stack: Stack) -> int:
        """What of a budget is used up in the period of `now`; `name` is the meter's id, with its session if it has."""
        if meter.per == "session":
            found = [used for key, used in self._sessions.get(name.partition("#")[2], ()) if _is(meter, key, stack)]
        elif meter.per == "minute":
            minute = start_of_period("minute", now)
            found = [used for (at, key), used in self._minutes.items() if at == minute and _is(meter, key, stack)]
        else:
            begin = start_of_period(meter.per or "total", now)
            found = [used for hour, used in self._hours(meter, stack) if hour >= begin]
        return sum(used.cost if meter.unit == "money" else used.tokens for used in found)

    def _hours(self, meter: Meter, stack: Stack) -> Iterator[_Hour]:
        if meter.scope == "key":
            yield from self._by_key.get(meter.owner, ())
        else:
            for name in members(stack, meter.owner) if meter.scope == "organisation" else (meter.owner,):
                yield from self._by_application.get(name, ())

    def _shard(self, shard: str, counted: int, intents: int, now: Instant, *, keep: bool) -> None:
        settled, recent = Tally(), Tally()
        tally, at, first_open = settled, counted, intents
        for entry in entries(self._state, shard, intents):
            if entry.kind == "intent":
                tally.intent(entry.index, entry.party, entry.content)
            elif entry.kind == "outcome" and entry.intent is not None:
                if entry.index < counted:
                    tally.closed(entry.intent)
                    continue
                if tally is settled and (not keep or finished(entry.content) > now - SETTLED_MS):
                    at, first_open = entry.index, min(settled.open, default=entry.index)
                    recent.open, tally = dict(settled.open), recent
                self._minute(tally, entry.intent, entry.decision, entry.content, now)
                tally.outcome(entry.intent, entry.decision, entry.content)
            if tally is settled and entry.index >= counted:
                at, first_open = entry.index + 1, min(settled.open, default=entry.index + 1)
        self._recent.append(recent)
        if keep and at > counted:
            self._settle(shard, settled, counted, at, first_open)

    def _minute(self, tally: Tally, intent: int, decision: bytes, content: bytes, now: Instant) -> None:
        """Sums of the last two minutes, by the minute."""
        end = finished(content)
        whose = tally.open.get(intent)
        if whose is None or end < now - 2 * SETTLED_MS:
            return
        one = Tally()
        one.open[intent] = whose
        one.outcome(intent, decision, content)
        minute = (start_of_period("minute", end), Session(whose.application, whose.key, ""))
        for used in one.accounts.values():
            self._minutes.setdefault(minute, Used()).add(used)

    def _settle(self, shard: str, tally: Tally, before: int, counted: int, intents: int) -> None:
        """Enter sums and position in one transaction: whatever dies in between, nothing is counted twice."""
        with self._database.writing() as writing:
            rows = writing.run("SELECT counted FROM positions WHERE shard = ?", shard)
            if (rows[0][0] if rows else 0) != before:
                return  # another process has counted it meanwhile
            writing.run(
                "INSERT INTO positions (shard, counted, intents) VALUES (?, ?, ?) "
                "ON CONFLICT (shard) DO UPDATE SET counted = excluded.counted, intents = excluded.intents",
                *(shard, counted, intents),
            )
            for account, used in tally.accounts.items():
                writing.run(
                    "INSERT INTO usage (shard, hour, application, key, deployment, currency, requests, prompt, "
                    "completion, cost) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (shard, hour, application, key, deployment, currency) DO UPDATE SET "
                    "requests = usage.requests + excluded.requests, prompt = usage.prompt + excluded.prompt, "
                    "completion = usage.completion + excluded.completion, cost = usage.cost + excluded.cost",
                    *(shard, *account, used.requests, used.prompt, used.completion, used.cost),
                )
            for session, used in tally.sessions.items():
                writing.run(
                    "INSERT INTO sessions (shard, application, key, session, tokens, cost, last) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (shard, application, key, session) DO UPDATE SET "
                    "tokens = sessions.tokens + excluded.tokens, cost = sessions.cost + excluded.cost, "
                    "last = excluded.last",
                    *(shard, *session, used.tokens, used.cost, used.last),
                )

    def _accounts(self) -> dict[Account, Used]:
        rows = self._database.read(
            "SELECT hour, application, key, deployment, currency, "
            "sum(requests), sum(prompt), sum(completion), sum(cost) FROM usage "
            "GROUP BY hour, application, key, deployment, currency"
        )
        return {Account(*row[:5]): Used(*map(int, row[5:])) for row in rows}

    def _recent_sessions(self, now: Instant) -> dict[Session, Used]:
        since = now - SESSION_MS
        rows = self._database.read(
            "SELECT application, key, session, sum(tokens), sum(cost), max(last) FROM sessions WHERE last >= ? "
            "GROUP BY application, key, session ORDER BY max(last) DESC LIMIT ?",
            *(since, MAX_SESSIONS),
        )
        found = {Session(*row[:3]): Used(0, int(row[3]), 0, int(row[4]), int(row[5])) for row in rows}
        for tally in self._recent:
            for session, used in tally.sessions.items():
                found.setdefault(session, Used()).add(used)
        return found


def copied(used: Used) -> Used:
    """The same sums, to be added to."""
    return Used(used.requests, used.prompt, used.completion, used.cost, used.last)


def _is(meter: Meter, whose: Session, stack: Stack) -> bool:
    if meter.scope == "key":
        return whose.key == meter.owner
    if meter.scope == "application":
        return whose.application == meter.owner
    return whose.application in members(stack, meter.owner)


def members(stack: Stack, organisation: str) -> Iterable[str]:
    """The applications of an organisation."""
    return {name for name, each in stack.applications.items() if each.organisation == organisation}
