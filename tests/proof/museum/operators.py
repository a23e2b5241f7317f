"""Lies of an operator who holds the log's key: the signatures are good, and the tree is sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.proof.museum.forger import SEEN, WITNESS, Exhibit, Log, Receipt, written
from tests.vectors import generate as plain


def exhibits() -> list[Exhibit]:
    """All of them."""
    return [*_entries(), *_pairs(), *_names()]


def _told(name: str, lie: str, failure: str, receipt: Receipt, said: str = "") -> Exhibit:
    return Exhibit(name, lie, failure, written(receipt), said)


def _put(*path: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(blocks: dict[str, Any]) -> None:
        inner = blocks
        for key in path[:-1]:
            inner = inner[key]
        if to is None:
            del inner[path[-1]]
        else:
            inner[path[-1]] = to

    return change


def _entries() -> Iterator[Exhibit]:
    def of(name: str, lie: str, change: Callable[[dict[str, Any]], None], said: str) -> Exhibit:
        return _told(name, lie, "bad-entry", Log(intent=change).answered(), said)

    yield of("under-no-law", "entered without the realm that ruled", _put("decision", "realm", to=None), "no realm")
    yield of("lenient", "a mode that is neither enforced nor observed", _put("decision", "mode", to="lenient"), "mode")
    yield of("eventually", "durable some day", _put("decision", "durability", to="eventual"), "durability")
    yield of("nobody-asked", "entered without who asked", _put("party", "application", to=None), "no application")
    yield of("no-case", "entered without the case that was ruled", _put("party", "case", to=None), "no case")
    yield of("once-upon-a-time", "entered without when", _put("content", "times", to={}), "received")
    yield of("less-than-nothing", "a request of negative length", _put("content", "bytes", to=-1), "bytes")
    yield of("true-for-a-number", "a length that some languages take for 1", _put("content", "bytes", to=True), "bytes")
    yield of(
        "a-path-for-a-digest", "a realm whose name leads elsewhere", _put("decision", "realm", to="../realm"), "realm"
    )
    wiped = _put("party", "application", to="triage\x1b[2J")
    yield of("wipes-the-screen", "a name that a terminal obeys", wiped, "application")
    denied = Log(denial=_put("decision", "rules", to=None)).denied()
    yield _told("denied-by-no-rule", "a denial that names no rules at all", "bad-entry", denied, "no rules")


def _pairs() -> Iterator[Exhibit]:
    log = Log()
    good = log.answered()
    yield _told("another-end", "the outcome of another request", "wrong-intent", {**good, "outcome": log.shown(6)})
    early = Log()
    early.put(1, "outcome", early.entries[4]["blocks"])
    yield _told("known-before", "an outcome entered before its request", "wrong-intent",
                {"comity": 1, "intent": early.shown(2), "outcome": early.shown(1)})  # fmt: skip
    yield _told("its-own-outcome", "the request told as its own answer", "not-included",
                {"comity": 1, "intent": log.shown(2), "outcome": log.shown(2)})  # fmt: skip
    nowhere = Log(intent=_put("decision", "tiers", to=[])).answered()
    yield _told("placed-nowhere", "answered though no place was permitted", "outside-placement", nowhere, "not placed")
    there = f"{plain.ORIGIN}/vector002"
    other = log.shown(4, log.note(there))
    yield _told("another-shard", "the outcome from another log", "different-logs", {**good, "outcome": other})
    fork = Log(outcome=_put("content", "finish", to="length"))
    yield _told(
        "two-histories", "two trees of one size, one for each entry", "forked", {**good, "outcome": fork.shown(4)}
    )
    went = "deployment"
    elsewhere = Log(outcome=_put("decision", went, to="virginia-gpt")).answered()
    yield _told(
        "answered-elsewhere", "answered where it was not placed", "outside-placement", elsewhere, "virginia-gpt"
    )
    tried = Log(outcome=_put("decision", "attempts", to=[{went: "virginia-gpt", "result": "timeout"},
                                                         {went: "paris-mistral", "result": "ok"}])).answered()  # fmt: skip
    yield _told("tried-elsewhere", "sent first where it was not placed", "outside-placement", tried, "virginia-gpt")


def _names() -> Iterator[Exhibit]:
    log = Log()
    for name, lie, origin in (
        ("lookalike", "a log whose name begins like the trusted one's", f"{plain.ORIGIN}.example/{plain.SHARD}"),
        ("below-a-shard", "a shard of a shard, for which the key does not speak", f"{plain.ORIGIN}/a/b"),
        ("homoglyph", "a name that looks like the trusted one's", f"ex\u0430mple.org/comity/{plain.SHARD}"),
        ("shouting", "a shard by a name that no shard can have", f"{plain.ORIGIN}/VECTOR"),
    ):
        yield _told(name, lie, "unknown-signer", log.answered(log.note(origin)))
    text = log.text()
    note = plain.signed(text, text.partition("\n")[0])
    message = f"cosignature/v1\ntime {SEEN}\n{text}".encode()
    itself = plain.Ed25519PrivateKey.from_private_bytes(plain.SEED).sign(message)
    line = plain.key_id(WITNESS, 4, plain.public(plain.SEED)) + SEEN.to_bytes(8, "big") + itself
    yield _told("its-own-witness", "the log cosigns for itself under the witness's name", "missing-witness",
                log.answered(f"{note}— {WITNESS} {plain.b64(line)}\n"))  # fmt: skip
