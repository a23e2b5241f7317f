"""Witnesses of a stack file: read by the supervisor, asked by each worker, and required where the stack says so."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from comity.adapters.witness.client import WitnessClient
from comity.adapters.witness.witnesses import Witnesses
from comity.proof.policy import MAX_POLICY_BYTES, Policy, PolicyError, parse_policy
from comity.relay.ports import Limited
from comity.runtime.messages import Watch, Watched
from comity.runtime.targets import client_context
from comity.stack.operation import seconds_of
from comity.stack.types import Stack
from comity.stack.urls import Unfit, Url, read_url
from comity.terms.instants import Instant
from comity.terms.problems import Problem, Problems

REFRESH_S = 60.0
"""An idle log's checkpoint is cosigned again after this; three times within the time that a stack requires."""

SLACK_S = 3.0
"""What an entry takes to be under a cosigned checkpoint, when all is well, beyond two questions to a witness: a
checkpoint is made each half second and waits for a second at most."""

RETRY_MS = 2_000
"""What clients are told to wait when too little is witnessed: a witness that is back cosigns at once."""


def watch_of(stack: Stack, file: Path) -> Watch | None:
    """What a stack file says of witnesses, with its policy file read; None if it names none.

    Raises:
        Problems: everything that is wrong with the policy, or with an address in it.
    """
    said = stack.witnesses
    if said is None:
        return None
    folder = file.resolve().parent
    path = folder / said.policy
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_POLICY_BYTES + 1)
        policy = parse_policy(text)
        ca = str(folder / said.ca) if said.ca else ""
        if ca:
            client_context(ca)
    except PolicyError as error:
        raise Problems([Problem(str(path), 0, 0, "", f"no tlog-policy: {error}")]) from error
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise Problems(
            [Problem(str(file), 0, 0, "witnesses", f"a file that it names cannot be used: {error}")]
        ) from error
    problems = tuple(_problems(policy, str(path), required=said.require is not None))
    if problems:
        raise Problems(problems)
    within = seconds_of(said.require.within) if said.require else 0.0
    applications = said.require.applications if said.require else None
    wait = seconds_of(said.require.wait) if said.require and said.require.wait else 0.0
    return Watch(text, seconds_of(said.every), within, applications, ca, wait)


def _problems(policy: Policy, file: str, *, required: bool) -> Iterator[Problem]:
    for name, address in policy.urls.items():
        url = read_url(address)
        if isinstance(url, Unfit) or url.scheme == "embedded":
            found = url.found if isinstance(url, Unfit) else "an embedded model"
            yield Problem(file, 0, 0, f"witness {printable(name)}", found, "https, or http on loopback")
    if not policy.urls:
        yield Problem(file, 0, 0, "", "no witness of it has a URL, so none can be asked", "witness NAME VKEY URL")
    elif not policy.satisfied_by(policy.urls):
        yield Problem(file, 0, 0, "quorum", "the witnesses with a URL are not enough for the quorum")
    if required and policy.quorum == "none":
        yield Problem(file, 0, 0, "quorum", "none, though the stack file requires witnesses", "a group of them")


def witnesses_of(watch: Watch, clock: Callable[[], Instant]) -> Witnesses:
    """Those who are asked for one shard."""
    policy = parse_policy(watch.policy)
    context = client_context(watch.ca)
    clients = []
    for name, address in policy.urls.items():
        url = read_url(address)
        assert isinstance(url, Url)
        key = policy.witnesses[name]
        clients.append(WitnessClient(name, key, url, context=context if url.scheme == "https" else None))
    random.shuffle(clients)  # so that shards do not all begin with the same one
    refresh = min(watch.within / 3, REFRESH_S) if watch.within else REFRESH_S
    return Witnesses(policy, clients, every=watch.every, refresh=refresh, clock=clock, ticks=time.monotonic)


