"""The first method of auditing content: the request is run again, on a fresh node, and the answers are compared."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec import Struct

from comity.adapters.ledger.reading import Entry, read_entry
from comity.adapters.node import NodeError, Rerun, with_digest
from comity.adapters.vault import Erased, Kept, find
from comity.adapters.vault.sealing import Unsealable
from comity.proof.commitment import commit
from comity.relay.compared import SURFACES as COMPARABLE
from comity.relay.compared import Unreadable, compared, said
from comity.relay.exactness import SLOTS, Profile
from comity.relay.surfaces import SURFACES
from comity.terms import canon
from comity.terms.digests import sha256_hex

RESULTS: Mapping[str, str] = {
    "agrees": "the fresh node gave the same answer",
    "differs": "the fresh node gave another answer",
    "miscounted": "the answer is the same, and other tokens were counted",
    "altered": "what the vault has is not what the log commits to",
    "missing": "the log says that it is kept, and it is not there",
    "unanswered": "there is no whole answer",
    "cached": "an earlier answer was given again",
    "inexact": "its deployment promises no exactness",
    "not-kept": "its application keeps nothing, or there was no room",
    "expired": "it was kept, and its time is over",
    "erased": "it was erased: its key was destroyed, or its entry",
    "unseeded": "it was sampled by chance, without a seed",
    "surface": "answers of its surface cannot be compared",
    "no-weights": "no file here has the SHA-256 that was promised",
    "other-engine": "the engine here is another, or another version",
    "other-cpu": "the engine uses other features of the processor here",
    "refused": "the fresh node does not answer such a request",
}
"""How an audit of one request ends. All but the first five: it could not be run again, and why."""

BAD = frozenset({"differs", "miscounted", "altered", "missing"})
"""What somebody has to explain."""

MAX_NODES = 4
"""Fresh nodes at once: a profile each."""


class Result(Struct, frozen=True, omit_defaults=True):
    """Of one request. `at` is the first token that differs, `profile` the SHA-256 of that under which it was run."""

    receipt: str
    result: str
    at: int | None = None
    profile: str = ""

    @property
    def sample(self) -> dict[str, Any]:
        """What is entered of it, but for the commit."""
        shown: dict[str, Any] = {"result": self.result}
        if self.at is not None:
            shown["at"] = self.at
        return shown | ({"profile": self.profile} if self.profile else {})


class _Ended(Exception):
    """It cannot be run again; the message is a key of RESULTS."""


class Auditor:
    """Runs requests of one state folder again, while it is entered."""

    def __init__(self, state: Path, today: date, *, models: tuple[Path, ...] = ()) -> None:
        """`models` are folders with GGUFs besides those that ship with Comity; `today` is in UTC."""
        self._state = state
        self._today = today
        self._models = models
        self._held = AsyncExitStack()
        self._nodes: dict[tuple[str, int, int], Rerun] = {}

    async def __aenter__(self) -> Self:
        """Nothing is started before it is needed."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._held.aclose()

    async def judge(self, shard: str, index: int) -> Result | None:
        """The result of the request whose intent is at `index`; None if no intent is there.

        Raises:
            NodeError: the fresh node does not start, or died.
            LedgerCorrupt, OSError: the ledger or the vault cannot be read.
        """
        found = read_entry(self._state, shard, index)
        if found is None or found[0].kind != "intent":
            return None
        intent, place = found
        receipt = f"{shard}.{index}"
        outcome = None if place.outcome is None else read_entry(self._state, shard, place.outcome)
        profile = ""
        try:
            if intent.erased or (outcome is not None and outcome[0].erased):
                raise _Ended("erased")
            promised = _promised(None if outcome is None else outcome[0])
            profile = sha256_hex(promised.text)
            kept = self._kept(receipt, intent, outcome[0])  # type: ignore[index]  # or nothing would be promised
            at = await self._rerun(kept, promised)
        except _Ended as ended:
            return Result(receipt, str(ended), profile=profile)
        if at is None:
            return Result(receipt, "agrees", profile=profile)
        return Result(receipt, "miscounted" if at < 0 else "differs", None if at < 0 else at, profile)

    def _kept(self, receipt: str, intent: Entry, outcome: Entry) -> Kept:
        """What the vault has of a request, once it is sure that it is what the log commits to."""
        asked, answered = canon.parse(intent.content), canon.parse(outcome.content)
        application = canon.parse(intent.party)["application"]
        if "kept" not in answered:
            raise _Ended("not-kept")
        over = date.fromisoformat(answered["kept"]) < self._today
        try:
            kept = find(self._state, application, receipt)
        except Unsealable:
            raise _Ended("altered") from None
        if kept is None or isinstance(kept, Erased):
            raise _Ended("expired" if over else "missing" if kept is None else "erased")
        upstream = answered.get("upstream", {})
        committed = upstream.get("request", asked["request"]), upstream.get("response", answered["response"])
        sides = zip(kept.openings, (kept.request, kept.response), strict=True)
        if tuple(commit(key, data) for key, data in sides) != committed:
            raise _Ended("altered")
        return kept

    async def _rerun(self, kept: Kept, promised: Profile) -> int | None:
        """The first token that differs, -1 where only the count does, None where all is the same."""
        if kept.surface not in COMPARABLE:
            raise _Ended("surface")
        if not _repeats(kept.request):
            raise _Ended("unseeded")
        again = await self._node(promised)
        status, body = await again.answer(SURFACES[kept.surface].path, kept.request)
        if status != 200:
            raise _Ended("refused")
        fresh = said(kept.surface, body)
        try:
            theirs = said(kept.surface, kept.response)
        except Unreadable:
            return 0  # an engine such as ours gives no such answer
        loop = asyncio.get_running_loop()

        def tokens(text: str) -> list[int]:
            return asyncio.run_coroutine_threadsafe(again.tokens(text), loop).result()

        difference = await asyncio.to_thread(compared, theirs, fresh, tokens)
        if difference is None:
            return None
        return -1 if difference.at is None else difference.at

    async def _node(self, promised: Profile) -> Rerun:
        key = (promised.weights, promised.context, promised.threads)
        node = self._nodes.get(key)
        if node is None:
            model = await asyncio.to_thread(with_digest, promised.weights, *self._models)
            if model is None:
                raise _Ended("no-weights")
            if len(self._nodes) >= MAX_NODES:
                await self._held.aclose()
                self._nodes.clear()
            node = await self._held.enter_async_context(
                Rerun(model, context=promised.context, threads=promised.threads)
            )
            self._nodes[key] = node
        if node.endpoint.engine != promised.engine:
            raise _Ended("other-engine")
        if promised.cpu and node.endpoint.cpu != promised.cpu:
            raise _Ended("other-cpu")
        return node


def _promised(outcome: Entry | None) -> Profile:
    """The profile under which an outcome says that its answer was made."""
    content = {} if outcome is None else canon.parse(outcome.content)
    decision = {} if outcome is None else canon.parse(outcome.decision)
    if content.get("finish", "error") in ("error", "aborted", "lost", "rejected"):
        raise _Ended("unanswered")
    if "cached" in decision:
        raise _Ended("cached")
    profile = decision.get("profile")
    if profile is None or profile["slots"] != SLOTS:
        raise _Ended("inexact")
    return msgspec.convert(profile, Profile)


class _Sampled(Struct):
    temperature: float | None = None
    seed: int | None = None


def _repeats(request: bytes) -> bool:
    """Whether a request gives the same answer each time: by the likeliest token, or by a seed."""
    try:
        sampled = msgspec.json.decode(request, type=_Sampled)
    except msgspec.MsgspecError:
        return False
    return not sampled.temperature or (sampled.seed is not None and sampled.seed >= 0)


__all__ = ["BAD", "RESULTS", "Auditor", "NodeError", "Result"]
