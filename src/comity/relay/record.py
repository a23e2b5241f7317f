"""An exchange as the blocks of its entries (docs/spec/entry.md), written as canonical JSON bytes.

What is constant for an application's case or for a placement is encoded once and kept; the rest is written by format,
with its keys in canonical order. A test holds every block against `terms.canon`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from comity.detect.found import Seen
from comity.law.case import UNSAID, Addition, Case
from comity.placement.decide import wish_document
from comity.placement.types import Placement, Wish
from comity.proof.commitment import Commitment, commit, marked
from comity.proof.entry import MAX_BLOCK_BYTES
from comity.relay.exchange import Attempt, Exchange
from comity.relay.looking import detected
from comity.relay.target import Target
from comity.relay.tenant import Tenant
from comity.relay.usage import Usage
from comity.terms import canon
from comity.terms.digests import hmac_sha256
from comity.terms.refusal import Refusal

Blocks = tuple[bytes, bytes, bytes]

MAX_FRAGMENTS = 4_096
"""Cases and placements kept encoded. There are few of each; at about 1 kB apiece the bound is 8 MB a worker."""

REPLAYABLE = ("candidates", "advisories", "obligations", "assumptions", "duties")
"""Optional keys of a decision that follow from its case and its realm, in the order in which they are left out."""

MAX_NAMED = 256
"""Members of an array in an entry (docs/spec/entry.md)."""

MAX_NAMES = 400
"""Characters of names in one text, which has at most 512 with the row before them (docs/spec/entry.md)."""


_SESSION = b"comity/session/v1\n"

MAX_COST = 2**53 - 1
"""Largest amount that canonical JSON can hold: nine million units of a currency for one request."""

Cases: TypeAlias = Callable[[Tenant, Addition, str], Case]

_Alike: TypeAlias = tuple[str, str, str, Addition, str, str]
"""Application, controller, key, additions, placement and model: what the blocks that requests share are made of."""


class Recorder:
    """Writes the blocks of every entry of one worker."""

    __slots__ = ("_cases", "_durability", "_found", "_fragments")

    def __init__(self, durability: str, cases: Cases) -> None:
        """`cases` gives the case that a tenant's request is entered with (`Gate.case`)."""
        self._durability = durability.encode()
        self._cases = cases
        self._found: dict[Seen, bytes] = {}
        self._fragments: dict[_Alike, tuple[bytes, bytes]] = {}

    def intent(self, exchange: Exchange, operation: str = "infer") -> Blocks:
        """The blocks of an intent: the request is ruled and placed, and no byte has left."""
        tenant, placement, body = exchange.tenant, exchange.placement, exchange.body
        asked = exchange.ask.model
        # not by tenant: it has an erasure salt, which would stay here when it is destroyed
        alike = tenant.application, tenant.controller, tenant.key, exchange.addition, placement.digest, asked
        fragments = self._fragments.get(alike)
        if fragments is None:
            if len(self._fragments) >= MAX_FRAGMENTS:
                self._fragments.clear()
            fragments = self._fragments[alike] = self._encode(exchange, operation)
        more = b'"stream":true,' if exchange.ask.stream else b""
        if exchange.surface != "chat":
            more += b'"surface":"%b",' % exchange.surface.encode()
        if exchange.session:
            more = b'"session":"%b",%b' % (session(tenant, exchange.session).encode(), more)
        content = b'{"bytes":%d,%b"nonce":"%b",%b%b%b"request":"%b",%b"times":{"received":%d}}' % (
            len(body),
            b"" if exchange.seen is None else b'"detected":%b,' % self._seen(exchange.seen),
            exchange.nonce.hex().encode(),
            b'"oversight":"%b",' % exchange.oversight.encode() if exchange.oversight else b"",
            b"" if exchange.pseudonyms is None else b'"pseudonymised":%d,' % exchange.pseudonyms.count,
            b'"ref":"%b",' % marked(tenant.salt, exchange.nonce).encode() if tenant.ref else b"",
            commit(tenant.openings(exchange.nonce, "request"), body).encode(),
            more,
            exchange.received,
        )
        return *fragments, content

    def _seen(self, seen: Seen) -> bytes:
        """What was found, as it is written; there is little of it that differs, so it is kept for the next."""
        written = self._found.get(seen)
        if written is None:
            if len(self._found) >= MAX_FRAGMENTS:
                self._found.clear()
            written = self._found[seen] = canon.encode(detected(seen))
        return written

    def outcome(self, exchange: Exchange, now: int) -> Blocks:
        """The blocks of an outcome: how it ended, after which attempts."""
        attempts, profile = exchange.attempts, _profile(exchange)
        if len(attempts) == 1:
            listed = _attempt(attempts[0])
        else:
            listed = b",".join([_attempt(attempt) for attempt in attempts[:MAX_NAMED]])
        decision = b'{"attempts":[%b],%b%b"durability":"%b"%b}' % (
            listed,
            b'"cached":%d,' % exchange.cached if exchange.cached >= 0 else b"",
            b'"deployment":"%b",' % exchange.deployment.encode() if exchange.deployment else b"",
            self._durability,
            b',"profile":%b' % profile if profile else b"",
        )
        return b'{"intent":%d}' % exchange.intent, decision, _outcome_content(exchange, now)

    def denial(
        self, exchange: Exchange, operation: str, refusal: Refusal, answer: bytes, now: int, wish: Wish | None = None
    ) -> Blocks:
        """The blocks of a denial, with a commitment to the `answer` that the client gets; `wish` is what was asked."""
        request, response = exchange.commitment("request"), exchange.commitment("response")
        request.update(exchange.body)
        response.update(answer)
        decision = denied(refusal, wish or Wish(exchange.ask.model), self._durability.decode())
        content: dict[str, object] = {
            "bytes": len(exchange.body),
            "nonce": exchange.nonce.hex(),
            "request": request.hexdigest(),
            "response": response.hexdigest(),
            "status": refusal.status,
            "times": {"finished": now, "received": exchange.received},
        }
        if exchange.tenant.ref:
            content["ref"] = marked(exchange.tenant.salt, exchange.nonce)
        if exchange.seen is not None:
            content["detected"] = detected(exchange.seen)
        case = self._cases(exchange.tenant, exchange.addition, operation)
        return _party(exchange.tenant, case, exchange.addition), decision, canon.encode(content)

    def _encode(self, exchange: Exchange, operation: str) -> tuple[bytes, bytes]:
        """The blocks that equal requests share."""
        case = self._cases(exchange.tenant, exchange.addition, operation)
        return (
            _party(exchange.tenant, case, exchange.addition),
            placed(exchange.placement, exchange.ask.model, self._durability.decode()),
        )