class Unseen:
    """Since when entries wait to be under a checkpoint that enough witnesses have cosigned.

    It is told now and then how many entries are durable, and how many are cosigned; so its answer may be late by the
    time between two of these, or by `step`.
    """

    def __init__(self, step: int) -> None:
        """`step` is in milliseconds: it bounds how much is remembered."""
        self._step = step
        self._marks: deque[tuple[Instant, int]] = deque()

    def since(self, durable: int, covered: int, now: Instant) -> Instant | None:
        """When the oldest entry that no such checkpoint covers was first known to be durable; None: all are covered."""
        marks = self._marks
        while marks and marks[0][1] <= covered:
            marks.popleft()
        if not marks:
            if durable > covered:
                marks.append((now, durable))
        elif durable > marks[-1][1] and now - marks[-1][0] >= self._step:
            marks.append((now, durable))
        return marks[0][0] if marks else None


class Required:
    """Whether what is witnessed is new enough for a request.

    It is, if enough witnesses have cosigned some state of the log within the time that the stack asks for, and no
    durable entry has waited longer than that to be under a checkpoint that enough have cosigned. The first alone would
    be satisfied by an old checkpoint, cosigned again and again, while the log's signer is away.

    Attributes:
        wait_ms: how long a request may wait for it; 0: not at all.
    """

    def __init__(self, watch: Watch | None, witnesses: Witnesses | None, durable: Callable[[], int]) -> None:
        """Without a watch, or where it requires nothing, everything is. `durable` is how many entries are durable."""
        self._witnesses = witnesses if watch is not None and watch.within else None
        self._durable = durable
        self._within_ms = int(watch.within * 1000) if watch is not None else 0
        self._covered_ms = max(self._within_ms, int((2 * watch.every + SLACK_S) * 1000)) if watch is not None else 0
        self._applications = None if watch is None or watch.applications is None else frozenset(watch.applications)
        self._unseen = Unseen(max(1, self._covered_ms // 16))
        self.wait_ms = int(watch.wait * 1000) if watch is not None else 0

    def refusal(self, application: str, now: Instant) -> Limited | None:
        """Why a request of this application must wait, or None."""
        if self._applications is not None and application not in self._applications:
            return None
        return self.stale(now)

    def stale(self, now: Instant) -> Limited | None:
        """Why a request that requires witnesses must wait, or None."""
        why = self._why(now)
        return Limited(why, "not_witnessed", RETRY_MS, status=503) if why else None

    def trouble(self, now: Instant) -> str:
        """Why no request at all should come here, or empty. To be asked now and then: it notes what is not covered."""
        why = self._why(now)
        return "" if self._applications is not None else why

    def hurry(self) -> None:
        """Somebody waits: witnesses that failed are asked again sooner than they would be."""
        if self._witnesses is not None:
            self._witnesses.hurry()

    def _why(self, now: Instant) -> str:
        witnesses = self._witnesses
        if witnesses is None:
            return ""
        since, seen = self._unseen.since(self._durable(), witnesses.covered, now), witnesses.witnessed
        # a time that is yet to come was told by a clock that is not believed any more
        if abs(now - seen) > self._within_ms:
            age = f"is {(now - seen) // 1000} s old" if seen else "is yet to come"
            return (
                f"The last state of the log that enough witnesses have cosigned {age}, and {self._within_ms // 1000} s"
                " are required; try again shortly."
            )
        if since is not None and abs(now - since) > self._covered_ms:
            return (
                f"Entries of the log have waited {abs(now - since) // 1000} s for a checkpoint that enough witnesses"
                f" have cosigned, and {self._covered_ms // 1000} s are the most; try again shortly."
            )
        return ""


def watched(witnesses: Witnesses | None, published: int, now: Instant) -> tuple[Watched, ...]:
    """How far each witness is behind, in entries under a checkpoint and in seconds; -1 s: it never cosigned."""
    if witnesses is None:
        return ()
    return tuple(
        Watched(
            printable(stand.name),
            max(0, published - stand.size),
            max(0, now // 1000 - stand.time) if stand.time else -1,
            stand.trouble,
        )
        for stand in sorted(witnesses.stands)
    )


def printable(name: str) -> str:
    """A name in a policy, which may hold any octets, as text."""
    return name.encode("utf-8", "replace").decode()
