"""Lies of whoever holds a receipt but not the log's key: each alters what was signed, or puts something beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from string import ascii_letters, digits
from typing import Any

from tests.proof.museum.forger import (
    NAME,
    SEEN,
    WITNESS,
    Exhibit,
    Log,
    Receipt,
    altered,
    reproven,
    without,
    written,
)
from tests.vectors import generate as plain

LOG = Log()
GOOD = LOG.answered()
DENIED = LOG.denied()
ZEROS = plain.b64(bytes(32))


def exhibits() -> list[Exhibit]:
    """All of them."""
    return [*_no_receipts(), *_no_proofs(), *_no_signatures(), *_not_what_was_entered(), *_other_bytes()]


def _told(name: str, lie: str, failure: str, receipt: Receipt, said: str = "", **asked: bytes) -> Exhibit:
    return Exhibit(name, lie, failure, written(receipt), said, {role: plain.b64(data) for role, data in asked.items()})


def _no_receipts() -> Iterator[Exhibit]:
    twice = written(GOOD)[:-1] + ',"intent":' + written(GOOD["intent"]) + "}"
    yield Exhibit(
        "two-faced",
        "says one thing to a reader that keeps the first key, another to the rest",
        "unreadable",
        twice,
        "intent",
    )
    half = written(GOOD).replace('"completion_tokens":3', '"completion_tokens":3.5')
    yield Exhibit("half-a-token", "a figure that programs read differently", "unreadable", half, "not")
    yield _told("says-so-itself", "declares itself verified", "malformed", {**GOOD, "verified": True}, "`verified`")
    yield _told(
        "of-the-future", "a version whose rules nobody has", "malformed", altered(GOOD, "comity", to=2), "version"
    )
    yield _told("served-and-denied", "the same request placed and denied", "malformed", {**GOOD, **DENIED}, "neither")
    alone = without(GOOD, "intent")
    yield _told("answer-to-nothing", "an outcome whose request is kept back", "malformed", alone, "neither")
    both = altered(GOOD, "intent", "closed", to={"party": ZEROS})
    yield _told("open-and-closed", "a block shown, and a hash of another in its place", "malformed", both, "`party`")
    hidden = {**GOOD, "outcome": LOG.shown(4, closed=("party",))}
    yield _told("whose-outcome", "an outcome that hides which request it answers", "malformed", hidden, "is closed")
    short = altered(GOOD, "intent", "salts", "party", to=plain.b64(bytes(31)))
    yield _told("short-salt", "a salt that can be guessed", "malformed", short, "intent.salts.party")
    salt = GOOD["intent"]["salts"]["party"]
    stray = next(f"{salt[:-2]}{letter}=" for letter in ascii_letters + digits if _same(salt, f"{salt[:-2]}{letter}="))
    loose = altered(GOOD, "intent", "salts", "party", to=stray)
    yield _told(
        "another-spelling", "the same bytes spelled otherwise, to pass for another receipt", "malformed", loose, "salts"
    )
    yield _told("true-as-one", "a version that some languages take for 1", "malformed",
                altered(GOOD, "comity", to=True), "`comity`")  # fmt: skip
    spelled = written(GOOD).replace('"mode":"enforce"', '"mode":"enforce","m\\u006fde":"observe"')
    yield Exhibit("spelled-twice", "a key said again behind an escape", "unreadable", spelled, "'mode' occurs twice")
    huge = written(GOOD).replace('"bytes":75', f'"bytes":{2**53 + 1}')
    yield Exhibit("past-counting", "a number that doubles round to another", "unreadable", huge, "2^53")
    half = written(GOOD).replace('"application":"triage"', '"application":"tri\\ud800age"')
    yield Exhibit("half-a-letter", "half of a character, which programs write differently", "unreadable", half, "lone")
    deep = written(GOOD)[:-1] + ',"extra":' + '{"a":' * 40 + "1" + "}" * 41
    yield Exhibit("bottomless", "so deep that a reader falls", "unreadable", deep, "32 levels")
    fourth = altered(GOOD, "intent", "blocks", "remarks", to={"checked": "by everybody"})
    yield _told("fourth-block", "a block that no leaf holds", "malformed", fourth, "`remarks`")
    shut = {"comity": 1, "intent": LOG.shown(2, closed=("party",))}
    told = altered(shut, "intent", "salts", "party", to=ZEROS)
    yield _told("salt-to-a-closed-block", "a salt from which to guess what is closed", "malformed", told, "`party`")
    gone = without(GOOD, "intent", "blocks", "decision")
    yield _told("nothing-there", "a block neither shown nor closed", "malformed", gone, "decision")


def _same(one: str, other: str) -> bool:
    return one != other and base64.b64decode(one) == base64.b64decode(other)


def _no_proofs() -> Iterator[Exhibit]:
    def of(name: str, lie: str, old: str, new: str) -> Exhibit:
        changed = reproven(GOOD, "intent", lambda proof: proof.replace(old, new, 1))
        return _told(name, lie, "malformed-proof", changed)

    yield of("unknown-proof", "a kind of proof that nobody defined", "tlog-proof@v1", "tlog-proof@v9")
    yield of("minus-one", "an index before the first", "index 2\n", "index -2\n")
    yield of("padded-index", "an index with a zero in front", "index 2\n", "index 02\n")
    yield of("octal-size", "a size with a zero in front", f"{NAME}\n7\n", f"{NAME}\n07\n")
    root = plain.b64(plain.root(LOG.leaves))
    yield of("short-root", "a root of 31 bytes", root, plain.b64(plain.root(LOG.leaves)[:31]))
    yield of("foreign-digits", "an index in digits that not everybody reads", "index 2\n", "index \u0662\n")
    yield of("two-asides", "two lines of which readers take the first, or the last", "index 2\n",
             "extra AA==\nextra AQ==\nindex 2\n")  # fmt: skip
    crowd = "".join(f"\u2014 stranger{each} {plain.b64(bytes(72))}\n" for each in range(40))
    yield of("crowd", "a true signature behind forty of strangers", "\n\n\u2014 ", f"\n\n{crowd}\u2014 ")
    returned = reproven(GOOD, "intent", lambda proof: proof.replace("\n", "\r\n"))
    yield _told("carriage-returns", "lines that end otherwise than they were signed", "malformed-proof", returned)
    unsigned = reproven(GOOD, "intent", lambda proof: proof[: proof.index("\n\n— ") + 1])
    yield _told("unsigned", "a checkpoint that nobody signed", "malformed-proof", unsigned)
    dashed = reproven(GOOD, "intent", lambda proof: proof.replace("— ", "- "))
    yield _told("dashes", "signature lines that only look like some", "malformed-proof", dashed)


def _no_signatures() -> Iterator[Exhibit]:
    note, text = LOG.note(), LOG.text()
    stranger = plain.Ed25519PrivateKey.from_private_bytes(bytes(range(160, 192)))
    key = stranger.public_key().public_bytes(plain.Encoding.Raw, plain.PublicFormat.Raw)

    def by(name: str, kind: int, value: bytes) -> str:
        return f"— {name} {plain.b64(plain.key_id(name, kind, key) + value)}\n"

    def under(other: str) -> Receipt:
        return LOG.answered(other)

    signed, cosigned = (line + "\n" for line in note[len(text) + 1 :].splitlines())
    forged = f"{text}\n{by(NAME, 1, stranger.sign(text.encode()))}{cosigned}"
    yield _told("another-key", "signed by a stranger under the log's name", "unknown-signer", under(forged))
    witnessed = f"{text}\n{cosigned}"
    yield _told("witness-alone", "seen by the witness, never signed by the log", "unknown-signer", under(witnessed))
    borrowed = base64.b64decode(signed.split(" ")[2])[:4] + stranger.sign(text.encode())
    posed = f"{text}\n— {NAME} {plain.b64(borrowed)}\n{cosigned}"
    yield _told("borrowed-id", "a stranger's signature under the id of the log's key", "bad-signature", under(posed))
    for name, lie, other in (
        ("grown", "a larger tree than was signed", text.replace("\n7\n", "\n8\n")),
        ("another-root", "another tree than was signed", text.replace(plain.b64(plain.root(LOG.leaves)), ZEROS)),
        ("afterthought", "a line put in after signing", f"{text}audited by everybody\n"),
    ):
        yield _told(name, lie, "bad-signature", under(f"{other}\n{signed}{cosigned}"))
    old = LOG.note(size=6)[len(LOG.text(size=6)) + 1 :]
    yield _told("old-seal", "the signatures of an older checkpoint", "bad-signature", under(f"{text}\n{old}"))
    broken = bytearray(base64.b64decode(signed.split(" ")[2]))
    broken[-1] ^= 1
    twice = f"{text}\n{signed}— {NAME} {plain.b64(bytes(broken))}\n{cosigned}"
    yield _told(
        "good-and-bad", "a good signature to cover for a bad one by the same key", "bad-signature", under(twice)
    )
    moved = bytearray(base64.b64decode(cosigned.split(" ")[2]))
    moved[11] ^= 1
    later = f"{text}\n{signed}— {WITNESS} {plain.b64(bytes(moved))}\n"
    yield _told("seen-earlier", "the witness's time, moved", "bad-signature", under(later), "cosignature")
    there = LOG.note(f"{plain.ORIGIN}/vector002").splitlines(keepends=True)[-1]
    lent = f"{text}\n{signed}{there}"
    yield _told(
        "seen-elsewhere", "what the witness cosigned for another shard", "bad-signature", under(lent), "cosignature"
    )
    posing = f"{text}\n{cosigned}{cosigned.replace(WITNESS, NAME)}"
    yield _told("witness-as-log", "the witness's line under the log's name too", "unknown-signer", under(posing))
    yield _told("unseen", "the witness's line left out", "missing-witness", under(f"{text}\n{signed}"))
    value = SEEN.to_bytes(8, "big") + stranger.sign(f"cosignature/v1\ntime {SEEN}\n{text}".encode())
    fake = f"{text}\n{signed}{by(WITNESS, 4, value)}"
    yield _told("false-witness", "a stranger's cosignature under the witness's name", "missing-witness", under(fake))


def _not_what_was_entered() -> Iterator[Exhibit]:
    def of(name: str, lie: str, receipt: Receipt) -> Exhibit:
        return _told(name, lie, "not-included", receipt)

    def put(name: str, lie: str, *path: str, to: Any, receipt: Receipt = GOOD) -> Exhibit:
        return of(name, lie, altered(receipt, *path, to=to))

    intent, content = ("intent", "blocks"), ("intent", "blocks", "content")
    yield put("another-tier", "placed where it was not", *intent, "decision", "tiers", to=[["lyon-mistral"]])
    yield put("another-controller", "asked by somebody else", *intent, "party", "controller", to="agency")
    yield put("harmless-data", "health data told as none", *intent, "party", "case", "data", to=[])
    yield put("nothing-assumed", "an assumption left out", *intent, "decision", "assumptions", to=[])
    yield put("a-day-earlier", "the request before the law began", *content, "times", to={"received": 1795320000000})
    yield put("better-rules", "another realm than ruled", *intent, "decision", "realm", to=plain.digest("better"))
    yield put("only-observed", "enforced told as observed", *intent, "decision", "mode", to="observe")
    yield put(
        "cheaper", "fewer tokens than were used", "outcome", "blocks", "content", "usage", to={"prompt_tokens": 1}
    )
    yield put("never-failed", "another end than it had", "outcome", "blocks", "content", "finish", to="length")
    yield put(
        "another-rule", "a denial by another rule", "denial", "blocks", "decision", "rules", to=[], receipt=DENIED
    )
    yield of("denial-for-intent", "a denial told as a placement", {"comity": 1, "intent": DENIED["denial"]})
    yield of("intent-for-denial", "a placement told as a denial", {"comity": 1, "denial": GOOD["intent"]})
    second = LOG.shown(5)
    yield of("borrowed-proof", "the proof of another request", altered(GOOD, "intent", "proof", to=second["proof"]))
    yield put("borrowed-salt", "the salt of another entry", "intent", "salts", "party", to=second["salts"]["party"])
    closed = {"comity": 1, "intent": LOG.shown(2, closed=("party",))}
    hash_ = plain.b64(bytes.fromhex(LOG.entries[5]["block_hashes"]["party"]))
    yield put(
        "somebody-closed", "the closed party of another request", "intent", "closed", "party", to=hash_, receipt=closed
    )
    for name, lie, old, new in (
        ("moved", "told to stand elsewhere in the log", "index 2\n", "index 3\n"),
        ("beyond-the-end", "an index that the log has not reached", "index 2\n", "index 7\n"),
    ):
        yield of(name, lie, reproven(GOOD, "intent", lambda proof, old=old, new=new: proof.replace(old, new, 1)))
    lines = GOOD["intent"]["proof"].split("\n")
    shorter, longer = [*lines[:2], *lines[3:]], [*lines[:2], ZEROS, *lines[2:]]
    yield put("short-cut", "a path with a step left out", "intent", "proof", to="\n".join(shorter))
    yield put("detour", "a path with a step too many", "intent", "proof", to="\n".join(longer))


def _other_bytes() -> Iterator[Exhibit]:
    asked = {"request": plain.REQUEST}
    yield _told("another-question", "the receipt of another question", "request-differs", GOOD, request=b"{}")
    yield _told(
        "another-answer", "the receipt of another answer", "response-differs", GOOD, response=plain.RESPONSE + b" "
    )
    swapped = altered(GOOD, "openings", "request", to=GOOD["openings"]["response"])
    yield _told("wrong-key", "an opening that opens something else", "request-differs", swapped, **asked)
    keyless = without(GOOD, "openings", "request")
    yield _told("no-key", "a request that cannot be checked any more", "no-opening", keyless, "opening", **asked)
    hidden = {**GOOD, "intent": LOG.shown(2, closed=("content",))}
    yield _told(
        "no-commitment", "the commitment closed, the bytes held out", "no-opening", hidden, "commitment", **asked
    )