def session(tenant: Tenant, name: bytes) -> str:
    """What an entry has of a session's name: the requests of a session can be told to belong together, and no more."""
    return hmac_sha256(tenant.salt, _SESSION + name).hex()


def cost(usage: Usage | None, target: Target | None) -> int:
    """What an answer cost in 10^-9 of `target.currency`, -1 where prices or tokens are not known."""
    if usage is None or target is None or target.price_in < 0 or target.price_out < 0:
        return -1
    amount = max(usage.prompt_tokens, 0) * target.price_in + max(usage.completion_tokens, 0) * target.price_out
    return amount if amount <= MAX_COST else -1


def tokens(usage: Usage | None) -> int:
    """All tokens of an answer, -1 where none are known."""
    if usage is None or (usage.prompt_tokens < 0 and usage.completion_tokens < 0):
        return -1
    return max(usage.prompt_tokens, 0) + max(usage.completion_tokens, 0)


def _party(tenant: Tenant, case: Case, addition: Addition) -> bytes:
    party: dict[str, object] = {
        "application": tenant.application,
        "case": case_document(case),
        "controller": tenant.controller,
    }
    if tenant.key:
        party["key"] = tenant.key
    added = {name: list(values) for name in ("data", "purposes", "subjects") if (values := getattr(addition, name))}
    if added:
        party["added"] = added
    return canon.encode(party)


def case_document(case: Case) -> dict[str, object]:
    """The case as entries show it (docs/spec/entry.md)."""
    document: dict[str, object] = {
        "controller": case.controller,
        "data": list(case.data),
        "grounds": list(case.grounds),
        "operation": case.operation,
        "output_used_in": list(case.output),
        "purpose": case.purpose,
        "roles": list(case.roles),
        "subjects": list(case.subjects),
    }
    if case.floor:
        document["evidence"] = list(case.floor)
    if case.uses != UNSAID:
        document["uses"] = list(case.uses)
    if case.placed:
        document["placed_on_market"] = case.placed
    if case.seal:
        document["seal"] = list(case.seal)
    if case.blocks:
        document["blocks"] = list(case.blocks)
    if case.oversight:
        document["oversight"] = list(case.oversight)
    for name in ("risk", "sector"):
        if (value := getattr(case, name)) != "unstated":
            document[name] = value
    return document


def placed(placement: Placement, model: str, durability: str) -> bytes:
    """The decision block of an intent: a replay makes it again and compares."""
    document: dict[str, object] = {
        "conditions": placement.conditions,
        "durability": durability,
        "mode": placement.mode,
        "model": model,
        "placement": placement.digest,
        "realm": placement.realm,
        "ruling": placement.ruling,
        "tiers": [[candidate.deployment for candidate in tier] for tier in placement.tiers],
    }
    if not placement.wish.plain:
        document["wish"] = wish_document(placement.wish)
    gathered = {
        "accepted": "gaps",
        "advisories": "advisories",
        "assumptions": "assumptions",
        "obligations": "obligations",
        "rules": "forbidden",
    }
    for key, attribute in gathered.items():
        values = sorted({value for candidate in placement.candidates for value in getattr(candidate, attribute)})
        if values:
            document[key] = (_by_row(values) if key == "assumptions" else values)[:MAX_NAMED]
    duties = _duties(placement)
    if duties:
        document["duties"] = duties
    return _fitting(document)


def denied(refusal: Refusal, wish: Wish, durability: str) -> bytes:
    """The decision block of a denial: a replay makes it again and compares."""
    rules = sorted({rule.id for candidate in refusal.candidates for rule in candidate.rules})
    document: dict[str, object] = {
        "durability": durability,
        "mode": "enforce",
        "model": wish.model,
        "realm": refusal.realm,
        "rules": rules[:MAX_NAMED],
    }
    if refusal.ruling:
        document["ruling"] = refusal.ruling
    if not wish.plain:
        document["wish"] = wish_document(wish)
    if refusal.assumptions:
        document["assumptions"] = _by_row(refusal.assumptions)[:MAX_NAMED]
    if refusal.candidates:
        document["candidates"] = [
            {"deployment": candidate.deployment, "rules": sorted({rule.id for rule in candidate.rules})}
            for candidate in refusal.candidates[:MAX_NAMED]
        ]
    return _fitting(document)


def _duties(placement: Placement) -> dict[str, list[str]]:
    """The duties that the gateway did, did in part, or that counsel vouched for. What is in none of these is owed."""
    shown: dict[str, list[str]] = {}
    for each in placement.standings:
        if each.status != "owed":
            text = f"{each.due.text} by {each.by}" if each.status == "attested" else each.due.text
            shown.setdefault(each.status, []).append(text)
    return shown


def _by_row(assumptions: Iterable[str]) -> list[str]:
    """Assumptions as entries bear them, one text for each row of the table and kind of thing it was used for.

    `absent/presence parties.acme` and `absent/presence parties.columbia` become
    `absent/presence parties.{acme,columbia}`: a receipt must stay small for stacks of many deployments.
    """
    rows: dict[str, list[str]] = {}
    for assumption in assumptions:
        kind, dot, name = assumption.partition(".")
        names = rows.setdefault(kind + dot, [""])
        if len(names[-1]) + len(name) > MAX_NAMES:
            names.append("")
        names[-1] += f",{name}" if names[-1] else name
    return [
        f"{row}{{{names}}}" if "," in names else f"{row}{names}" for row, each in sorted(rows.items()) for names in each
    ]


def _fitting(decision: dict[str, object]) -> bytes:
    """The block, without what a very large stack makes too long; a replay of its realm gives that again."""
    block = canon.encode(decision)
    for key in REPLAYABLE:
        if len(block) <= MAX_BLOCK_BYTES:
            break
        if decision.pop(key, None) is not None:
            block = canon.encode(decision)
    return block


def _attempt(attempt: Attempt) -> bytes:
    status = b',"status":%d' % attempt.status if attempt.status else b""
    return b'{"deployment":"%b","finished":%d,%b"result":"%b","started":%d%b}' % (
        attempt.deployment.encode(),
        attempt.finished,
        b'"hedged":true,' if attempt.hedged else b"",
        attempt.result.encode(),
        attempt.started,
        status,
    )


def _outcome_content(exchange: Exchange, now: int) -> bytes:
    response = exchange.response
    assert response is not None  # every answer is committed, an empty one too
    more = b""
    if exchange.upstream_request is not None or exchange.upstream_response is not None:
        more = _upstream(exchange.upstream_request, exchange.upstream_response)
    if exchange.pseudonyms is not None and exchange.pseudonyms.unrestored:
        more = b',"unrestored":%d%b' % (exchange.pseudonyms.unrestored, more)
    if exchange.usage is not None:
        more += _usage(exchange.usage)
    return b'{"bytes":%d,%b"finish":"%b",%b"response":"%b",%b%b"times":{"finished":%d%b%b}%b}' % (
        response.length,
        _cost(exchange) if exchange.cost >= 0 else b"",
        exchange.finish.encode(),
        b'"kept":"%b",' % exchange.kept.encode() if exchange.kept else b"",
        response.hexdigest().encode(),
        b'"sampling":%b,' % exchange.sampling if _profile(exchange) else b"",
        b'"status":%d,' % exchange.status if exchange.status else b"",
        now,
        b',"first_byte":%d' % exchange.first_byte if exchange.first_byte else b"",
        b',"started":%d' % exchange.attempts[0].started if exchange.attempts else b"",
        more,
    )


def _profile(exchange: Exchange) -> bytes:
    """Under which the answer repeats bit for bit, where its deployment promises that."""
    return exchange.target.profile if exchange.deployment and exchange.target is not None else b""


def _cost(exchange: Exchange) -> bytes:
    assert exchange.target is not None  # whose prices they are
    return b'"cost":{"amount":%d,"currency":"%b"},' % (exchange.cost, exchange.target.currency.encode())


def _upstream(request: str | None, response: Commitment | None) -> bytes:
    """Commitments to the deployment's side, where its bytes were others than the client's."""
    members = []
    if request is not None:
        members.append(b'"request":"%b"' % request.encode())
    if response is not None:
        members.append(b'"response":"%b"' % response.hexdigest().encode())
    return b',"upstream":{%b}' % b",".join(members) if members else b""


def _usage(usage: Usage) -> bytes:
    members = []
    if usage.completion_tokens >= 0:
        members.append(b'"completion_tokens":%d' % usage.completion_tokens)
    if usage.estimated:
        members.append(b'"estimated":true')
    if usage.prompt_tokens >= 0:
        members.append(b'"prompt_tokens":%d' % usage.prompt_tokens)
    if usage.seconds >= 0:
        members.append(b'"seconds":%d' % usage.seconds)
    return b',"usage":{%b}' % b",".join(members) if members else b""
